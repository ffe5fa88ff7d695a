import { fullName } from '../../../api/contact-name.ts';
import type { Json } from '../../../lib/json.ts';
import { truncate } from '../../../lib/text.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { cleanValue, rowOf } from '../../core/row-shape.ts';
import { ENVELOPE_BYTES, MAX_BYTES, truncateLists } from '../../core/tool-result.ts';
import { lookUpRows, namesById } from '../../runtime/name-lookup.ts';
import { failureReason } from '../contact-view/contact-parts.ts';
import { type CustomValue, heldIn, labelOf } from '../custom-field-values.ts';
import { searchPage } from '../search-pages.ts';
import type { BulkJob, Changes } from './job.ts';
import { isField } from './plan.ts';
import { STEP } from './steps.ts';

const EXAMPLES = 3;
const CHARACTERS = 100;
/** Share of the day's quota from which a job is worth a word about it. */
const WORTH_SAYING = 0.05;

/** What a job would do, with three contacts as examples. Writes nothing. */
export async function previewOf(job: BulkJob, context: ToolContext): Promise<Json> {
  const { changes, ids, repeated } = job;
  const fields = changes.set?.customFields ? await lookUpRows('customFields', context) : undefined;
  const [everyContact, business, ...examples] = await Promise.all([
    job.searched ? isEverybody(ids.length, context) : undefined,
    typeof changes.businessId === 'string' ? namesById('businesses', context) : undefined,
    ...ids.slice(0, EXAMPLES).map((id) => example(id, changes, fields ?? [], context)),
  ]);
  const name = business?.get(String(changes.businessId));
  if (everyContact) context.notify('These are ALL contacts of the location.');
  const cost = costOf(job, context);
  if (cost) context.notify(cost);
  const preview = {
    preview: true,
    ...(context.label === undefined ? {} : { account: context.label }),
    total: ids.length,
    ...(repeated > 0 ? { repeatedIds: repeated } : {}),
    ...(everyContact === undefined ? {} : { everyContact }),
    changes: echoed(changes),
    ...(name === undefined ? {} : { businessName: short(name) }),
    examples,
  };
  const room = MAX_BYTES - ENVELOPE_BYTES;
  return (
    truncateLists(preview, room) ??
    truncateLists({ ...preview, examples: [] }, room) ?? { preview: true, total: ids.length }
  );
}

/** What a large job takes of the day's quota, which is known by the answers that led to the preview. */
function costOf({ steps, ids }: BulkJob, { api }: ToolContext): string | undefined {
  const { dailyLimit, dailyRemaining = 0 } = api.status().quota;
  const requests = steps.reduce((sum, step) => sum + Math.ceil(ids.length / STEP[step].size), 0);
  if (!dailyLimit || requests < dailyLimit * WORTH_SAYING) return undefined;
  const share = Math.round((100 * requests) / dailyLimit);
  const stops = requests > dailyRemaining ? '; it stops when they are used up and can go on the next day' : '';
  return `It takes about ${requests} requests, ${share} % of the ${dailyLimit} this location has a day, of which ${dailyRemaining} are left${stops}.`;
}

/** Whether a search found every contact there is. */
async function isEverybody(found: number, context: ToolContext): Promise<boolean | undefined> {
  const { total } = await searchPage(context, { pageLimit: 1 }, undefined, 'interactive');
  return total === undefined ? undefined : found >= total;
}

async function example(
  contactId: string,
  changes: Changes,
  fields: readonly Json[],
  { call }: ToolContext,
): Promise<Json> {
  try {
    const contact = rowOf.contact(((await call(getContact, { contactId })).contact ?? {}) as Json);
    return { id: contactId, name: short(fullName(contact) || null), changes: changesOf(contact, changes, fields) };
  } catch (error) {
    return { id: contactId, problem: failureReason(error) };
  }
}

/** Old and new of what would become different. */
function changesOf(
  contact: Json,
  { set = {}, addTags, removeTags, businessId, unlinkBusiness }: Changes,
  fields: readonly Json[],
): Json {
  const { customFields = [], clear = [], ...plain } = set;
  const wanted: [string, unknown, unknown][] = [
    ...Object.entries(plain).map(([key, to]): [string, unknown, unknown] => [key, oldOf(contact, key), to]),
    ...(clear as string[]).map((key): [string, unknown, unknown] => [key, oldOf(contact, key), undefined]),
    ...(customFields as Json[]).map((sent): [string, unknown, unknown] => {
      const id = sent.id ?? fields.find((field) => isField(field, sent))?.id;
      return [labelOf(sent as Pick<CustomValue, 'id' | 'key'>), heldIn(contact, id as string | undefined), sent.value];
    }),
    ...(businessId === undefined && !unlinkBusiness
      ? []
      : [['businessId', contact.businessId, businessId] as [string, unknown, unknown]]),
  ];
  const present = new Set((Array.isArray(contact.tags) ? contact.tags : []).map((tag) => String(tag).toLowerCase()));
  const fresh = addTags?.filter((tag) => !present.has(tag.toLowerCase())) ?? [];
  const leaving = removeTags?.filter((tag) => present.has(tag.toLowerCase())) ?? [];
  return {
    ...Object.fromEntries(
      wanted.filter(isChange).map(([key, from, to]) => [key, { old: short(from), new: short(to) }]),
    ),
    ...(fresh.length > 0 ? { addTags: fresh } : {}),
    ...(leaving.length > 0 ? { removeTags: leaving } : {}),
  };
}

/** What was asked for, long texts cut. */
const echoed = (changes: Changes): Json =>
  JSON.parse(JSON.stringify(changes, (_, value) => (typeof value === 'string' ? truncate(value, CHARACTERS) : value)));

const isChange = ([, from, to]: [string, unknown, unknown]): boolean =>
  JSON.stringify(from ?? '') !== JSON.stringify(to ?? '');

const oldOf = (contact: Json, key: string): unknown => (key === 'name' ? fullName(contact) : contact[key]);

/** A value cut for an example; null where there is none. */
const short = (value: unknown): unknown => cleanValue(value ?? null, CHARACTERS);
