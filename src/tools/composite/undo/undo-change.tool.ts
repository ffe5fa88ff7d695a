import * as z from 'zod';
import { answer, confirmation, confirmationAnswer, Fields, Filled, of } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';

export const undoChange = compositeTool({
  name: 'undo_change',
  title: 'Undo change',
  description:
    'Take back a change of this server, a run of several as one. Stops where a field was changed since; force names fields to restore all the same. Recalls no message.',
  scope: 'contacts.write',
  extraScopes: ['contacts.readonly'],
  effect: 'update',
  input: () =>
    z.strictObject({
      changeId: Filled.describe('id from list_recent_changes, or "last"'),
      force: Fields.optional(),
      ...confirmation,
    }),
  output: () =>
    answer({
      undone: of.rows,
      total: of.count,
      notRestored: of.rows,
      conflicts: of.rows,
      newIds: of.object,
      left: of.count,
      deletes: of.rows,
      creates: of.rows,
      changes: of.rows,
      cannotRestore: of.text,
      ...confirmationAnswer,
    }),
  calls: [],
  run: lazyTool('undoChange'),
});
