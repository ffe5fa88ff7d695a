import type { Priority } from '../../../api/rate-limiter.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import { nextCursor, PAGES_REPEAT, type SearchPage, searchPage } from '../search-pages.ts';
import { commonText, passesFilters, splitFilters } from './local-filters.ts';

/** Most contacts that are read to be compared or sorted here. */
const MAX_COLLECTED = 2_000;

/**
 * A page of a search that somebody asked for, from the cursor `searchAfter` on. With filters that the index lacks it is one
 * page with all rows. @throws UserError where those are too many
 */
export async function matchingPage(
  context: ToolContext,
  search: { readonly pageLimit?: number } & Json,
  searchAfter?: unknown,
  priority: Priority = 'bulk',
): Promise<SearchPage> {
  if (splitFilters(search.filters).local.length === 0) return searchPage(context, search, searchAfter, priority);
  const rows = await collectMatches(context, search, priority);
  return { rows, total: rows.length, searchAfter: undefined };
}

/**
 * All contacts that a search finds, each once, in the order of the index, also by filters that the index lacks.
 * @throws UserError for more than can be compared or sorted here
 */
export async function collectMatches(
  context: ToolContext,
  { query, filters }: Json,
  priority: Priority = 'interactive',
): Promise<Json[]> {
  const { sent, local } = splitFilters(filters);
  const text = query ?? commonText(local);
  if (text !== query) context.notify(partsNotice(text));
  const search = { ...(text === undefined ? {} : { query: text }), ...(sent.length > 0 ? { filters: sent } : {}) };
  const found = new Map<unknown, Json>();
  let cursor: unknown;
  do {
    if (found.size > 0 && !context.hasTime()) throw tooMany(found.size);
    const page = await searchPage(context, search, cursor, priority);
    const before = found.size;
    for (const row of page.rows) found.set(row.id ?? JSON.stringify(row), row);
    if (Math.max(page.total ?? 0, found.size) > MAX_COLLECTED) throw tooMany(page.total ?? found.size);
    if (page.rows.length > 0 && found.size === before) context.notify(PAGES_REPEAT);
    cursor = found.size === before ? undefined : nextCursor(page, found.size, cursor);
  } while (cursor !== undefined);
  return [...found.values()].filter((row) => passesFilters(row, local));
}

const partsNotice = (text: unknown): string =>
  `Parts of emails are compared here, among the contacts that free text search finds for ${quoteForMessage(text)}: one where it does not see the part may be missing.`;

const tooMany = (count: number): UserError =>
  new UserError(
    `${count} contacts would have to be read and compared here, since search cannot do it, and ${MAX_COLLECTED} is the most. Narrow the search with more filters, such as tag or createdAfter.`,
  );
