import * as z from 'zod';
import { UserError } from '../errors.ts';
import { outputs } from '../schemas.ts';
import type { Flow } from './tool.ts';

export const countContacts: Flow = {
  name: 'count_contacts',
  title: 'Count contacts',
  description: 'To be written.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: z.strictObject({}),
  output: outputs.any,
  calls: [],
  run: async () => {
    throw new UserError('To be written.');
  },
};
