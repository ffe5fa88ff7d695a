import * as z from 'zod';
import { UserError } from '../errors.ts';
import { outputs } from '../schemas.ts';
import type { Flow } from './tool.ts';

export const onboardContact: Flow = {
  name: 'onboard_contact',
  title: 'Onboard contact',
  description: 'To be written.',
  scope: 'contacts.write',
  needs: ['contacts.readonly'],
  effect: 'update',
  input: z.strictObject({}),
  output: outputs.contact,
  calls: [],
  run: async () => {
    throw new UserError('To be written.');
  },
};
