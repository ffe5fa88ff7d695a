import * as z from 'zod';
import { UserError } from '../errors.ts';
import { outputs } from '../schemas.ts';
import type { Flow } from './tool.ts';

export const listChangedContacts: Flow = {
  name: 'list_changed_contacts',
  title: 'List changed contacts',
  description: 'To be written.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: z.strictObject({}),
  output: outputs.contacts,
  calls: [],
  run: async () => {
    throw new UserError('To be written.');
  },
};
