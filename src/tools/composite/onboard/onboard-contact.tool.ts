import * as z from 'zod';
import { of, outputs } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { IDENTITY_RULE, isFindable, personFields, withMatchField } from './input.ts';

export const onboardContact = compositeTool({
  name: 'onboard_contact',
  title: 'Onboard contact',
  description:
    'Find a person by email, phone or matchField, else create them; change the fields given, add what is missing of tags, note, tasks, business. Repeating adds nothing. If email, phone and matchField lead to different contacts nothing is written.',
  scope: 'contacts.write',
  extraScopes: ['contacts.readonly'],
  effect: 'update',
  input: () => withMatchField(z.strictObject(personFields)).refine((args) => isFindable(args), `give ${IDENTITY_RULE}`),
  output: () =>
    outputs.record({
      contact: of.object,
      created: of.flag,
      changed: of.rows,
      tagsAdded: of.texts,
      note: of.object,
      tasks: of.rows,
      business: of.object,
      notStored: of.rows,
      failed: of.rows,
    }),
  calls: [],
  run: lazyTool('onboardContact'),
});
