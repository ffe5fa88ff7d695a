import * as z from 'zod';
import { confirmation, confirmationAnswer, Fields, Id, of, outputs } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';

export const mergeContacts = compositeTool({
  name: 'merge_contacts',
  title: 'Merge contacts',
  description:
    'Merge two duplicates: keep takes over what only remove has (fields, tags, followers, notes, tasks), then remove is deleted. Calling again continues.',
  scope: 'contacts.write',
  extraScopes: ['contacts.readonly'],
  effect: 'delete',
  input: () =>
    z
      .strictObject({
        keep: Id,
        remove: Id,
        prefer: Fields.describe('fields where remove wins').optional(),
        ...confirmation,
      })
      .refine(({ keep, remove }) => keep !== remove, {
        path: ['remove'],
        message: 'is the contact to keep: a contact is not merged with itself',
      }),
  output: () =>
    outputs.record({
      ...confirmationAnswer,
      merged: of.flag,
      contact: of.object,
      removed: of.object,
      differs: of.rows,
      changes: of.object,
      left: of.count,
    }),
  calls: [],
  run: lazyTool('mergeContacts'),
});
