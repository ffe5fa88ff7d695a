import { ID } from '../../../api/endpoint.ts';
import { refuseOversized } from '../../../api/request.ts';
import { UserError } from '../../../lib/errors.ts';
import { MAX_UNASKED } from '../../core/confirmation.ts';
import type { ToolContext } from '../../core/context.ts';
import { lookUp } from '../../names/lookups.ts';
import { type CustomValue, resolveCustomField } from '../custom-field-values.ts';
import { matchingPage } from '../search/collect.ts';
import { nextCursor, SeenRows } from '../search-pages.ts';
import type { BulkUpdateInput, Changes, Plan } from './job.ts';
import { STEPS, stepsOf } from './steps.ts';

/** Contacts that one job may change. */
const MAX_CONTACTS = 10_000;

/** Plans a job and writes nothing. @throws UserError if it could not be done */
export async function planJob(input: BulkUpdateInput, context: ToolContext): Promise<Plan> {
  const { contacts, query, filters, ...args } = input;
  const { set, addTags, removeTags, businessId } = args;
  const changes = { set, addTags, removeTags, businessId, unlinkBusiness: args.unlinkBusiness || undefined };
  const customFields = await resolveCustomFields(set, context);
  const ids = contacts ? [...new Set(contacts)] : await searchIds({ query, filters }, context);
  refuseSharedIdentity(set, ids.length);
  const repeated = contacts ? contacts.length - ids.length : 0;
  const plan = { ids, repeated, changes, customFields, steps: stepsOf(changes), isSearch: !contacts };
  for (const step of plan.steps) refuseOversized(maxBodyBytes(STEPS[step].idsPerCall, step, plan));
  return plan;
}

/** @throws UserError for an email or phone that more than one contact would get */
function refuseSharedIdentity(set: Changes['set'], contacts: number): void {
  const shared = (['email', 'phone'] as const).find((field) => set?.[field] !== undefined);
  if (shared && contacts > 1)
    throw new UserError(
      `${shared} belongs to one contact, and this call is for ${contacts}. Nothing was written; leave it out, or use update_contact for each.`,
    );
}

async function resolveCustomFields(set: Changes['set'], context: ToolContext): Promise<CustomValue[]> {
  if (!set?.customFields) return [];
  const definitions = await lookUp('customFields', context);
  return set.customFields.map((entry) => resolveCustomField(entry, definitions));
}

/** Bytes of the largest request of a step. */
function maxBodyBytes(idsPerCall: number, step: keyof typeof STEPS, { changes, ids }: Plan): number {
  const { addTags, removeTags, set } = changes;
  const body = { business: {}, addTags, removeTags, fields: set }[step] ?? {};
  const idBytes = idsPerCall > 1 ? JSON.stringify(ids.slice(0, idsPerCall)).length : 0;
  return Buffer.byteLength(JSON.stringify(body)) + idBytes;
}

/** Ids of all contacts that a search finds now. @throws UserError if there are too many, or not all can be found */
async function searchIds(search: Pick<BulkUpdateInput, 'query' | 'filters'>, context: ToolContext): Promise<string[]> {
  const sorted = { ...search, sort: [{ field: 'dateAdded', direction: 'asc' }] };
  const ids = new Set<string>();
  const seen = new SeenRows();
  let unusable = 0;
  let cursor: unknown;
  do {
    if (!context.hasTime()) throw new UserError('Finding the contacts took too long. Nothing was written; try again.');
    const page = await matchingPage(context, sorted, cursor);
    const { rows, total = 0 } = page;
    if (rows.length > 0 && seen.add(rows).length === 0)
      throw new UserError(
        'HighLevel gave the same contacts again for a later page, so that not all can be found. Nothing was written; try again later, or narrow the filters.',
      );
    const found = Math.max(total, ids.size);
    if (found > MAX_CONTACTS)
      throw new UserError(
        `${found} contacts match, and one job takes ${MAX_CONTACTS}. Nothing was written. Narrow the filters, for example by a range of dateAdded.`,
      );
    const usable = rows.flatMap(({ id }) => (typeof id === 'string' && ID.test(id) ? [id] : []));
    for (const id of usable) ids.add(id);
    unusable += rows.length - usable.length;
    if (ids.size > MAX_UNASKED) context.progress(ids.size, total || undefined, `${ids.size} contacts found`);
    cursor = nextCursor(page, ids.size + unusable, cursor);
  } while (cursor !== undefined);
  if (unusable > 0) context.notify(`${unusable} found without a usable id cannot be changed and were left out.`);
  return [...ids];
}
