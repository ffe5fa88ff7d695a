import type { Api } from '../../api/types.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { UserError } from '../../lib/errors.ts';
import { recordIn, textIn } from '../../lib/json.ts';
import type { LocationFacts, LocationReader } from '../core/context.ts';
import { mayRead, type Permissions } from '../core/permissions.ts';
import { getLocation } from '../lookups.ts';

/** ms for which a reading is used: with a zone, and without one. */
const LIFETIME_MS = 3_600_000;
const RETRY_MS = 30_000;

/** Accounts that one server is signed in to in turn. */
const MAX_LOCATIONS = 10;

/** Reads the location of the present sign-in once for all who need its time zone or country. */
export function createLocationReader(options: {
  readonly api: Api;
  readonly access: () => Permissions;
  /** The location of the present sign-in. */
  readonly locationId: () => string | undefined;
  /** Epoch ms. */
  readonly now: () => number;
}): LocationReader {
  const { api, access, locationId, now } = options;
  const readings = new BoundedMap<string | undefined, { readonly at: number; readonly facts: LocationFacts }>(
    MAX_LOCATIONS,
  );
  const isAllowed = () => mayRead(getLocation, access());
  return {
    known() {
      if (!isAllowed()) return {};
      const reading = readings.get(locationId());
      const age = reading ? now() - reading.at : Number.NaN;
      return age >= 0 && age < (reading?.facts.zone ? LIFETIME_MS : RETRY_MS) ? reading?.facts : undefined;
    },
    async read(maxMs = Number.POSITIVE_INFINITY) {
      if (!isAllowed()) return {};
      const id = locationId();
      const facts = await api
        .call(getLocation, {}, { locationId: id, deadline: api.now() + maxMs })
        .then((answer) => factsOf(recordIn(answer, 'location') ?? {}), factsOfError);
      readings.set(id, { at: now(), facts });
      return facts;
    },
  };
}

function factsOfError(error: unknown): LocationFacts {
  if (!(error instanceof UserError)) throw error;
  return { zoneProblem: "the location's time zone could not be read just now" };
}

function factsOf(location: Record<string, unknown>): LocationFacts {
  const [country, timezone] = [textIn(location, 'country'), textIn(location, 'timezone')?.trim()];
  if (!timezone) return { country, zoneProblem: "the location's time zone in HighLevel is not set" };
  try {
    return { country, zone: new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone };
  } catch {
    // Not a zone that this version of Node knows.
    return { country, zoneProblem: "the location's time zone in HighLevel is none that is known" };
  }
}
