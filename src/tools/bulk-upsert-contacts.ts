import * as z from 'zod';
import { UserError } from '../errors.ts';
import { outputs } from '../schemas.ts';
import type { Flow } from './tool.ts';

export const bulkUpsertContacts: Flow = {
  name: 'bulk_upsert_contacts',
  title: 'Bulk upsert contacts',
  description: 'To be written.',
  scope: 'contacts.write',
  needs: ['contacts.readonly'],
  effect: 'update',
  input: z.strictObject({}),
  output: outputs.any,
  calls: [],
  run: async () => {
    throw new UserError('To be written.');
  },
};
