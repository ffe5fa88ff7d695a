import type { ToolSpec } from '../../../api/endpoint.ts';
import { UserError } from '../../../lib/errors.ts';
import { isRecord, type Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { readTime } from '../../../lib/time.ts';
import { parseTime } from '../../../lib/time-format.ts';
import type { ToolContext } from '../../core/context.ts';
import { TIME } from '../../core/schemas.ts';
import type { FieldType } from '../../core/search-fields.ts';
import { BOUNDS } from '../../search-filters.ts';
import { NUMBER } from './filter-values.ts';

type Bound = (typeof BOUNDS)[number];

/** A bound as it is sent, and as the answer repeats it. */
interface ReadBound {
  readonly sent: string | number;
  readonly shown?: string;
}

/** The API's own form of a range is an object under `value`. */
export function withoutValueObject(filter: Json): Json {
  const { value, ...rest } = filter;
  return isRecord(value) ? { ...rest, ...value } : filter;
}

/**
 * A filter with the times of its range in UTC, and the same as the answer repeats it. A local time, or a date as a whole
 * day, is read in the zone of the account: `gt` and `lte` mean the end of the day, so that `lte` includes it.
 * @throws UserError for a time that does not exist, and for what the field cannot be compared with
 */
export async function readBounds(
  filter: Json,
  type: FieldType,
  nameOf: (bound: Bound) => string,
  { effect }: Pick<ToolSpec, 'effect'>,
  { clock }: Pick<ToolContext, 'clock'>,
): Promise<{ sent: Json; shown: Json }> {
  const sent = { ...filter };
  const shown = { ...filter };
  for (const bound of BOUNDS) {
    const given = filter[bound];
    if (typeof given !== 'string') continue;
    const read = readPlain(given, type, nameOf(bound)) ?? (await readMoment(given, bound));
    sent[bound] = read.sent;
    if (read.shown !== undefined) shown[bound] = read.shown;
  }
  return { sent, shown };

  async function readMoment(text: string, bound: Bound): Promise<ReadBound> {
    const dateMeans = bound === 'gte' || bound === 'lt' ? 'start' : 'end';
    const unknownZone = effect === 'read' ? 'UTC' : 'refuse';
    const { iso, echo } = await readTime(nameOf(bound), text, clock, dateMeans, unknownZone);
    // A day ends with its last millisecond.
    const rest = DATE.test(text) && dateMeans === 'end' ? 999 : 0;
    const instant = new Date(Date.parse(iso) + rest).toISOString();
    return { sent: instant, ...(echo === undefined ? {} : { shown: echo }) };
  }
}

/** A bound as it is sent, with its argument, as messages name it. */
export interface NamedBound {
  readonly field: unknown;
  readonly bound: Bound;
  readonly value: string | number;
  readonly argument: string;
}

/** The bounds of a filter in the form in which it is sent. */
export const boundsOf = (sent: Json, nameOf: (bound: Bound) => string): NamedBound[] =>
  BOUNDS.flatMap((bound) => {
    const value = sent[bound];
    const isGiven = typeof value === 'string' || typeof value === 'number';
    return isGiven ? [{ field: sent.field, bound, value, argument: nameOf(bound) }] : [];
  });

/** @throws UserError where bounds of one field leave nothing between them, which nobody means; nothing was sent */
export function refuseEmptyRange(bounds: readonly NamedBound[]): void {
  const isLower = ({ bound }: NamedBound) => bound.startsWith('g');
  for (const lower of bounds.filter(isLower)) {
    const upper = bounds.find((each) => !isLower(each) && each.field === lower.field && isEmptyRange(lower, each));
    if (upper)
      throw new UserError(
        `Nothing was sent. No contact can match: ${lower.argument} is not before ${upper.argument}. Give a later ${upper.argument}.`,
      );
  }
}

/** Compares two numbers, times or days, and never a time with a day. */
function isEmptyRange(lower: NamedBound, upper: NamedBound): boolean {
  const [from, to] = [lower.value, upper.value];
  const areAlike = typeof from === typeof to && (typeof from === 'number' || from.length === String(to).length);
  const includesBoth = lower.bound === 'gte' && upper.bound === 'lte';
  return areAlike && (from === to ? !includesBoth : from > to);
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** Of fields with times only epoch milliseconds are numbers, never a year. */
const EPOCH_MS = /^-?\d{12,}$/;

/** A number, or a day, which is the same in every zone; undefined for a time, which has to be read in a zone. */
function readPlain(text: string, type: FieldType, name: string): ReadBound | undefined {
  if (type === 'time' ? EPOCH_MS.test(text) : NUMBER.test(text)) return { sent: Number(text) };
  if (type === 'number' || !TIME.test(text))
    throw new UserError(
      `Nothing was sent. ${name} must be a ${type === 'number' ? 'number' : 'time or a date, such as 2026-11-24'}, not ${quoteForMessage(text)}.`,
    );
  if (type === 'time' || !DATE.test(text)) return undefined;
  return Number.isNaN(parseTime(`${text}T00:00Z`)) ? throwNoDay(text, name) : { sent: text };
}

const throwNoDay = (text: string, name: string): never => {
  throw new UserError(`Nothing was sent. ${name}: ${quoteForMessage(text)} is not a valid date or time.`);
};
