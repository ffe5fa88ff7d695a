import type { CancelSignal } from './cancellation.ts';
import { UserError } from './errors.ts';
import { formatTime, isTime, parseTime } from './time-format.ts';
import { DAY_MS, instantsAt, offsetAt } from './zone-offset.ts';
import { edgeOfDay, localTime } from './zoned-time.ts';

export { DAY_MS };

/** ms: HighLevel's clock is read from a header with a resolution of one second. */
export const CLOCK_SLACK_MS = 2_000;

/** The current time, and the zone of local times. Call what returns a promise only if it is needed: it may send a request. */
export interface Clock {
  now(): number;
  /**
   * The zone in which local times are read: from the settings, else the location's if it may be read, else the machine's.
   * @throws ZoneUnknown if the location's zone applies and cannot be read
   */
  zone(): Promise<string>;
  /** The same for times that are shown: undefined while it is not known, and then not asked for again for a while. */
  shownZone(): Promise<string | undefined>;
  /** The same from memory. */
  knownZone(): string | undefined;
  /** The zones of `shownZone` and `locationZone` from memory; undefined until the location was read. */
  knownZones(): { readonly shown: string | undefined; readonly location: string | undefined } | undefined;
  /** The same clock for one request: what it asks of HighLevel ends with the signal. */
  during(signal: CancelSignal): Clock;
  /** The location's zone, which some times of HighLevel without an offset are in; undefined while it is not known. */
  locationZone(): Promise<string | undefined>;
}

/** The location's zone applies but is not known. */
export class ZoneUnknown extends UserError {}

/** A time, and how it was understood, for a notice. */
interface ReadTime {
  readonly iso: string;
  /** `2026-11-24T09:00-05:00 [America/New_York]`; absent if the time was given with an offset. */
  readonly echo?: string;
}

/** A parser would read it as the second before. */
const LEAP_SECOND = /T\d\d:\d\d:60/;
const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads ISO 8601 with an offset, or a local time in the clock's zone. A date means the end of that day, or its start
 * (`dateMeans`). A local time that occurs twice means the first. `unknownZone` says how to read a local time while the zone
 * is not known: refuse it before a write, read it as UTC for a search.
 * @throws UserError for a time or date that does not exist, and while the zone is not known
 */
export async function readTime(
  name: string,
  text: string,
  clock: Pick<Clock, 'zone'>,
  dateMeans: 'start' | 'end' = 'end',
  unknownZone: 'refuse' | 'UTC' = 'refuse',
): Promise<ReadTime> {
  if (LEAP_SECOND.test(text)) throw invalidTime(name, text);
  if (isTime(text)) {
    const instant = parseTime(text);
    if (Number.isNaN(instant)) throw invalidTime(name, text);
    return { iso: new Date(instant).toISOString() };
  }
  const [zone, why] = await clock.zone().then(
    (known) => [known, undefined] as const,
    (error: unknown) => {
      if (!(error instanceof ZoneUnknown)) throw error;
      if (unknownZone === 'UTC') return ['UTC', error.message] as const;
      throw new UserError(
        `${name}: ${JSON.stringify(text)} has no offset, and ${error.message}. Nothing was written. Give the time with an offset, such as 2026-11-24T09:00-05:00, or call again in a minute; the owner can set GHL_TIMEZONE.`,
      );
    },
  );
  const found = DATE_ONLY.test(text) ? edgeOfDay(text, zone, dateMeans) : localTime(text, zone);
  const { iso, epochMs, twice } = found ?? throwSkipped(name, text, zone);
  const first = twice ? ', the first of the two times that clocks show this; give an offset for the second' : '';
  const shown = formatTime(epochMs, why === undefined ? zone : undefined);
  return { iso, echo: `${shown} [${[zone, why].filter(Boolean).join('; ')}]${first}` };
}

const invalidTime = (name: string, text: string): UserError =>
  new UserError(
    `${name}: ${JSON.stringify(text)} is not a valid date or time. Use ISO 8601, such as 2026-11-24T09:00-05:00.`,
  );

const throwSkipped = (name: string, text: string, zone: string): never => {
  throw new UserError(
    `${name}: ${JSON.stringify(text)} is not a valid date or time: in ${zone} the clocks skip it, or the calendar has no such day. Give another, or one with an offset.`,
  );
};

/** The zone in which days and months are counted: UTC while it is not known. */
export const zoneOrUtc = async (clock: Pick<Clock, 'shownZone'>): Promise<string> => (await clock.shownZone()) ?? 'UTC';

/** `YYYY-MM-DD` of the day after the one that a time (epoch ms) is on in a zone. */
export const dayAfter = (ms: number, zone: string): string =>
  new Date(ms + offsetAt(ms, zone) + DAY_MS).toISOString().slice(0, 10);

/** `YYYY-MM-DD` of a day in the forms the API documents, of a time, or of epoch ms; any other value as text. */
export function toDay(value: unknown): string {
  const text = String(value ?? '');
  const [date = ''] = /^(\d{4}[-/._]\d{2}[-/._]\d{2}|\d{2}[-/._]\d{2}[-/._]\d{4})/.exec(text) ?? [];
  const [a = '', b = '', c = ''] = date.split(/[-/._]/);
  if (date) return a.length === 4 ? `${a}-${b}-${c}` : `${c}-${a}-${b}`;
  const time = new Date(typeof value === 'number' ? value : text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString().slice(0, 10);
}

/** Epoch ms of a time with an offset, as the API gives it; NaN for any other value. */
export const epochMs = (time: unknown): number => (typeof time === 'string' ? Date.parse(time) : Number.NaN);

/** For answers about today or overdue: the current time, which is shown in the zone of the clock as all times of answers. */
export const asOf = (clock: Pick<Clock, 'now'>): string => new Date(clock.now()).toISOString();

const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;
export const isLocalTime = (value: unknown): value is string => typeof value === 'string' && LOCAL_TIME.test(value);

/**
 * Epoch ms of `2026-11-20 10:00:00` in a zone; NaN for any other text, and for a day that does not exist. Of a time that
 * clocks show twice the first; a time that they skip is moved on by as much as they skip.
 */
export function parseLocalTime(text: string, zone: string): number {
  const local = isLocalTime(text) ? parseTime(`${text.replace(' ', 'T')}Z`) : Number.NaN;
  if (Number.isNaN(local)) return local;
  const [first] = instantsAt(local, zone);
  return first ?? local - offsetAt(local - DAY_MS, zone);
}
