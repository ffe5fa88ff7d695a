import { UserError } from './errors.ts';

/** ms: HighLevel's clock is read off a header that ticks in seconds. */
export const CLOCK_SLACK_MS = 2_000;

/** Now and the zone that local times are read in. The zone may have to be asked for, so it is only called for when needed. */
export interface Clock {
  now(): number;
  /**
   * The owner's word, else the location's where its scope is in effect, else the machine's.
   * @throws ZoneUnknown where the location's is meant and nobody can say which it is
   */
  zone(): Promise<string>;
  /** The location's own zone, in which HighLevel leaves some times zone-less; undefined where it is not known. */
  locationZone(): Promise<string | undefined>;
}

/** The location's zone is meant, and not known: another in its place would be a guess. */
export class ZoneUnknown extends UserError {}

/** A local time as it was understood, for the notice that echoes it. */
export interface ReadTime {
  readonly iso: string;
  /** `2026-11-24T09:00:00-05:00[America/New_York]`; absent where the caller gave an offset. */
  readonly echo?: string;
}

const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
/** Of which a parser would make the second before. */
const LEAP_SECOND = /T\d\d:\d\d:60/;
const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads ISO with an offset as it stands, and a local time in the clock's zone. A date alone means the end of that day,
 * or its start for the beginning of a range. Of a local time that comes twice the first is meant. `unknownZone`: what
 * becomes of a local time while nobody knows the zone; to write one then would be a guess, to look for one is harmless.
 * @throws UserError for a time or a day that does not exist, and while the zone is not known
 */
export async function readTime(
  name: string,
  text: string,
  clock: Clock,
  dateMeans: 'start' | 'end' = 'end',
  unknownZone: 'refuse' | 'UTC' = 'refuse',
): Promise<ReadTime> {
  if (LEAP_SECOND.test(text)) throw noTime(name, text);
  const [, date] = WITH_OFFSET.exec(text) ?? [];
  if (date !== undefined) return { iso: instantOf(name, text, date) };
  const { Temporal } = await import('temporal-polyfill');
  const [zone, why] = await clock.zone().then(
    (known) => [known, ''] as const,
    (error: unknown) => {
      if (!(error instanceof ZoneUnknown)) throw error;
      if (unknownZone === 'UTC') return ['UTC', `; ${error.message}`] as const;
      throw new UserError(
        `${name}: ${JSON.stringify(text)} has no offset, and ${error.message}. Nothing was written. Give the time with an offset, such as 2026-11-24T09:00:00-05:00, or call again in a minute; the owner can set GHL_TIMEZONE.`,
      );
    },
  );
  const { found, twice } = inZone(text, zone, dateMeans, Temporal) ?? skipped(name, text, zone);
  const iso = found.toString({ timeZoneName: 'never', smallestUnit: 'second' });
  const first = twice ? ', the first of the two times that clocks show this; give an offset for the second' : '';
  return { iso, echo: `${iso} [${zone}${why}]${first}` };
}

const noTime = (name: string, text: string): UserError =>
  new UserError(
    `${name}: ${JSON.stringify(text)} is no time that exists. Use ISO 8601, such as 2026-11-24T09:00:00-05:00.`,
  );

const skipped = (name: string, text: string, zone: string): never => {
  throw new UserError(
    `${name}: ${JSON.stringify(text)} is no time that exists: in ${zone} the clocks skip it, or the calendar has no such day. Use another, or one with an offset.`,
  );
};

/** `Date` moves a 31st of November to December; the day it makes of the date alone tells. */
function instantOf(name: string, text: string, date: string): string {
  const [instant, day] = [new Date(text), new Date(`${date}T00:00:00Z`)];
  if (Number.isNaN(instant.getTime()) || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date)
    throw noTime(name, text);
  return instant.toISOString();
}

type TemporalModule = typeof import('temporal-polyfill').Temporal;
interface InZone {
  readonly found: InstanceType<TemporalModule['ZonedDateTime']>;
  /** True where the clocks show this time twice. */
  readonly twice: boolean;
}

/** A local time or date in a zone; undefined where there it does not exist. */
function inZone(text: string, zone: string, dateMeans: 'start' | 'end', Temporal: TemporalModule): InZone | undefined {
  try {
    if (DATE_ONLY.test(text)) return dayInZone(Temporal.PlainDate.from(text, { overflow: 'reject' }), zone, dateMeans);
    const local = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    const [found, later] = (['earlier', 'later'] as const).map((disambiguation) =>
      local.toZonedDateTime(zone, { disambiguation }),
    ) as [InZone['found'], InZone['found']];
    return found.toPlainDateTime().equals(local) ? { found, twice: !found.equals(later) } : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Its first or its last second, where clocks are set at midnight as well. */
function dayInZone(
  date: InstanceType<TemporalModule['PlainDate']>,
  zone: string,
  dateMeans: 'start' | 'end',
): InZone | undefined {
  const start = date.toZonedDateTime(zone);
  if (!start.toPlainDate().equals(date)) return undefined;
  const found = dateMeans === 'start' ? start : start.add({ days: 1 }).startOfDay().subtract({ seconds: 1 });
  return { found, twice: false };
}

/** Undefined while nobody knows it: no reason to give no answer. */
const knownZone = (clock: Clock): Promise<string | undefined> =>
  clock.zone().catch((error: unknown) => {
    if (error instanceof ZoneUnknown) return undefined;
    throw error;
  });

/** The zone in which an answer counts days and months, or UTC while it is not known. */
export const zoneOrUtc = async (clock: Clock): Promise<string> => (await knownZone(clock)) ?? 'UTC';

/** Epoch ms of a time with an offset, as the API gives it; NaN for any other value. */
export const epochMs = (time: unknown): number => (typeof time === 'string' ? Date.parse(time) : Number.NaN);

/** `now` in the clock's zone with its offset, for answers that speak of today or overdue; `Z` while it is not known. */
export async function asOf(clock: Clock): Promise<string> {
  const { Temporal } = await import('temporal-polyfill');
  const now = Temporal.Instant.fromEpochMilliseconds(clock.now());
  const zone = await knownZone(clock);
  if (zone === undefined) return now.toString({ smallestUnit: 'second' });
  return now.toZonedDateTimeISO(zone).toString({ timeZoneName: 'never', smallestUnit: 'second' });
}
