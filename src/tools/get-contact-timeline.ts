import * as z from 'zod';
import { UserError } from '../errors.ts';
import { outputs } from '../schemas.ts';
import type { Flow } from './tool.ts';

export const getContactTimeline: Flow = {
  name: 'get_contact_timeline',
  title: 'Get contact timeline',
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
