import type { Priority } from '../../api/rate-limiter.ts';
import { isRecord, type Json, listIn, rowsIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { MAX_SEARCH_PAGE, searchContacts } from '../search.ts';

export type SearchPage = Awaited<ReturnType<typeof searchPage>>;

/** Notice of a list that ended because a page repeated rows of earlier pages. */
export const PAGES_REPEAT =
  'HighLevel gave the same rows again for a later page, so the list ends here and may be incomplete; try again later.';

/** Ids of the rows of all pages so far. */
export class SeenRows {
  readonly #ids = new Set<unknown>();

  /** The rows that neither earlier pages had nor this one twice: pages shift while rows are written. */
  add<T>(rows: readonly T[]): T[] {
    return rows.filter((row) => {
      const before = this.#ids.size;
      return this.#ids.add(idOf(row)).size > before;
    });
  }
}

const idOf = (row: unknown): unknown => {
  const { id, _id } = isRecord(row) ? row : {};
  return id ?? _id ?? JSON.stringify(row);
};

/** Whether a cursor stayed the same: to follow it would never end. */
const isSameCursor = (a: unknown, b: unknown): boolean => String(a) === String(b);

/** The cursor after `seen` rows. Search may end a page early, so that a short page is the end only if none are left. */
export const nextCursor = ({ total, rows, searchAfter }: SearchPage, seen: number, before: unknown): unknown => {
  if (total === undefined) return searchAfter;
  const last = rows.at(-1)?.searchAfter;
  return seen >= total || isSameCursor(last, before) ? undefined : last;
};

/** One page of a search, from the cursor `searchAfter` on. */
export async function searchPage(
  { call }: Pick<ToolContext, 'call'>,
  search: { readonly pageLimit?: number } & Json,
  searchAfter?: unknown,
  priority: Priority = 'bulk',
) {
  const { pageLimit = MAX_SEARCH_PAGE } = search;
  const answer = await call(
    searchContacts,
    { ...search, pageLimit, ...(searchAfter ? { searchAfter } : {}) },
    priority,
  );
  const rows = rowsIn(answer, 'contacts');
  const last = rows.at(-1)?.searchAfter;
  const isLast = listIn(answer, 'contacts').length < pageLimit || isSameCursor(last, searchAfter);
  return {
    rows,
    /** All matches as the API counts them; undefined if it does not say. */
    total: typeof answer.total === 'number' ? answer.total : undefined,
    /** Cursor of the next page; undefined at the end. */
    searchAfter: isLast ? undefined : last,
  };
}
