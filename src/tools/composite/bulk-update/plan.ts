import { ID } from '../../../api/endpoint.ts';
import { refuseOversized } from '../../../api/prepare-request.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import { lookUpRows } from '../../runtime/name-lookup.ts';
import { Met, nextPage, searchPage } from '../search-pages.ts';
import { type BulkJob, type Changes, type StepName, WITHOUT_PREVIEW } from './job.ts';
import { STEP, stepsOf } from './steps.ts';

/** Contacts a search may find for one job. */
const MOST = 10_000;

/** Fills a job: what is to be done to whom. Writes nothing. @throws UserError for what could not be done anyway */
export async function plan(job: BulkJob, changes: Changes, args: Json, context: ToolContext): Promise<void> {
  const steps = stepsOf(changes);
  await refuseUnknownFields(changes.set, context);
  const { contacts, ...question } = args;
  const named = contacts as string[] | undefined;
  const ids = named ? [...new Set(named)] : await searchIds(question, context);
  refuseSharedReach(changes.set, ids.length);
  for (const step of steps) refuseOversized(largestBody(step, changes, ids));
  Object.assign(job, { ids, changes, steps, searched: !named, repeated: named ? named.length - ids.length : 0 });
}

/** One email or number for many people: refused for all but the first, or duplicates where those are allowed. */
function refuseSharedReach(set: Json | undefined, contacts: number): void {
  const shared = ['email', 'phone'].find((field) => set?.[field] !== undefined);
  if (shared && contacts > 1)
    throw new UserError(
      `${shared} belongs to one contact, and ${contacts} are meant. Nothing was written; leave it out, or use update_contact for each.`,
    );
}

/** HighLevel drops a custom field that it does not know, without a word. */
async function refuseUnknownFields(set: Json | undefined, context: ToolContext): Promise<void> {
  if (!Array.isArray(set?.customFields)) return;
  const known = await lookUpRows('customFields', context);
  if (!known) return;
  const odd = (set.customFields as Json[]).find((sent) => !known.some((field) => isField(field, sent)));
  if (odd)
    throw new UserError(
      `There is no custom field ${quoteForMessage(odd.id ?? odd.key)}; list_custom_fields names them. Nothing was written.`,
    );
}

/** Bytes of the largest request of a step: a preview is of what can be sent. */
const largestBody = (step: StepName, { set, addTags, removeTags }: Changes, ids: readonly string[]): number =>
  Buffer.byteLength(JSON.stringify({ business: {}, addTags, removeTags, fields: set }[step] ?? {})) +
  (STEP[step].size > 1 ? JSON.stringify(ids.slice(0, STEP[step].size)).length : 0);

/** A key goes with and without the `contact.` that definitions show. */
export const isField = (field: Json, { id, key }: Json): boolean =>
  id === undefined ? field.fieldKey === key || field.fieldKey === `contact.${key}` : field.id === id;

/** Ids of all contacts that a search finds now. @throws UserError for more than can be taken on */
async function searchIds(question: Json, context: ToolContext): Promise<string[]> {
  const sorted = { ...question, sort: [{ field: 'dateAdded', direction: 'asc' }] };
  const ids = new Set<string>();
  const met = new Met();
  let unusable = 0;
  let after: unknown;
  do {
    if (!context.hasTime()) throw new UserError('Finding the contacts took too long. Nothing was written; try again.');
    const page = await searchPage(context, sorted, after);
    const { rows, total = 0 } = page;
    if (!met.isNew(rows))
      throw new UserError(
        'HighLevel gave the same contacts again for a later page, so that not all can be found. Nothing was written; try again later, or narrow the filters.',
      );
    if (Math.max(total, ids.size) > MOST)
      throw new UserError(
        `${Math.max(total, ids.size)} contacts match, and one job takes ${MOST}. Nothing was written. Narrow the filters, for example by a range of dateAdded.`,
      );
    const usable = rows.flatMap(({ id }) => (typeof id === 'string' && ID.test(id) ? [id] : []));
    for (const id of usable) ids.add(id);
    unusable += rows.length - usable.length;
    if (ids.size > WITHOUT_PREVIEW) context.progress(ids.size, total || undefined, `${ids.size} contacts found`);
    after = nextPage(page, ids.size + unusable, after);
  } while (after !== undefined);
  if (unusable > 0) context.notify(`${unusable} found without a usable id cannot be changed and were left out.`);
  return [...ids];
}
