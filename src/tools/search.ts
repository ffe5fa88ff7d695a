import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import type { Json } from '../lib/json.ts';
import { contactList, hasNextPage } from './core/row-shape.ts';
import { Fields, Filled, listOf, outputs, unlisted, unlistedLimit, upTo } from './core/schemas.ts';

/** What search is known to filter by; whether there are more is for HighLevel to say. */
const SEARCH_FIELDS =
  'id contactName firstName lastName email(no contains) phone(E.164) address city state postalCode country companyName businessName source type assignedTo followers tags dnd dateAdded dateUpdated lastActivity (dates: range) customFields.<id>';
const OPERATORS = 'eq, not_eq, contains, not_contains, exists, not_exists, range, contains_set, wildcard';

/** The longest text search takes. */
const MAX_SEARCHED = 75;
const Searched = z.string().max(MAX_SEARCHED).meta(unlistedLimit);
const Scalar = z.union([Searched, z.number(), z.boolean()]);
const Bound = z.union([Searched, z.number().meta(unlisted)]).optional();
const bounds = { gte: Bound, lte: Bound, gt: Bound, lt: Bound };

/** The form the API has for a range, which is read as well as the four beside `value`. */
const Range = z.strictObject(bounds).meta(unlisted);
const Name = z.string().regex(/^[\w.-]{1,128}$/, 'must be a name of letters, digits, "_", "." or "-"');

const condition = {
  field: Name.optional(),
  operator: Name.optional(),
  value: z.union([...Scalar.options, listOf(z.union([Searched, z.number().meta(unlisted)]), 100), Range]).optional(),
  ...bounds,
};
type Condition = { [name in keyof typeof condition]?: unknown };
/** Operators that ask for a value; of one that is not known here, HighLevel says what it takes. */
const WITH_VALUE = OPERATORS.split(', ').filter((name) => !name.endsWith('exists'));
/** Without the value that somebody meant, a filter could match more than it should, also for a bulk write. */
const isWhole = (filter: Condition): boolean =>
  filter.field !== undefined &&
  filter.operator !== undefined &&
  (filter.value !== undefined || hasBounds(filter) || !WITH_VALUE.includes(String(filter.operator)));
const CONDITION_RULE = 'needs field and operator (and a value, except exists and not_exists)';
const takesNoValue = ({ operator, value }: Condition): boolean =>
  value === undefined || (operator !== 'exists' && operator !== 'not_exists');
const NO_VALUE_RULE =
  'has a value, which exists and not_exists do not take: for contacts without the field use not_exists';
const hasBounds = (filter: Condition): boolean => BOUNDS.some((name) => filter[name] !== undefined);
export const BOUNDS = ['gte', 'lte', 'gt', 'lt'] as const;
const boundsFit = (filter: Condition): boolean =>
  !hasBounds(filter) || (filter.operator === 'range' && filter.value === undefined);
const BOUNDS_RULE = 'gte, lte, gt and lt go with operator range, in place of value';

const Leaf = z
  .strictObject(condition)
  .refine(isWhole, CONDITION_RULE)
  .refine(takesNoValue, NO_VALUE_RULE)
  .refine(boundsFit, BOUNDS_RULE);
const Filter = z
  .strictObject({ ...condition, group: z.enum(['AND', 'OR']).optional(), filters: listOf(Leaf, 50).optional() })
  .refine(
    (f) => (f.group === undefined ? isWhole(f) : f.filters !== undefined && f.field === undefined),
    CONDITION_RULE,
  )
  .refine(takesNoValue, NO_VALUE_RULE)
  .refine(boundsFit, BOUNDS_RULE);

export const filters = listOf(Filter, 50);
const Sort = z.strictObject({ field: Name, direction: z.enum(['asc', 'desc']) });

/** Names people use for fields the index keeps in lower case only. */
const LOWER: Readonly<Record<string, string>> = { firstName: 'firstNameLowerCase', lastName: 'lastNameLowerCase' };
const indexField = (field: unknown): unknown =>
  typeof field === 'string' && Object.hasOwn(LOWER, field) ? LOWER[field] : field;
const lower = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(lower) : typeof value === 'string' ? value.toLowerCase() : value;

/** Filters as the index wants them: lower-case twins for names, tags in lower case, a range as one value. */
const indexFilters = (given: unknown): unknown =>
  (given as Json[]).map(({ gte, lte, gt, lt, ...filter }) => {
    if (filter.filters) return { ...filter, filters: indexFilters(filter.filters) };
    const field = indexField(filter.field);
    const isLower = field === 'tags' || String(field).endsWith('LowerCase');
    const range = Object.entries({ gte, lte, gt, lt }).filter(([, bound]) => bound !== undefined);
    const value = range.length > 0 ? Object.fromEntries(range) : isLower ? lower(filter.value) : filter.value;
    return { ...filter, field, ...(value === undefined ? {} : { value }) };
  });

/** Ids of custom fields have no other characters, and are longer than most names. */
const CUSTOM_BY_ID = /^customFields\.[A-Za-z0-9]{16,}$/;

/** The custom fields that filters call by something else than an id. Search then answers that there is nobody. */
export const customFieldsByName = (filters: readonly Json[]): string[] =>
  filters.flatMap(({ field, filters: inner }) => {
    if (Array.isArray(inner)) return customFieldsByName(inner as Json[]);
    return String(field).startsWith('customFields.') && !CUSTOM_BY_ID.test(String(field)) ? [String(field)] : [];
  });

const indexSort = (given: unknown): unknown =>
  (given as Json[]).map((sort) => ({ ...sort, field: indexField(sort.field) }));

export const searchContacts = endpoint({
  name: 'search_contacts',
  title: 'Search contacts',
  description: `Find contacts by free text (query) or by filters, all of which must hold; {group: OR, filters: [...]} for alternatives. Filter fields: ${SEARCH_FIELDS}. Operators: ${OPERATORS}; a range takes gte, lte, gt, lt (local times and dates too). Over 10,000 rows go on with searchAfter. Trails writes by seconds to minutes; get_contact does not.`,
  route: 'POST /contacts/search',
  scope: 'contacts.readonly',
  effect: 'read',
  locationId: true,
  input: z
    .strictObject({
      query: Filled.max(75).optional(),
      filters: filters.optional(),
      sort: listOf(Sort, 10).optional(),
      pageLimit: upTo(500).optional(),
      page: upTo(10_000).optional(),
      searchAfter: z
        .array(z.union([z.string().max(500).meta(unlistedLimit), z.number()]))
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
      (a) => (a.page ?? 1) * (a.pageLimit ?? 20) <= 10_000,
      'page x pageLimit may not pass 10,000; go on with searchAfter',
    ),
  output: outputs.contacts,
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
