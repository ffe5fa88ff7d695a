import { type Json, listIn, recordsOf, textIn } from '../../../lib/json.ts';
import type { Implementations, ToolContext } from '../../core/context.ts';
import { searchField } from '../../core/search-fields.ts';
import { searchContacts } from '../../search.ts';
import { collectMatches } from './collect.ts';
import { splitFilters } from './local-filters.ts';
import { findByOtherValue } from './secondary-values.ts';
import { indexAfter, sortKeys, sortRows } from './sort-rows.ts';

const DEFAULT_PAGE = 20;
/** The order of the index. */
const NEWEST_FIRST = [{ field: 'dateAdded', direction: 'desc' }];

/** A search with what the index cannot do: other sorts, parts of emails, additional emails and phones. */
export const run: Implementations['searchContacts'] = async (args, context) => {
  const isSortedByIndex = recordsOf(args.sort).every((sort) => searchField(textIn(sort, 'field') ?? '')?.sorts);
  if (!isSortedByIndex || splitFilters(args.filters).local.length > 0) return searchHere(args, context);
  const answer = await context.call(searchContacts, args);
  if (listIn(answer, 'contacts').length > 0 || args.page !== undefined || args.searchAfter !== undefined) return answer;
  const found = await findByOtherValue(args, context);
  return found ? { ...answer, contacts: [found], total: 1 } : answer;
};

/** All matches are read, sorted, and shown from the cursor or page on. */
async function searchHere(args: Json, context: ToolContext): Promise<Json> {
  const keys = await sortKeys(recordsOf(args.sort ?? NEWEST_FIRST), context);
  const rows = sortRows(await collectMatches(context, args), keys);
  const { pageLimit = DEFAULT_PAGE, page = 1, searchAfter }: { pageLimit?: number; page?: number } & Json = args;
  const start = searchAfter === undefined ? (page - 1) * pageLimit : indexAfter(searchAfter, rows, keys);
  return { contacts: rows.slice(start, start + pageLimit), total: rows.length };
}
