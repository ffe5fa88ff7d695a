import type { ToolFace } from '../../api/endpoint.ts';
import type { Json } from '../../lib/json.ts';
import { type Clock, readTime } from '../../lib/time.ts';
import type { ToolContext } from '../core/context.ts';
import { TIME } from '../core/schemas.ts';
import { BOUNDS } from '../search.ts';

/** Bounds whose reading is told; the others are counted. */
const MAX_ECHOES = 4;

/**
 * Filters whose ranges are instants: a local time or a date alone is read in the zone of the account, a date as the
 * whole day. Whatever is no time passes as it is.
 * @throws UserError for a time that does not exist
 */
export async function resolveFilterTimes(
  filters: readonly Json[],
  { effect }: ToolFace,
  context: ToolContext,
): Promise<Json[]> {
  const echoes: string[] = [];
  const read = await readAll(filters, 'filters', { clock: context.clock, isRead: effect === 'read', echoes });
  for (const echo of echoes.slice(0, MAX_ECHOES)) context.notify(echo);
  if (echoes.length > MAX_ECHOES)
    context.notify(`${echoes.length - MAX_ECHOES} more bounds were read in the same time zone.`);
  return read;
}

interface Reading {
  readonly clock: Clock;
  /** Whether nothing is written to what is found. */
  readonly isRead: boolean;
  readonly echoes: string[];
}

async function readAll(filters: readonly Json[], path: string, reading: Reading): Promise<Json[]> {
  const read: Json[] = [];
  for (const [at, filter] of filters.entries()) {
    const name = `${path}[${at}]`;
    if (Array.isArray(filter.filters))
      read.push({ ...filter, filters: await readAll(filter.filters as Json[], `${name}.filters`, reading) });
    else read.push(await readBounds(flat(filter), name, reading));
  }
  return read;
}

/** The API's own form of a range is an object under `value`. */
const flat = ({ value, ...filter }: Json): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...filter, ...value }
    : { ...filter, ...(value === undefined ? {} : { value }) };

type Bound = (typeof BOUNDS)[number];

async function readBounds(filter: Json, path: string, reading: Reading): Promise<Json> {
  const read = { ...filter };
  for (const bound of BOUNDS) {
    const given = filter[bound];
    if (typeof given !== 'string') continue;
    if (isNumber(given, filter.field)) read[bound] = Number(given);
    else if (TIME.test(given) && !(isDate(given) && holdsDays(filter.field))) {
      const { at, echo } = await instant(`${path}.${bound}`, given, bound, reading);
      read[bound] = at;
      if (echo) reading.echoes.push(`${path}.${bound} read as ${echo}.`);
    }
  }
  return read;
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** A custom field holds the numbers people write; elsewhere only epoch milliseconds are numbers, never a year. */
const isNumber = (text: string, field: unknown): boolean =>
  /^-?\d+(\.\d+)?$/.test(text) && (isCustom(field) || text.length >= 12);

const isCustom = (field: unknown): boolean => String(field).startsWith('customFields.');

/** Fields that hold a day of the calendar, which is the same in every zone. */
const holdsDays = (field: unknown): boolean => isCustom(field) || field === 'dateOfBirth';

/** A day begins with its first millisecond and ends with its last: `gt` a day is after it, `lte` a day is with it. */
async function instant(name: string, text: string, bound: Bound, { clock, isRead }: Reading) {
  const dateMeans = bound === 'gte' || bound === 'lt' ? 'start' : 'end';
  const { iso, echo } = await readTime(name, text, clock, dateMeans, isRead ? 'UTC' : 'refuse');
  const rest = isDate(text) && dateMeans === 'end' ? 999 : 0;
  return { at: new Date(Date.parse(iso) + rest).toISOString(), echo };
}
