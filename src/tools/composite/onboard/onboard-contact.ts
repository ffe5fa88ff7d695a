import type { Json } from '../../../lib/json.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { cleanValue, rowOf } from '../../core/row-shape.ts';
import { toToolResult } from '../../core/tool-result.ts';

import { readContact } from './find-person.ts';
import { type Onboarded, onboard } from './onboard-person.ts';
import { readPeople } from './parse-person.ts';

/** Characters of an old or new value. */
const VALUE = 300;
const short = (value: unknown) => cleanValue(value ?? undefined, VALUE);

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

export async function run(args: Json, context: ToolContext): Promise<Json> {
  const [person] = await readPeople([args], context);
  if (!person) throw new Error('one row is one person');
  const done = await onboard(person, context);
  const { id } = done.contact;
  const contact = (await readContact(id, context).catch(() => undefined)) ?? done.contact;
  if (done.failed.length > 0)
    context.notify('Not all of it was done, see failed. The same call again does what is missing and nothing twice.');
  return toToolResult(getContact, { contact, ...account(done) }, {});
}
