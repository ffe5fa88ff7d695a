import { type Json, recordIn } from '../../../lib/json.ts';
import { getContact } from '../../contacts.ts';
import { cleanValue } from '../../core/row-shape.ts';
import type { Implementation } from '../../core/tool.ts';
import { toToolResult } from '../../core/tool-result.ts';
import type { onboardContact } from './onboard-contact.tool.ts';
import { type OnboardResult, onboardPerson } from './onboard-person.ts';
import { parsePeople } from './parse-person.ts';
import { currentContact, taskRow } from './row-result.ts';

/** Characters of an old or new value. */
const MAX_VALUE = 300;
const short = (value: unknown) => cleanValue(value ?? undefined, MAX_VALUE);

/** What was done to the contact. */
function summaryOf(result: OnboardResult, now: number): Json {
  const { created, changed, notStored, tagsAdded, note, tasks, business, failed } = result;
  const taskRows = tasks.map(({ task, created: isNew }) => ({ ...taskRow(task, now), created: isNew }));
  return {
    created,
    changed: changed.map((change) => ({ field: change.field, old: short(change.old), new: short(change.new) })),
    tagsAdded,
    ...(note ? { note } : {}),
    ...(taskRows.length > 0 ? { tasks: taskRows } : {}),
    ...(business ? { business: { businessId: business.id, assigned: business.assigned } } : {}),
    ...(notStored.length > 0 ? { notStored } : {}),
    ...(failed.length > 0 ? { failed: failed.map(({ part, error }) => ({ part, reason: error.message })) } : {}),
  };
}

export const run: Implementation<typeof onboardContact> = async (args, context) => {
  const [person] = await parsePeople([args], context);
  if (!person) throw new Error('one row is one person');
  const result = await onboardPerson(person, context);
  const stored = await context.call(getContact, { contactId: result.contact.id }).then(
    (answer) => recordIn(answer, 'contact'),
    () => undefined,
  );
  if (result.failed.length > 0)
    context.notify('Not all of it was done, see failed. The same call again does what is missing and nothing twice.');
  const now = context.clock.now();
  return toToolResult({}, { contact: currentContact(person, result, stored), ...summaryOf(result, now) }, {}, now);
};
