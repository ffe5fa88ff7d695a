import type { ToolSpec } from '../../../api/endpoint.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, recordsOf, textIn } from '../../../lib/json.ts';
import { truncate } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import type { NamedRow } from '../../core/lookup-cache.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { isCustomField, operatorProblem, searchField } from '../../core/search-fields.ts';
import { fieldLabels } from '../../names/custom-field-values.ts';
import { lookUp } from '../../names/lookups.ts';
import { indexById } from '../../names/match-name.ts';
import { FILTER_REFERENCES } from '../../names/resolve-references.ts';
import { plainFilters, withoutPlainFilters } from '../../search-arguments.ts';
import { MAX_FILTERS } from '../../search-filters.ts';
import { businessNamed } from './business-name.ts';
import { describeFilter } from './describe-filter.ts';
import { readBounds, withoutValueObject } from './filter-bounds.ts';
import { readFilterValue } from './filter-values.ts';

/** Characters of the line that says what was searched. */
const MAX_LINE = 600;

/** A filter as it is sent, and in the words of the answer. */
interface ResolvedFilter {
  readonly sent: Json;
  readonly shown: Json;
}

type Resolver = (filter: Json, argument: string, level?: 'group') => Promise<ResolvedFilter>;

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
  if (recordsOf(args.filters).length + plain.length > MAX_FILTERS)
    throw new UserError(`Nothing was sent. filters and the arguments that filter may be ${MAX_FILTERS} in all.`);
  const resolve = resolverFor(tool, context);
  const resolved: ResolvedFilter[] = [];
  for (const [at, filter] of recordsOf(args.filters).entries()) resolved.push(await resolve(filter, `filters[${at}]`));
  for (const { argument, filter } of plain) resolved.push(await resolve(filter, argument));
  const filters = resolved.map(({ sent }) => sent);
  const rest = { ...withoutPlainFilters(args), ...(filters.length > 0 ? { filters } : {}) };
  const wanted = [
    ...recordsOf(asked.filters),
    ...plainFilters(asked).map(({ argument, filter }) =>
      argument === 'business' ? { ...filter, field: argument } : filter,
    ),
  ];
  const shown = lineOf(resolved.map((each) => each.shown));
  return shown === lineOf(wanted.map(withoutValueObject)) ? { args: rest } : { args: rest, searched: shown };
}

const lineOf = (filters: readonly Json[]): string => truncate(filters.map(describeFilter).join(' AND '), MAX_LINE);

/** The lookups that names in filters need are in memory, since the names were resolved. */
function resolverFor(tool: Pick<ToolSpec, 'effect'>, context: ToolContext): Resolver {
  const resolve: Resolver = async (given, argument, level) => {
    if (given.group !== undefined) return resolveGroup(given, argument);
    if (given.operator === 'nested') return { sent: given, shown: given };
    return resolveOne(withoutValueObject(given), argument, level);
  };

  async function resolveGroup(given: Json, argument: string): Promise<ResolvedFilter> {
    const inner: ResolvedFilter[] = [];
    for (const [at, filter] of recordsOf(given.filters).entries())
      inner.push(await resolve(filter, `${argument}.filters[${at}]`, 'group'));
    return {
      sent: { ...given, filters: inner.map(({ sent }) => sent) },
      shown: { ...given, filters: inner.map(({ shown }) => shown) },
    };
  }

  async function resolveOne(given: Json, argument: string, level?: 'group'): Promise<ResolvedFilter> {
    const [field = '', operator = ''] = [textIn(given, 'field'), textIn(given, 'operator')];
    const definitions = isCustomField(field) ? await lookUp('customFields', context) : undefined;
    const problem = operatorProblem(field, operator, level ?? 'top', definitions);
    if (problem) throw new UserError(`Nothing was sent. ${argument} ${problem}.`);
    const { type } = searchField(field, definitions) ?? { type: 'text' };
    const filter = argument === 'business' ? await withBusinessName(given) : given;
    const isPlain = !argument.startsWith('filters');
    const bounds = await readBounds(
      filter,
      type,
      (bound) => (isPlain ? argument : `${argument}.${bound}`),
      tool,
      context,
    );
    if (filter.value === undefined) return { sent: bounds.sent, shown: withLabel(bounds.shown, definitions) };
    const path = isPlain ? argument : `${argument}.value`;
    const value = await readFilterValue(filter.value, type, operator, path, context);
    const shown = { ...filter, value: await namesOf(field, value) };
    return { sent: { ...filter, value }, shown: withLabel(shown, definitions) };
  }

  async function withBusinessName(filter: Json): Promise<Json> {
    return { ...filter, value: await businessNamed(textIn(filter, 'value') ?? '', context) };
  }

  /** Names in place of the ids that the value holds. */
  async function namesOf(field: string, value: unknown): Promise<unknown> {
    const kind = FILTER_REFERENCES.get(field);
    const rows = kind && (await lookUp(kind, context));
    if (!rows) return value;
    const nameOf = (id: unknown) => (typeof id === 'string' ? (indexById(rows).get(id)?.name ?? id) : id);
    return Array.isArray(value) ? value.map(nameOf) : nameOf(value);
  }

  return resolve;
}

/** A filter with the name of its custom field in place of the id. */
function withLabel(filter: Json, definitions: readonly NamedRow[] | undefined): Json {
  if (!definitions || !isCustomField(filter.field)) return filter;
  const label = fieldLabels(definitions).get(filter.field.slice(CUSTOM_FIELDS.length));
  return label === undefined ? filter : { ...filter, field: `${CUSTOM_FIELDS}${label}` };
}
