import * as z from 'zod';
import { answer, confirmationAnswer, of } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { IDENTITY_RULE, isFindable, personFields, withMatchField } from './input.ts';

const Row = withMatchField(z.strictObject(personFields));

const input = () =>
  z
    .strictObject({
      rows: z.array(Row).min(1).max(100).optional(),
      matchField: personFields.matchField.describe('for all rows'),
      handle: z.string().describe('from next, instead of rows').optional(),
      confirm: z.boolean().optional(),
    })
    .superRefine(({ rows = [], matchField, handle }, context) => {
      if ((rows.length === 0) === (handle === undefined))
        context.addIssue({ code: 'custom', message: 'give either rows or handle' });
      for (const [at, row] of rows.entries())
        if (!isFindable(row, row.matchField ?? matchField))
          context.addIssue({ code: 'custom', path: ['rows', at], message: `needs ${IDENTITY_RULE}` });
    });

export const bulkUpsertContacts = compositeTool({
  name: 'bulk_upsert_contacts',
  title: 'Bulk upsert contacts',
  description:
    'Find or create, fill and complete up to 100 people, each as onboard_contact does, with a result per row. Repeating adds nothing. Asks as bulk_update_contacts does.',
  scope: 'contacts.write',
  extraScopes: ['contacts.readonly'],
  effect: 'update',
  input,
  output: () =>
    answer({
      asked: of.count,
      created: of.count,
      updated: of.count,
      unchanged: of.count,
      conflict: of.count,
      failed: of.count,
      incomplete: of.count,
      left: of.count,
      rows: of.rows,
      ...confirmationAnswer,
    }),
  calls: [],
  run: lazyTool('bulkUpsertContacts'),
});
