import { UserError } from '../../lib/errors.ts';
import { readTime } from '../../lib/time.ts';
import type { ToolContext } from '../core/context.ts';

/** Epoch ms; a bound that was not given is infinite. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export const ANY_TIME: TimeRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** A bound of a range as it was given, with the name of its argument. */
type Bound = readonly [name: string, text: string | undefined];

/**
 * Reads the bounds of a range, both included. A date alone means its start as the first bound and its end as the second.
 * `unknownZone` is that of `readTime`.
 * @throws UserError for a time that does not exist, and if the first bound is after the second
 */
export async function readRange(
  [fromName, fromText]: Bound,
  [toName, toText]: Bound,
  { clock, notify }: Pick<ToolContext, 'clock' | 'notify'>,
  unknownZone: 'refuse' | 'UTC' = 'UTC',
): Promise<TimeRange> {
  const read = async (name: string, text: string, dateMeans: 'start' | 'end') => {
    const { iso, echo } = await readTime(name, text, clock, dateMeans, unknownZone);
    if (echo) notify(`${name} read as ${echo}.`);
    return Date.parse(iso);
  };
  const from = fromText === undefined ? ANY_TIME.from : await read(fromName, fromText, 'start');
  const to = toText === undefined ? ANY_TIME.to : await read(toName, toText, 'end');
  if (from > to) throw new UserError(`${fromName} is after ${toName}; nothing was sent. Give the earlier time first.`);
  return { from, to };
}
