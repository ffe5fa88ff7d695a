import { DAY_MS, instantsAt, offsetAt } from './zone-offset.ts';

interface InZone {
  readonly epochMs: number;
  /** ISO 8601 with the offset of the zone, to the second. */
  readonly iso: string;
  /** True if the clocks show this time twice. */
  readonly twice: boolean;
}

/** A local time in a zone, the first of two; undefined if it does not exist there. */
export const localTime = (text: string, zone: string): InZone | undefined =>
  unlessInvalid(() => {
    const [first, second] = instantsAt(readAsUtc(text), zone);
    return first === undefined ? undefined : inZone(first, zone, second !== undefined);
  });

/** The first or last second of a day in a zone, also if clocks change at midnight; undefined if the day does not exist there. */
export const edgeOfDay = (text: string, zone: string, edge: 'start' | 'end'): InZone | undefined =>
  unlessInvalid(() => {
    const midnight = readAsUtc(`${text}T00:00`);
    const start = startOfDay(midnight, zone);
    if (start + offsetAt(start, zone) >= midnight + DAY_MS) return undefined;
    return inZone(edge === 'start' ? start : startOfDay(midnight + DAY_MS, zone) - 1_000, zone, false);
  });

/** Epoch ms of a time, as if it were UTC. @throws RangeError if no calendar has it */
function readAsUtc(text: string): number {
  const ms = Date.parse(`${text}Z`);
  if (!new Date(ms).toISOString().startsWith(text.slice(0, 16))) throw new RangeError(`there is no ${text}`);
  return ms;
}

/** The first instant of a day, or of the next if the clocks skip it whole: where they skip midnight, the instant at which they do. */
function startOfDay(midnight: number, zone: string): number {
  const [first] = instantsAt(midnight, zone);
  if (first !== undefined) return first;
  let [before, after] = [midnight - offsetAt(midnight + DAY_MS, zone), midnight - offsetAt(midnight - DAY_MS, zone)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + offsetAt(middle, zone) < midnight) before = middle;
    else after = middle;
  }
  return after;
}

function inZone(epochMs: number, zone: string, twice: boolean): InZone {
  const offset = offsetAt(epochMs, zone);
  const minutes = Math.abs(offset) / 60_000;
  const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const local = new Date(epochMs + offset).toISOString().slice(0, 19);
  return {
    epochMs,
    iso: `${local}${offset < 0 ? '-' : '+'}${twoDigits(minutes / 60)}:${twoDigits(minutes % 60)}`,
    twice,
  };
}

function unlessInvalid<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
