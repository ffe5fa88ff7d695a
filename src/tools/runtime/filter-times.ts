import type { ToolSpec } from '../../api/endpoint.ts';
import { isRecord, type Json, recordsOf } from '../../lib/json.ts';
import { readTime } from '../../lib/time.ts';
import type { ToolContext } from '../core/context.ts';
import { TIME } from '../core/schemas.ts';
import { BOUNDS, isCustomField } from '../search.ts';

/** Most bounds that are echoed; further ones are counted. */
const MAX_ECHOES = 4;

type Bound = (typeof BOUNDS)[number];
type ReadBound = (name: string, text: string, bound: Bound) => Promise<string>;

/**
 * Filters with the times of their ranges in UTC. A local time, or a date as a whole day, is read in the zone of the
 * account; bounds that are no times are unchanged.
 * @throws UserError for a time that does not exist
 */
export async function resolveFilterTimes(
  filters: unknown,
  { effect }: ToolSpec,
  { clock, notify }: ToolContext,
): Promise<Json[]> {
  const echoes: string[] = [];
  // A day starts with its first millisecond and ends with its last: `gt` excludes the day, `lte` includes it.
  const readBound: ReadBound = async (name, text, bound) => {
    const dateMeans = bound === 'gte' || bound === 'lt' ? 'start' : 'end';
    const { iso, echo } = await readTime(name, text, clock, dateMeans, effect === 'read' ? 'UTC' : 'refuse');
    if (echo) echoes.push(`${name} read as ${echo}.`);
    const rest = isDate(text) && dateMeans === 'end' ? 999 : 0;
    return new Date(Date.parse(iso) + rest).toISOString();
  };
  const resolved = await resolveAll(filters, 'filters', readBound);
  echoes.slice(0, MAX_ECHOES).forEach(notify);
  if (echoes.length > MAX_ECHOES) notify(`${echoes.length - MAX_ECHOES} more bounds were read in the same time zone.`);
  return resolved;
}

async function resolveAll(filters: unknown, path: string, readBound: ReadBound): Promise<Json[]> {
  const resolved: Json[] = [];
  for (const [index, filter] of recordsOf(filters).entries()) {
    const name = `${path}[${index}]`;
    resolved.push(
      filter.filters
        ? { ...filter, filters: await resolveAll(filter.filters, `${name}.filters`, readBound) }
        : await resolveBounds(withoutValueObject(filter), name, readBound),
    );
  }
  return resolved;
}

/** The API's own form of a range is an object under `value`. */
function withoutValueObject(filter: Json): Json {
  const { value, ...rest } = filter;
  return isRecord(value) ? { ...rest, ...value } : filter;
}

async function resolveBounds(filter: Json, path: string, readBound: ReadBound): Promise<Json> {
  const resolved = { ...filter };
  for (const bound of BOUNDS) {
    const given = filter[bound];
    if (typeof given !== 'string') continue;
    if (isNumber(given, filter.field)) resolved[bound] = Number(given);
    else if (TIME.test(given) && !(isDate(given) && holdsDays(filter.field)))
      resolved[bound] = await readBound(`${path}.${bound}`, given, bound);
  }
  return resolved;
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** Custom fields hold any numbers; elsewhere only epoch milliseconds are numbers, never a year. */
const isNumber = (text: string, field: unknown): boolean =>
  /^-?\d+(\.\d+)?$/.test(text) && (isCustomField(field) || text.length >= 12);

/** Fields that hold a calendar day, which is the same in every zone. */
const holdsDays = (field: unknown): boolean => isCustomField(field) || field === 'dateOfBirth';
