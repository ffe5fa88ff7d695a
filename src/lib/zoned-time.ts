import * as Calendar from 'temporal-polyfill/fns/Calendar';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as PlainDateTime from 'temporal-polyfill/fns/PlainDateTime';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';

// Imported with the first local time. The functions of the library instead of its classes halve what the bundle has of it.

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
    const local = PlainDateTime.fromString(text, Calendar.getISO);
    const found = PlainDateTime.toZonedDateTime(local, zone, { disambiguation: 'earlier' });
    const later = PlainDateTime.toZonedDateTime(local, zone, { disambiguation: 'later' });
    if (!PlainDateTime.equals(ZonedDateTime.toPlainDateTime(found), local)) return undefined;
    return inZone(found, !ZonedDateTime.equals(found, later));
  });

/** The first or last second of a day in a zone, also if clocks change at midnight; undefined if the day does not exist there. */
export const edgeOfDay = (text: string, zone: string, edge: 'start' | 'end'): InZone | undefined =>
  unlessInvalid(() => {
    const date = PlainDate.fromString(text, Calendar.getISO);
    const start = PlainDate.toZonedDateTime(date, zone);
    if (!PlainDate.equals(ZonedDateTime.toPlainDate(start), date)) return undefined;
    if (edge === 'start') return inZone(start, false);
    const next = ZonedDateTime.startOfDay(ZonedDateTime.addDays(start, 1));
    return inZone(ZonedDateTime.subtractSeconds(next, 1), false);
  });

const inZone = (time: ZonedDateTime.Record, twice: boolean): InZone => ({
  epochMs: time.epochMilliseconds,
  iso: ZonedDateTime.toString(time, { timeZoneName: 'never', smallestUnit: 'second' }),
  twice,
});

function unlessInvalid<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
