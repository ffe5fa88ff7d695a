import { isId } from '../../../../api/endpoint.ts';
import { isMissing } from '../../../../api/errors.ts';
import { UserError } from '../../../../lib/errors.ts';
import type { Json } from '../../../../lib/json.ts';
import { getContact } from '../../../contacts.ts';
import type { ToolContext } from '../../../core/context.ts';
import { MAX_SEARCH_PAGE } from '../../../search.ts';
import { failureReason } from '../../contact-view/contact-parts.ts';
import { nextCursor, PAGES_REPEAT, searchPage } from '../../search-pages.ts';
import type { ChangeSource, Look, Room } from '../source.ts';

export interface DeletedKept {
  /** The contacts that existed; undefined before the first whole sweep. */
  readonly known?: ReadonlySet<string> | undefined;
  /** A sweep of all contacts that the next call continues. */
  readonly sweep?: { readonly searchAfter?: unknown; readonly seen: ReadonlySet<string> } | undefined;
  /** Contacts that the last sweep did not see, and that are still to be checked. */
  readonly missing?: ReadonlySet<string> | undefined;
}

/** Most contacts of a location whose ids are kept. */
export const MAX_KNOWN = 100_000;

const SEARCH: Json = { sort: [{ field: 'dateAdded', direction: 'asc' }] };
/** Checks that run side by side. */
const CHECKS = 10;

const tooMany = (): UserError =>
  new UserError(
    `Deleted contacts are found in locations of up to ${MAX_KNOWN} contacts, and this one has more. Leave out deleted.`,
  );

/**
 * Reads on until all ids are read, a page after the first one fails, or the time is over; `left` is the number of requests
 * that are left then, at least 1.
 */
async function sweep(start: NonNullable<DeletedKept['sweep']>, context: ToolContext) {
  const seen = new Set(start.seen);
  let { searchAfter } = start;
  const call: ToolContext['call'] = (endpoint, args, priority) =>
    context.call(endpoint, args, priority, { fresh: true, unstored: true });
  for (;;) {
    const before = seen.size;
    const page = await searchPage({ call }, SEARCH, searchAfter).catch((error: unknown) => {
      if (before === start.seen.size) throw error;
      return failureReason(error);
    });
    if (typeof page === 'string') {
      context.notify(`Not all contacts could be checked for deletion: ${page}`);
      return { seen, searchAfter, left: 1 };
    }
    for (const { id } of page.rows) if (isId(id)) seen.add(id);
    // A sweep that did not see everything would take what it missed for deleted.
    if (page.rows.length > 0 && seen.size === before) throw new UserError(PAGES_REPEAT);
    const { total = seen.size } = page;
    if (Math.max(total, seen.size) > MAX_KNOWN) throw tooMany();
    context.progress(seen.size, total, `${seen.size} contacts checked`);
    searchAfter = nextCursor(page, seen.size, searchAfter);
    if (searchAfter === undefined) return { seen, searchAfter, left: undefined };
    if (!context.hasTime()) return { seen, searchAfter, left: Math.max(1, Math.ceil((total - seen.size) / MAX_SEARCH_PAGE)) }; // biome-ignore format: one case
  }
}

/** Whether a contact is deleted: the index, which the sweep reads, may lack one that exists. */
const isDeleted = (contactId: string, { call }: ToolContext): Promise<boolean> =>
  call(getContact, { contactId }, 'bulk', { fresh: true, unstored: true }).then(
    () => false,
    (error: unknown) => {
      if (isMissing(error)) return true;
      throw error;
    },
  );

/** The rows of missing contacts that are deleted; `left` of those that are still to be checked. */
async function reportMissing(
  existed: Iterable<string>,
  unseen: Iterable<string>,
  room: Room,
  context: ToolContext,
): Promise<Look<DeletedKept>> {
  const [known, missing] = [new Set(existed), new Set(unseen)];
  const rows: Json[] = [];
  while (missing.size > 0 && !room.isFull && context.hasTime()) {
    const ids = [...missing].slice(0, CHECKS);
    const deleted = await Promise.all(ids.map((id) => isDeleted(id, context)));
    for (const [at, id] of ids.entries()) {
      const row = { id, change: 'deleted' };
      if (deleted[at] && !room.take(row)) break;
      missing.delete(id);
      if (deleted[at]) {
        known.delete(id);
        rows.push(row);
      }
    }
  }
  const left = missing.size > 0 ? missing.size : undefined;
  return { rows, kept: { known, missing: left === undefined ? undefined : missing }, left, unseen: [] };
}

/** The contacts of the whole location: which of those that existed do not any more. */
export const deleted: ChangeSource<DeletedKept> = {
  async estimate(kept, context) {
    if (kept?.missing) return kept.missing.size;
    const { total = 0 } = kept?.known ? { total: kept.known.size } : await searchPage(context, { pageLimit: 1 });
    return Math.max(1, Math.ceil(total / MAX_SEARCH_PAGE));
  },

  async look(_since, kept, room, context) {
    const { known } = kept ?? {};
    if (known && kept?.missing) return reportMissing(known, kept.missing, room, context);
    const { left, ...read } = await sweep(kept?.sweep ?? { seen: new Set() }, context);
    if (left !== undefined) return { rows: [], kept: { known, sweep: read }, left, unseen: ['deleted contacts'] };
    if (!known) {
      context.notify('Deleted contacts are reported from the next answer on.');
      return { rows: [], kept: { known: read.seen }, unseen: [] };
    }
    const missing = [...known].filter((id) => !read.seen.has(id));
    return reportMissing([...known, ...read.seen], missing, room, context);
  },
};
