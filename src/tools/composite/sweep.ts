import { isId } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { matchingPage } from './search/collect.ts';
import { nextCursor, PAGES_REPEAT } from './search-pages.ts';

/** The progress of a sweep through all pages of a search, which a later call may continue. */
export interface Sweep {
  /** Arguments of the search; its sort stays the same for all pages. */
  readonly search: Json;
  /** Most contacts that are read. */
  readonly limit: number;
  /** Ids read so far: a page may repeat a row while the index changes. */
  readonly seen: Set<unknown>;
  searchAfter?: unknown;
  /** Contacts that match, by the last page. */
  total?: number | undefined;
  /** True once no page is left. */
  ended: boolean;
}

export const newSweep = (filter: Json, direction: 'asc' | 'desc', limit = Number.POSITIVE_INFINITY): Sweep => ({
  search: { ...filter, sort: [{ field: 'dateAdded', direction }] },
  limit,
  seen: new Set(),
  ended: false,
});

/**
 * Reads the pages that are left and gives the rows of each to `take`, every contact once. Pages stay out of the read cache,
 * so that only one is in memory. Returns why it stopped before the end, if it did; after an error of `take` the same page
 * is read again. `did` completes the messages of progress: `exported`.
 * @throws UserError where the first page fails; what `take` throws
 */
export async function sweepContacts(
  sweep: Sweep,
  context: ToolContext,
  did: string,
  take: (rows: readonly Json[]) => Promise<void> | void,
): Promise<string | undefined> {
  const { seen } = sweep;
  const call: ToolContext['call'] = (endpoint, args, priority) =>
    context.call(endpoint, args, priority, { unstored: true });
  while (!sweep.ended) {
    if (seen.size > 0 && !context.hasTime()) return 'stopped for time.';
    const page = await matchingPage({ ...context, call }, sweep.search, sweep.searchAfter).catch((error: unknown) => {
      if (seen.size === 0 || !(error instanceof UserError)) throw error;
      return error;
    });
    if (page instanceof UserError) return page.message;
    const unseen = page.rows.filter(({ id }) => isId(id) && !seen.has(id));
    const rows = new Map(unseen.map((row) => [row.id, row]));
    await take([...rows.values()]);
    for (const id of rows.keys()) seen.add(id);
    sweep.total = page.total;
    context.progress(seen.size, page.total, `${seen.size} contacts ${did}`);
    sweep.searchAfter = nextCursor(page, seen.size, sweep.searchAfter);
    const repeats = page.rows.length > 0 && rows.size === 0;
    if (repeats) context.notify(PAGES_REPEAT);
    sweep.ended = repeats || sweep.searchAfter === undefined || seen.size >= sweep.limit;
  }
  return undefined;
}
