import * as z from 'zod';
import type { Json } from '../endpoint.ts';
import { getContact } from '../flows/calls.ts';
import { readContact } from '../flows/onboard/find.ts';
import { isFindable, MATCH_RULE, matchEntry, personFields, WAYS_TO_FIND } from '../flows/onboard/input.ts';
import { type Onboarded, onboard } from '../flows/onboard/onboard.ts';
import { readPeople } from '../flows/onboard/person.ts';
import { toResult } from '../results.ts';
import { rowOf, tidy } from '../rows.ts';
import { outputs } from '../schemas.ts';
import type { Context, Flow } from './tool.ts';

/** Characters of an old or new value. */
const VALUE = 300;
const short = (value: unknown) => tidy(value ?? undefined, VALUE, { characters: 0 });

/** What was done, beside the contact itself. */
function account({ created, changed, notStored, tagsAdded, note, tasks, business, failed }: Onboarded): Json {
  const rows = tasks.map(({ task, created: isNew }) => {
    const { id, title, dueDate } = rowOf.task(task);
    return { id, title, dueDate, created: isNew };
  });
  return {
    created,
    changed: changed.map((change) => ({ field: change.field, old: short(change.old), new: short(change.new) })),
    tagsAdded,
    ...(note ? { note } : {}),
    ...(rows.length > 0 ? { tasks: rows } : {}),
    ...(business ? { business } : {}),
    ...(notStored.length > 0 ? { notStored } : {}),
    ...(failed.length > 0 ? { failed: failed.map(({ part, error }) => ({ part, reason: error.message })) } : {}),
  };
}

async function run(args: Json, context: Context): Promise<Json> {
  const [person] = await readPeople([args], context);
  if (!person) throw new Error('one row is one person');
  const done = await onboard(person, context);
  const { id } = done.contact;
  const contact = (await readContact(id, context).catch(() => undefined)) ?? done.contact;
  if (done.failed.length > 0)
    context.say('Not all of it was done, see failed. The same call again does what is missing and nothing twice.');
  return toResult(getContact, { contact, ...account(done) }, {});
}

export const onboardContact: Flow = {
  name: 'onboard_contact',
  title: 'Onboard contact',
  description:
    'Find a person by email, phone or matchField, or create them; fill or change the fields given, add what is missing of tags, note, tasks, business. Repeating adds nothing. Tells old and new values. If these lead to different contacts nothing is written.',
  scope: 'contacts.write',
  needs: ['contacts.readonly'],
  effect: 'update',
  input: z
    .strictObject(personFields)
    .refine((args) => args.matchField === undefined || matchEntry(args, args.matchField) !== undefined, {
      path: ['matchField'],
      message: MATCH_RULE,
    })
    .refine((args) => isFindable(args, args.matchField), `give ${WAYS_TO_FIND}`),
  output: outputs.contact,
  calls: [],
  run,
};
