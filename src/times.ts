import type { Api } from './api/client.ts';
import type { Json, Scope } from './endpoint.ts';
import { UserError } from './errors.ts';
import { getLocation } from './tools/lookups.ts';

/** ms: HighLevel's clock is read off a header that ticks in seconds. */
export const CLOCK_SLACK_MS = 2_000;

/** Now and the zone that local times are read in. `zone` may ask the API once, so it is only called when needed. */
export interface Clock {
  now(): number;
  zone(): Promise<string>;
  /** The location's own zone, in which HighLevel leaves some times zone-less; undefined where it may not be read. */
  locationZone(): Promise<string | undefined>;
}

/** A local time as it was understood, for the notice that echoes it. */
export interface ReadTime {
  readonly iso: string;
  /** `2026-11-24T09:00:00-05:00[America/New_York]`; absent where the caller gave an offset. */
  readonly echo?: string;
}

const HAS_OFFSET = /(Z|[+-]\d{2}:?\d{2})$/;
const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads ISO with an offset as it stands, and a local time in the clock's zone. A date alone means the end of that day,
 * or its start for the beginning of a range.
 * @throws UserError for a time that does not exist
 */
export async function readTime(
  name: string,
  text: string,
  clock: Clock,
  dateMeans: 'start' | 'end' = 'end',
): Promise<ReadTime> {
  try {
    if (HAS_OFFSET.test(text) && !DATE_ONLY.test(text)) return { iso: new Date(text).toISOString() };
    const { Temporal } = await import('temporal-polyfill');
    const zone = await clock.zone();
    const local = DATE_ONLY.test(text) ? `${text}T${dateMeans === 'start' ? '00:00:00' : '23:59:59'}` : text;
    const zoned = Temporal.PlainDateTime.from(local, { overflow: 'reject' }).toZonedDateTime(zone);
    const iso = zoned.toString({ timeZoneName: 'never', smallestUnit: 'second' });
    return { iso, echo: `${iso} [${zone}]` };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${name}: ${JSON.stringify(text)} is no time that exists. Use ISO 8601, such as 2026-11-24T09:00:00-05:00.`,
    );
  }
}

/** `now` in the clock's zone with its offset, for answers that speak of today or overdue. */
export async function asOf(clock: Clock): Promise<string> {
  const { Temporal } = await import('temporal-polyfill');
  const zoned = Temporal.Instant.fromEpochMilliseconds(clock.now()).toZonedDateTimeISO(await clock.zone());
  return zoned.toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

/** The zone is the owner's word, else the location's where its scope allows (asked once), else the machine's. */
export function createClock(options: {
  readonly timezone?: string | undefined;
  readonly api: Api;
  readonly scopes: () => readonly Scope[];
  readonly now: () => number;
}): Clock {
  let asked: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    const { location } = await options.api.call(getLocation, {});
    return checkedZone((location as Json | undefined)?.timezone);
  };
  const locationZone = async (): Promise<string | undefined> => {
    if (!options.scopes().includes(getLocation.scope)) return undefined;
    asked ??= ask();
    return asked.catch(() => {
      asked = undefined;
      return undefined;
    });
  };
  return {
    now: options.now,
    zone: async () => options.timezone ?? (await locationZone()) ?? machineZone(),
    locationZone,
  };
}

const machineZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
const checkedZone = (zone: unknown): string =>
  new Intl.DateTimeFormat('en', { timeZone: String(zone) }).resolvedOptions().timeZone;
