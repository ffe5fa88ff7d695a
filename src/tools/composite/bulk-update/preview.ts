import { fullName, storedTag } from '../../../api/contact-fields.ts';
import { type Json, listIn, recordIn } from '../../../lib/json.ts';
import { truncate } from '../../../lib/text.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { rowOf } from '../../core/row-shape.ts';
import { truncateLists } from '../../core/tool-result.ts';
import { MAX_VALUE, shortValue } from '../bulk-job/bulk-job.ts';
import { failureReason } from '../contact-view/contact-parts.ts';
import { searchPage } from '../search-pages.ts';
import type { Changes, Plan } from './job.ts';
import { businessField, fieldsToSet, wantedChanges } from './job-fields.ts';

const MAX_EXAMPLES = 3;

/** What a job would do, with three contacts as examples. Writes nothing. */
export async function previewOf(plan: Plan, context: ToolContext): Promise<Json> {
  const { ids, repeated } = plan;
  const [everyContact, ...examples] = await Promise.all([
    plan.isSearch ? isEveryContact(ids.length, context) : undefined,
    ...ids.slice(0, MAX_EXAMPLES).map((id) => exampleOf(id, plan, context)),
  ]);
  if (everyContact) context.notify('These are ALL contacts of the location.');
  if (plan.changes.addTags || plan.changes.removeTags) context.notify('Tags may start automations for each contact.');
  const preview = {
    ...(context.label === undefined ? {} : { account: context.label }),
    total: ids.length,
    ...(repeated > 0 ? { repeatedIds: repeated } : {}),
    ...(everyContact === undefined ? {} : { everyContact }),
    changes: withShortTexts(changesOf(plan)),
    examples,
  };
  return truncateLists(preview) ?? truncateLists({ ...preview, examples: [] }) ?? { total: ids.length };
}

/** Whether a search found every contact of the location; undefined if the API does not give their number. */
async function isEveryContact(found: number, context: ToolContext): Promise<boolean | undefined> {
  const { total } = await searchPage(context, { pageLimit: 1 }, undefined, 'interactive');
  return total === undefined ? undefined : found >= total;
}

async function exampleOf(id: string, plan: Plan, { call }: ToolContext): Promise<Json> {
  try {
    const answer = await call(getContact, { contactId: id });
    const contact = rowOf.contact(recordIn(answer, 'contact') ?? {});
    return {
      id,
      name: shortValue(fullName(contact) || null),
      changes: { ...wantedChanges(contact, fieldsOf(plan)), ...tagChanges(contact, plan.changes) },
    };
  } catch (error) {
    return { id, problem: failureReason(error) };
  }
}

const fieldsOf = (plan: Plan) => [
  ...fieldsToSet(plan),
  ...(plan.steps.includes('business') ? [businessField(plan)] : []),
];

function tagChanges(contact: Json, { addTags = [], removeTags = [] }: Changes): Json {
  const stored = new Set(listIn(contact, 'tags').map(storedTag));
  const added = addTags.filter((tag) => !stored.has(storedTag(tag)));
  const removed = removeTags.filter((tag) => stored.has(storedTag(tag)));
  return {
    ...(added.length > 0 ? { addTags: added } : {}),
    ...(removed.length > 0 ? { removeTags: removed } : {}),
  };
}

/** The changes with custom fields as a contact has them, which answers show by name. */
function changesOf({ changes, customFields }: Plan): Json {
  if (customFields.length === 0) return changes;
  const values = customFields.map(({ id, key, value }) => ({ id: id ?? key, value }));
  return { ...changes, set: { ...changes.set, customFields: values } };
}

const withShortTexts = (changes: Json): Json =>
  JSON.parse(JSON.stringify(changes, (_, value) => (typeof value === 'string' ? truncate(value, MAX_VALUE) : value)));
