import type { ToolSpec } from '../../../api/endpoint.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, recordsOf, textIn } from '../../../lib/json.ts';
import { truncate } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import type { NamedRow } from '../../core/lookup-cache.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { customFieldIn, isCustomField, operatorProblem, searchField } from '../../core/search-fields.ts';
import { labelOfField } from '../../names/custom-field-values.ts';
import { lookUp } from '../../names/lookups.ts';
import { indexById } from '../../names/match-name.ts';
import { FILTER_REFERENCES } from '../../names/resolve-references.ts';
import { plainFilters, withoutPlainFilters } from '../../search-arguments.ts';
import { MAX_FILTERS } from '../../search-filters.ts';
import { businessNamed } from './business-name.ts';
import { describeFilter } from './describe-filter.ts';
import { boundsOf, type NamedBound, readBounds, refuseEmptyRange, withoutValueObject } from './filter-bounds.ts';
import { readFilterValue } from './filter-values.ts';

/** Characters of the line that says what was searched. */
const MAX_LINE = 600;

/** A filter as it is sent, and in the words of the answer. */
interface ResolvedFilter {
  readonly sent: Json;
  readonly shown: Json;
  /** Of a range. */
  readonly bounds?: readonly NamedBound[];
}

/** Where a filter was given. */
interface Place {
  /** As messages name it: `filters[0].filters[1]`, or a plain argument such as `tag`. */
  readonly argument: string;
  readonly isPlain?: true;
  readonly level: 'top' | 'group';
}

/**
 * The arguments of a search with one list of filters: plain arguments are filters too, times are in UTC, values as the index
 * compares them. `searched` says in one line what was sent, where it differs from what was asked.
 * @throws UserError for what search cannot compare; nothing was sent
 */
export async function resolveSearch(
  tool: Pick<ToolSpec, 'effect'>,
  asked: Json,
  args: Json,
  context: ToolContext,
): Promise<{ readonly args: Json; readonly searched?: string }> {
  const plain = plainFilters(args);
  const given = recordsOf(args.filters);
  if (given.length + plain.length > MAX_FILTERS)
    throw new UserError(`Nothing was sent. filters and the arguments that filter may be ${MAX_FILTERS} in all.`);
  const places: (readonly [Json, Place])[] = [
    ...given.map((filter, at) => [filter, { argument: `filters[${at}]`, level: 'top' }] as const),
    ...plain.map(({ filter, argument }) => [filter, { argument, isPlain: true, level: 'top' }] as const),
  ];
  const resolved: ResolvedFilter[] = [];
  for (const [filter, place] of places) resolved.push(await resolveFilter(filter, place, tool, context));
  refuseEmptyRange(resolved.flatMap(({ bounds = [] }) => bounds));
  const filters = resolved.map(({ sent }) => sent);
  const rest = { ...withoutPlainFilters(args), ...(filters.length > 0 ? { filters } : {}) };
  const shown = lineOf(resolved.map((each) => each.shown));
  return shown === lineOf(askedFilters(asked)) ? { args: rest } : { args: rest, searched: shown };
}

const lineOf = (filters: readonly Json[]): string => truncate(filters.map(describeFilter).join(' AND '), MAX_LINE);

/** That a business is searched by its name is not what was asked. */
const askedFilters = (asked: Json): Json[] => [
  ...recordsOf(asked.filters).map(withoutValueObject),
  ...plainFilters(asked).map(({ argument, filter }) =>
    argument === 'business' ? { ...filter, field: argument } : filter,
  ),
];

async function resolveFilter(
  given: Json,
  place: Place,
  tool: Pick<ToolSpec, 'effect'>,
  context: ToolContext,
): Promise<ResolvedFilter> {
  if (given.operator === 'nested') return { sent: given, shown: given };
  if (given.group === undefined) return resolveCondition(withoutValueObject(given), place, tool, context);
  const inner: ResolvedFilter[] = [];
  for (const [at, filter] of recordsOf(given.filters).entries()) {
    const argument = `${place.argument}.filters[${at}]`;
    inner.push(await resolveFilter(filter, { argument, level: 'group' }, tool, context));
  }
  for (const { bounds = [] } of inner) refuseEmptyRange(bounds);
  return {
    sent: { ...given, filters: inner.map(({ sent }) => sent) },
    shown: { ...given, filters: inner.map(({ shown }) => shown) },
  };
}

async function resolveCondition(
  given: Json,
  { argument, isPlain, level }: Place,
  tool: Pick<ToolSpec, 'effect'>,
  context: ToolContext,
): Promise<ResolvedFilter> {
  const [field = '', operator = ''] = [textIn(given, 'field'), textIn(given, 'operator')];
  // The lookups that names in filters need are in memory, since the names were resolved.
  const definitions = isCustomField(field) ? await lookUp('customFields', context) : undefined;
  const problem = operatorProblem(field, operator, level, definitions);
  if (problem) throw new UserError(`Nothing was sent. ${argument} ${problem}.`);
  const { type } = searchField(field, definitions) ?? { type: 'text' };
  const nameOf = (key: string) => (isPlain ? argument : `${argument}.${key}`);
  const { sent, shown } = await readBounds(given, type, nameOf, tool, context);
  if (given.value === undefined) return { sent, shown: withLabel(shown, definitions), bounds: boundsOf(sent, nameOf) };
  const asked = argument === 'business' ? await businessNamed(textIn(given, 'value') ?? '', context) : given.value;
  const value = await readFilterValue(asked, type, operator, nameOf('value'), context);
  return {
    sent: { ...given, value },
    shown: withLabel({ ...given, value: await namesFor(field, value, context) }, definitions),
  };
}

/** Names in place of the ids that the value of a filter holds. */
async function namesFor(field: string, value: unknown, context: ToolContext): Promise<unknown> {
  const kind = FILTER_REFERENCES.get(field);
  const rows = kind && (await lookUp(kind, context));
  if (!rows) return value;
  const nameOf = (id: unknown) => (typeof id === 'string' ? (indexById(rows).get(id)?.name ?? id) : id);
  return Array.isArray(value) ? value.map(nameOf) : nameOf(value);
}

/** A filter with the name of its custom field in place of the id. */
function withLabel(filter: Json, definitions: readonly NamedRow[] | undefined): Json {
  if (!definitions || !isCustomField(filter.field)) return filter;
  const { id, part } = customFieldIn(filter.field);
  return { ...filter, field: `${CUSTOM_FIELDS}${labelOfField(id, part, definitions)}` };
}
