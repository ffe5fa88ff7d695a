import type { Scope } from '../../api/scopes.ts';
import type { Api } from '../../api/types.ts';
import type { Json } from '../../lib/json.ts';

import { type Clock, ZoneUnknown } from '../../lib/time.ts';
import { getLocation } from '../lookups.ts';

/** ms for which a location's zone is not asked for again. */
const ZONE_MS = 3_600_000;

/** The location's zone, or why it is not known. */
type LocationZone = { readonly zone: string } | { readonly unknown: string };

/** The zone is the owner's word, else the location's where its scope allows, else the machine's. */
export function createClock(options: {
  readonly timezone?: string | undefined;
  readonly api: Api;
  readonly scopes: () => readonly Scope[];
  /** The location that calls go to now: it changes with a sign-in. */
  readonly locationId: () => string | undefined;
  readonly now: () => number;
}): Clock {
  const { timezone, api, scopes, locationId, now } = options;
  let kept: { readonly locationId: string | undefined; readonly at: number; readonly zone: string } | undefined;

  /** Undefined where it may not be read. What is not known is asked for anew each time. */
  async function lookUp(): Promise<LocationZone | undefined> {
    if (!scopes().includes(getLocation.scope)) return undefined;
    const id = locationId();
    const age = kept ? now() - kept.at : Number.NaN;
    if (kept && kept.locationId === id && age >= 0 && age < ZONE_MS) return kept;
    const given = await api.call(getLocation, {}, { locationId: id }).then(
      ({ location }) => ({ zone: (location as Json | undefined | null)?.timezone }),
      () => undefined,
    );
    if (!given) return { unknown: "the location's time zone could not be read just now" };
    const zone = checkedZone(given.zone);
    if (zone === undefined)
      return {
        unknown: `the location's time zone in HighLevel is ${isSet(given.zone) ? 'none that is known' : 'not set'}`,
      };
    kept = { locationId: id, at: now(), zone };
    return kept;
  }

  return {
    now,
    async zone() {
      if (timezone !== undefined) return timezone;
      const found = await lookUp();
      if (found === undefined) return machineZone();
      if ('zone' in found) return found.zone;
      throw new ZoneUnknown(found.unknown);
    },
    async locationZone() {
      const found = await lookUp();
      return found && 'zone' in found ? found.zone : undefined;
    },
  };
}

const machineZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
const isSet = (zone: unknown): boolean => typeof zone === 'string' && zone.trim() !== '';

function checkedZone(zone: unknown): string | undefined {
  if (typeof zone !== 'string') return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
