import * as z from 'zod';
import { listCalendarEvents } from '../../appointments.ts';
import { Contact, of, outputs } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';

export const getContactOverview = compositeTool({
  name: 'get_contact_overview',
  title: 'Get contact overview',
  description:
    'What is known of a contact in one call: fields, open and overdue tasks, latest notes, coming and last appointments, counts.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () => z.strictObject({ contactId: Contact }),
  output: () =>
    outputs.record({
      contact: of.object,
      tasks: of.rows,
      notes: of.rows,
      coming: of.rows,
      past: of.rows,
      counts: of.object,
      failed: of.rows,
      asOf: of.text,
    }),
  calls: [listCalendarEvents],
  run: lazyTool('getContactOverview'),
});
