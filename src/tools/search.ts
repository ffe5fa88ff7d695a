import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import type { Json } from '../lib/json.ts';
import { contactList, hasNextPage } from './core/row-shape.ts';
import { Fields, Filled, listOf, of, outputs, unlisted, unlistedLimit, upTo } from './core/schemas.ts';
import { sortProblem } from './core/search-fields.ts';
import type { EndpointTool } from './core/tool.ts';
import { searchArguments } from './search-arguments.ts';
import { filters, indexFilters, indexSort, MAX_SEARCH_TEXT, SearchFieldName } from './search-filters.ts';

/** Fields that people filter by; `SEARCH_FIELDS` has them all. */
const FIELDS =
  'id contactName firstName lastName email phone address city state postalCode country companyName businessName (linked business) source type assignedTo followers tags dnd dateAdded dateUpdated lastActivity dateOfBirth customFields.<name>';
/** Characters of one item of a cursor: a sort value, or all those of a row. */
const MAX_CURSOR_TEXT = 4_000;

/** Most rows that the API gives in one page, and most that it gives by the number of a page. */
export const MAX_SEARCH_PAGE = 500;
export const MAX_NUMBERED_ROWS = 10_000;

const Sort = z
  .strictObject({ field: SearchFieldName, direction: z.enum(['asc', 'desc']) })
  .superRefine(({ field }, { addIssue }) => {
    const problem = sortProblem(field);
    if (problem) addIssue({ code: 'custom', message: problem });
  });

const endpointOfSearch = endpoint({
  name: 'search_contacts',
  title: 'Search contacts',
  description: `Find contacts by free text (query), the plain arguments or filters; all must hold, {group: OR, filters: [...]} for alternatives. Filter fields: ${FIELDS}. Operators: eq (whole value), contains (part), both ignore case; not_eq, not_contains, exists, not_exists, contains_set, wildcard; range takes gte, lte, gt, lt (local times and dates too). Custom fields also sort. Beyond 10,000 rows page with searchAfter. Lags behind writes of others by seconds to minutes; get_contact does not.`,
  route: 'POST /contacts/search',
  scope: 'contacts.readonly',
  effect: 'read',
  locationId: true,
  input: () =>
    z
      .strictObject({
        query: Filled.max(MAX_SEARCH_TEXT).optional(),
        ...searchArguments,
        filters: filters.optional(),
        sort: listOf(Sort, 10).optional(),
        pageLimit: upTo(MAX_SEARCH_PAGE).optional(),
        page: upTo(MAX_NUMBERED_ROWS).optional(),
        searchAfter: z
          .array(z.union([z.string().max(MAX_CURSOR_TEXT), z.number(), z.null().meta(unlisted)]))
          .min(1)
          .max(20)
          .meta(unlistedLimit)
          .optional(),
        fields: Fields.optional(),
      })
      .refine(
        (a) => a.page === undefined || a.searchAfter === undefined,
        'page and searchAfter exclude each other; searchAfter has no end',
      )
      .refine(
        (a) => (a.page ?? 1) * (a.pageLimit ?? 20) <= MAX_NUMBERED_ROWS,
        'page x pageLimit may not pass 10,000; continue with searchAfter',
      ),
  output: () => outputs.contacts.extend({ searched: of.text }),
  request: (args) => ({
    pageLimit: 20,
    ...args,
    ...(args.filters ? { filters: indexFilters(args.filters) } : {}),
    ...(args.sort ? { sort: indexSort(args.sort) } : {}),
  }),
  list: contactList((page) => {
    const { page: _, ...args } = page.args;
    const more = hasNextPage(page, 'pageLimit', 20) && Array.isArray(page.last.searchAfter);
    return more ? { ...args, searchAfter: page.last.searchAfter } : undefined;
  }),
});

/** What the index cannot do takes further requests: sorting by other fields, parts of emails, additional emails and phones. */
export const searchContacts: EndpointTool = { ...endpointOfSearch, sentBy: 'searchContacts' };

/** Searches for contacts by id that also match `filters`, each for at most `size` ids. No limit of such a group is documented. */
export function searchesById(ids: readonly string[], size: number, filters: readonly Json[] = []) {
  const parts = Array.from({ length: Math.ceil(ids.length / size) }, (_, at) => ids.slice(at * size, (at + 1) * size));
  return parts.map((part) => {
    const byId = part.map((value) => ({ field: 'id', operator: 'eq', value }));
    return { ids: part, search: { filters: [...filters, { group: 'OR', filters: byId }], pageLimit: part.length } };
  });
}
