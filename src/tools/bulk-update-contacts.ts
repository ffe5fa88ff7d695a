import * as z from 'zod';
import { UserError } from '../errors.ts';
import { outputs } from '../schemas.ts';
import type { Flow } from './tool.ts';

export const bulkUpdateContacts: Flow = {
  name: 'bulk_update_contacts',
  title: 'Bulk update contacts',
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
