import * as z from 'zod';
import { ALL_KINDS } from '../flows/kinds.ts';
import { answer, Id, of, upTo } from '../schemas.ts';
import { type Flow, later } from './tool.ts';

export const getContactTimeline: Flow = {
  name: 'get_contact_timeline',
  title: 'Get contact timeline',
  description:
    'Notes, tasks (at their due date), appointments, creation and last change of a contact, newest first. zone stands where a time was stored without one: the zone it is read in, or unknown.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: z.strictObject({
    contactId: Id,
    kinds: z.array(z.enum(ALL_KINDS)).min(1).optional(),
    limit: upTo(100).optional(),
    cursor: z.string().optional(),
  }),
  output: answer({ timeline: of.rows, total: of.count, asOf: of.text, failed: of.rows, next: of.object }),
  calls: [],
  run: later('getContactTimeline'),
};
