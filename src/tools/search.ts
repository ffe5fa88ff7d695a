import * as z from 'zod';
import { endpoint, type Json } from '../endpoint.ts';
import { contacts as contactList, fullPage } from '../rows.ts';
import { Fields, Filled, outputs, upTo } from '../schemas.ts';

/** What search knows to filter by, and which of them take more than eq, not_eq and exists. */
const SEARCH_FIELDS =
  'id contactName firstName lastName email(no contains) phone(E.164) address city state postalCode country companyName businessName source type assignedTo followers tags dnd dateAdded dateUpdated lastActivity (dates: range) customFields.<id>';

const OPERATORS = ['eq', 'not_eq', 'contains', 'not_contains', 'exists', 'not_exists', 'range'] as const;
const SORTABLE = [
  'email',
  'dnd',
  'source',
  'firstNameLowerCase',
  'lastNameLowerCase',
  'dateAdded',
  'dateUpdated',
] as const;

const Range = z.partialRecord(z.enum(['gte', 'lte', 'gt', 'lt']), z.union([z.string(), z.number()]));
const Value = z.union([z.string().max(75), z.number(), z.boolean(), Range.meta({ shallow: true })]);

const condition = {
  field: z
    .string()
    .regex(/^[\w.]+$/)
    .optional(),
  operator: z.enum(OPERATORS).optional(),
  value: Value.describe('range: {gte, lte, gt, lt}').optional(),
};
const wholeCondition = (c: { field?: unknown; operator?: unknown }) =>
  c.field !== undefined && c.operator !== undefined;
const CONDITION_RULE = 'a filter needs field and operator (and a value, except exists and not_exists)';

const Leaf = z.strictObject(condition).refine(wholeCondition, CONDITION_RULE);
const Filter = z
  .strictObject({ ...condition, group: z.enum(['AND', 'OR']).optional(), filters: z.array(Leaf).min(1).optional() })
  .refine(
    (f) => (f.group === undefined ? wholeCondition(f) : f.filters !== undefined && f.field === undefined),
    CONDITION_RULE,
  );

const searchFilters = z.array(Filter).min(1);
/** The same for other tools, checked in full and advertised in a word. */
export const filtersAsInSearch = z
  .array(Filter.meta({ shallow: true }))
  .min(1)
  .describe('as in search_contacts');
const Sort = z.strictObject({ field: z.enum(SORTABLE), direction: z.enum(['asc', 'desc']) });

/** Names people use for fields the index keeps in lower case only. */
const LOWER: Readonly<Record<string, string>> = { firstName: 'firstNameLowerCase', lastName: 'lastNameLowerCase' };
const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** Filters as the index wants them: lower-case twins for names, tags in lower case. */
const readFilters = (filters: unknown): unknown =>
  (filters as Json[]).map((filter) => {
    if (filter.filters) return { ...filter, filters: readFilters(filter.filters) };
    const field = LOWER[String(filter.field)] ?? filter.field;
    const lowered = field === 'tags' || String(field).endsWith('LowerCase');
    return { ...filter, field, ...(filter.value !== undefined && lowered ? { value: lower(filter.value) } : {}) };
  });

export const searchContacts = endpoint({
  name: 'search_contacts',
  title: 'Search contacts',
  description: `Find contacts by free text (query) or by filters, all of which must hold; {group: OR, filters: [...]} for alternatives. Filter fields: ${SEARCH_FIELDS}. Over 10,000 rows go on with searchAfter. Trails writes by seconds to minutes; get_contact does not.`,
  route: 'POST /contacts/search',
  scope: 'contacts.readonly',
  effect: 'read',
  locationId: true,
  input: z
    .strictObject({
      query: Filled.max(75).optional(),
      filters: searchFilters.optional(),
      sort: z.array(Sort).min(1).optional(),
      pageLimit: upTo(500).optional(),
      page: upTo(10_000).optional(),
      searchAfter: z
        .array(z.union([z.string(), z.number()]))
        .min(1)
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
  request: (args) => ({ pageLimit: 20, ...args, ...(args.filters ? { filters: readFilters(args.filters) } : {}) }),
  list: contactList((page) => {
    const { page: _, ...args } = page.args;
    const more = fullPage(page, 'pageLimit', 20) && Array.isArray(page.last.searchAfter);
    return more ? { ...args, searchAfter: page.last.searchAfter } : undefined;
  }),
});
