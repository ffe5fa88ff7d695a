import { type Json, listIn, rowsIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { searchContacts } from '../search.ts';

/** Rows the API gives at most in one answer of a search. */
export const SEARCH_PAGE = 500;

export interface SearchPage {
  readonly rows: readonly Json[];
  /** As the API counts all that match; undefined where it does not say. */
  readonly total: number | undefined;
  /** Where the next page begins; undefined at the end. */
  readonly searchAfter: unknown;
}

/** What an answer says where a list was ended because its pages bring nothing new. */
export const REPEATS =
  'HighLevel gave the same rows again for a later page, so the list ends here and may be incomplete; try again later.';

/** Ids met so far: tells whether a page brings anything that no page before it did. */
export class Met {
  readonly #ids = new Set<unknown>();

  /** True for a page without rows: it ends a list by itself. */
  isNew(rows: readonly unknown[]): boolean {
    const before = this.#ids.size;
    for (const row of rows) this.#ids.add(idOf(row));
    return rows.length === 0 || this.#ids.size > before;
  }
}

const idOf = (row: unknown): unknown => {
  const { id, _id } = (row ?? {}) as Json;
  return id ?? _id ?? JSON.stringify(row);
};

/** Where to go on after `seen` rows: a page shorter than asked for is no end while more are said to match. */
export const nextPage = ({ total, rows, searchAfter }: SearchPage, seen: number, before: unknown): unknown => {
  if (total === undefined) return searchAfter;
  const last = rows.at(-1)?.searchAfter;
  return seen >= total || String(last) === String(before) ? undefined : last;
};

/** One page of a search, after the row that `searchAfter` names. */
export async function searchPage(
  { call }: Pick<ToolContext, 'call'>,
  question: Json,
  searchAfter?: unknown,
  priority: 'interactive' | 'bulk' = 'bulk',
): Promise<SearchPage> {
  const pageLimit = Number(question.pageLimit ?? SEARCH_PAGE);
  const data = await call(
    searchContacts,
    { ...question, pageLimit, ...(searchAfter ? { searchAfter } : {}) },
    priority,
  );
  const rows = rowsIn(data, 'contacts');
  const last = rows.at(-1)?.searchAfter;
  return {
    rows,
    total: typeof data.total === 'number' ? data.total : undefined,
    // A cursor that does not move would go round for ever.
    searchAfter: listIn(data, 'contacts').length < pageLimit || String(last) === String(searchAfter) ? undefined : last,
  };
}
