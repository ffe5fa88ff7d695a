import * as z from 'zod';
import { type Json, recordsOf } from '../lib/json.ts';
import { reference } from './core/references.ts';
import { listOf, unlisted, unlistedLimit } from './core/schemas.ts';
import { indexField, operatorProblem, searchField, WITH_VALUE } from './core/search-fields.ts';

/** Characters of a text that search takes. */
export const MAX_SEARCH_TEXT = 75;
export const MAX_FILTERS = 50;

/** An empty text would be in every text, also for a bulk write. */
const SearchText = z
  .string()
  .min(1, 'must not be empty: for contacts without the field use not_exists')
  .max(MAX_SEARCH_TEXT)
  .meta(unlistedLimit);
const Scalar = z.union([SearchText, z.number(), z.boolean()]);
const Bound = z.union([SearchText, z.number().meta(unlisted)]).optional();
export const BOUNDS = ['gte', 'lte', 'gt', 'lt'] as const;
const bounds = { gte: Bound, lte: Bound, gt: Bound, lt: Bound };

/** The API's own form of a range, accepted besides the four bounds. */
const Range = z.strictObject(bounds).meta(unlisted);
const Name = z.string().regex(/^[\w.-]{1,128}$/, 'must be a name of letters, digits, "_", "." or "-"');
/** A field of the index, or a custom field by its name, key or id. */
export const SearchFieldName = z
  .string()
  .regex(/^([\w.-]{1,128}|customFields\..{1,200})$/u, 'must be a field of contacts, or customFields. and a name')
  .meta(reference('fieldName'));

const condition = {
  field: SearchFieldName.optional(),
  operator: Name.optional(),
  value: z.union([...Scalar.options, listOf(z.union([SearchText, z.number().meta(unlisted)]), 100), Range]).optional(),
  ...bounds,
};
type Condition = { [name in keyof typeof condition]?: unknown };

const hasBounds = (filter: Condition): boolean => BOUNDS.some((name) => filter[name] !== undefined);
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
    .refine(isValid, 'needs field and operator (and a value, except exists and not_exists), or group and filters')
    .refine(
      valueFits,
      'has a value, which exists and not_exists do not take: for contacts without the field use not_exists',
    )
    .refine(boundsFit, 'gte, lte, gt and lt go with operator range, in place of value');

/** Either a condition, a group, or a nested field with conditions about its own keys. */
const isFilter = ({
  group,
  filters: inner,
  ...filter
}: Condition & { group?: unknown; filters?: unknown }): boolean => {
  if (group !== undefined) return inner !== undefined && filter.field === undefined;
  return isComplete(filter) && (inner !== undefined) === (filter.operator === 'nested');
};

const Group = z.enum(['AND', 'OR']);
const Leaf = withRules(z.strictObject(condition), isComplete);
/** Groups may hold groups, and these conditions; only the outer group is listed. */
const InnerFilter = withRules(
  z.strictObject({
    ...condition,
    group: Group.optional().meta(unlisted),
    filters: listOf(Leaf, MAX_FILTERS).optional().meta(unlisted),
  }),
  isFilter,
);
const OuterFilter = withRules(
  z.strictObject({ ...condition, group: Group.optional(), filters: listOf(InnerFilter, MAX_FILTERS).optional() }),
  isFilter,
);

interface Problem {
  readonly message: string;
  readonly path: (string | number)[];
}

/** The operators that fields do not take. Filters within a nested field are about its own keys, which only HighLevel knows. */
function operatorProblems({ field, operator, group, filters: inner }: Json, level: 'top' | 'group'): Problem[] {
  if (group !== undefined)
    return recordsOf(inner).flatMap((filter, at) =>
      operatorProblems(filter, 'group').map(({ message, path }) => ({ message, path: ['filters', at, ...path] })),
    );
  const isNamed = typeof field === 'string' && typeof operator === 'string';
  const message = isNamed ? operatorProblem(field, operator, level) : undefined;
  return message === undefined ? [] : [{ message, path: [] }];
}

const Filter = OuterFilter.superRefine((filter, { addIssue }) => {
  for (const problem of operatorProblems(filter, 'top')) addIssue({ code: 'custom', ...problem });
});

export const filters = listOf(Filter, MAX_FILTERS);

const toLowerCase = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(toLowerCase) : typeof value === 'string' ? value.toLowerCase() : value;

/** One filter as the index takes it: lower-case fields for names, tags in lower case, a range as one value. */
function indexFilter({ gte, lte, gt, lt, ...filter }: Json): Json {
  if (filter.filters) return { ...filter, filters: indexFilters(filter.filters) };
  const { field, value: given } = filter;
  if (typeof field !== 'string') return filter;
  const range = Object.entries({ gte, lte, gt, lt }).filter(([, bound]) => bound !== undefined);
  const single = searchField(field)?.type === 'lowerCase' ? toLowerCase(given) : given;
  const value = range.length > 0 ? Object.fromEntries(range) : single;
  return { ...filter, field: indexField(field), ...(value === undefined ? {} : { value }) };
}

export const indexFilters = (given: unknown): Json[] => recordsOf(given).map(indexFilter);

export const indexSort = (given: unknown): Json[] =>
  recordsOf(given).map(({ field, ...sort }) => ({
    ...sort,
    field: typeof field === 'string' ? indexField(field) : field,
  }));
