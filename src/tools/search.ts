import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { type Json, recordsOf } from '../lib/json.ts';
import { CUSTOM_FIELDS, reference } from './core/references.ts';
import { contactList, hasNextPage } from './core/row-shape.ts';
import { Fields, Filled, listOf, outputs, unlisted, unlistedLimit, upTo } from './core/schemas.ts';

/** Known filter fields; HighLevel decides about any other. */
const SEARCH_FIELDS =
  'id contactName firstName lastName email(no contains) phone(E.164) address city state postalCode country companyName businessName source type assignedTo followers tags dnd dateAdded dateUpdated lastActivity (dates: range) customFields.<name>';
const OPERATORS = 'eq, not_eq, contains, not_contains, exists, not_exists, range, contains_set, wildcard';

/** Characters of a text that search takes. */
const MAX_TEXT = 75;
const SearchText = z.string().max(MAX_TEXT).meta(unlistedLimit);
const Scalar = z.union([SearchText, z.number(), z.boolean()]);
const Bound = z.union([SearchText, z.number().meta(unlisted)]).optional();
export const BOUNDS = ['gte', 'lte', 'gt', 'lt'] as const;
const bounds = { gte: Bound, lte: Bound, gt: Bound, lt: Bound };

/** The API's own form of a range, accepted besides the four bounds. */
const Range = z.strictObject(bounds).meta(unlisted);
const Name = z.string().regex(/^[\w.-]{1,128}$/, 'must be a name of letters, digits, "_", "." or "-"');
/** A field of the index, or a custom field by its name, key or id. */
const FieldName = z
  .string()
  .regex(/^([\w.-]{1,128}|customFields\..{1,200})$/u, 'must be a field of contacts, or customFields. and a name')
  .meta(reference('fieldName'));

const condition = {
  field: FieldName.optional(),
  operator: Name.optional(),
  value: z.union([...Scalar.options, listOf(z.union([SearchText, z.number().meta(unlisted)]), 100), Range]).optional(),
  ...bounds,
};
type Condition = { [name in keyof typeof condition]?: unknown };

const hasBounds = (filter: Condition): boolean => BOUNDS.some((name) => filter[name] !== undefined);
/** Operators that take a value. HighLevel checks unknown operators. */
const WITH_VALUE = OPERATORS.split(', ').filter((name) => !name.endsWith('exists'));
/** A filter without its value could match too many contacts, also for a bulk write. */
const isComplete = ({ field, operator, value, ...rest }: Condition): boolean =>
  field !== undefined &&
  operator !== undefined &&
  (value !== undefined || hasBounds(rest) || !WITH_VALUE.some((name) => name === operator));
const valueFits = ({ operator, value }: Condition): boolean =>
  value === undefined || (operator !== 'exists' && operator !== 'not_exists');
const boundsFit = (filter: Condition): boolean =>
  !hasBounds(filter) || (filter.operator === 'range' && filter.value === undefined);

const withRules = <T extends z.ZodType<Condition>>(schema: T, isValid: (filter: z.output<T>) => boolean): T =>
  schema
    .refine(isValid, 'needs field and operator (and a value, except exists and not_exists)')
    .refine(
      valueFits,
      'has a value, which exists and not_exists do not take: for contacts without the field use not_exists',
    )
    .refine(boundsFit, 'gte, lte, gt and lt go with operator range, in place of value');

const Leaf = withRules(z.strictObject(condition), isComplete);
const Filter = withRules(
  z.strictObject({ ...condition, group: z.enum(['AND', 'OR']).optional(), filters: listOf(Leaf, 50).optional() }),
  ({ group, filters: inner, ...filter }) =>
    group === undefined ? isComplete(filter) : inner !== undefined && filter.field === undefined,
);

export const filters = listOf(Filter, 50);
const Sort = z.strictObject({ field: FieldName, direction: z.enum(['asc', 'desc']) });

/** Fields that the index stores in lower case only. */
const LOWER_CASE: Readonly<Record<string, string>> = { firstName: 'firstNameLowerCase', lastName: 'lastNameLowerCase' };
const indexField = (field: unknown): unknown =>
  typeof field === 'string' && Object.hasOwn(LOWER_CASE, field) ? LOWER_CASE[field] : field;
const isLowerCase = (field: unknown): boolean =>
  typeof field === 'string' && (field === 'tags' || field.endsWith('LowerCase'));
const toLowerCase = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(toLowerCase) : typeof value === 'string' ? value.toLowerCase() : value;

/** Filters as the index takes them: lower-case fields for names, tags in lower case, a range as one value. */
const indexFilters = (given: unknown): Json[] =>
  recordsOf(given).map(({ gte, lte, gt, lt, ...filter }) => {
    if (filter.filters) return { ...filter, filters: indexFilters(filter.filters) };
    const field = indexField(filter.field);
    const range = Object.entries({ gte, lte, gt, lt }).filter(([, bound]) => bound !== undefined);
    const single = isLowerCase(field) ? toLowerCase(filter.value) : filter.value;
    const value = range.length > 0 ? Object.fromEntries(range) : single;
    return { ...filter, field, ...(value === undefined ? {} : { value }) };
  });

const indexSort = (given: unknown): Json[] =>
  recordsOf(given).map((sort) => ({ ...sort, field: indexField(sort.field) }));

export const isCustomField = (field: unknown): field is string =>
  typeof field === 'string' && field.startsWith(CUSTOM_FIELDS);
export const searchContacts = endpoint({
  name: 'search_contacts',
  title: 'Search contacts',
  description: `Find contacts by free text (query) or by filters, all of which must hold; {group: OR, filters: [...]} for alternatives. Filter fields: ${SEARCH_FIELDS}. Operators: ${OPERATORS}; a range takes gte, lte, gt, lt (local times and dates too). Beyond 10,000 rows page with searchAfter. Lags behind writes by seconds to minutes; get_contact does not.`,
  route: 'POST /contacts/search',
  scope: 'contacts.readonly',
  effect: 'read',
  locationId: true,
  input: z
    .strictObject({
      query: Filled.max(MAX_TEXT).optional(),
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
      'page x pageLimit may not pass 10,000; continue with searchAfter',
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
