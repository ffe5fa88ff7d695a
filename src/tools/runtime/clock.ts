import type { Scope } from '../../api/scopes.ts';
import type { Api } from '../../api/types.ts';
import { recordIn } from '../../lib/json.ts';
import { type Clock, ZoneUnknown } from '../../lib/time.ts';
import { getLocation } from '../lookups.ts';

/** ms for which a location's zone is cached. */
const CACHED_MS = 3_600_000;

/** The zone is the owner's setting, else the location's where its scope is in effect, else the machine's. */
export function createClock(options: {
  readonly timezone?: string | undefined;
  readonly api: Api;
  readonly scopes: () => readonly Scope[];
  /** The location of the present sign-in. */
  readonly locationId: () => string | undefined;
  readonly now: () => number;
}): Clock {
  const { timezone, api, scopes, now } = options;
  let cached: { readonly locationId: string | undefined; readonly readAt: number; readonly zone: string } | undefined;

  /** The location's zone, undefined where its scope is not in effect. @throws ZoneUnknown, which is not cached */
  async function readLocationZone(): Promise<string | undefined> {
    if (!scopes().includes(getLocation.scope)) return undefined;
    const locationId = options.locationId();
    const age = cached && cached.locationId === locationId ? now() - cached.readAt : Number.NaN;
    if (cached && age >= 0 && age < CACHED_MS) return cached.zone;
    const answer = await api.call(getLocation, {}, { locationId }).catch(() => {
      throw new ZoneUnknown("the location's time zone could not be read just now");
    });
    const zone = parseZone(recordIn(answer, 'location')?.timezone);
    cached = { locationId, readAt: now(), zone };
    return zone;
  }

  return {
    now,
    zone: async () => timezone ?? (await readLocationZone()) ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    locationZone: () =>
      readLocationZone().catch((error: unknown) => {
        if (error instanceof ZoneUnknown) return undefined;
        throw error;
      }),
  };
}

/** @throws ZoneUnknown for anything but the name of a time zone */
function parseZone(zone: unknown): string {
  const isSet = typeof zone === 'string' && zone.trim() !== '';
  try {
    if (isSet) return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // Not a zone that this version of Node knows.
  }
  throw new ZoneUnknown(`the location's time zone in HighLevel is ${isSet ? 'none that is known' : 'not set'}`);
}
