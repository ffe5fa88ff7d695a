import type { Api } from '../../api/types.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { UserError } from '../../lib/errors.ts';
import { recordIn, textIn } from '../../lib/json.ts';
import type { LocationFacts, LocationReader } from '../core/context.ts';
import { mayRead, type Permissions } from '../core/permissions.ts';
import { getLocation } from '../lookups.ts';

/** ms for which a reading is used: with a zone, and after none could be read. */
const LIFETIME_MS = 3_600_000;
const RETRY_MS = 30_000;

/** Accounts that one server is signed in to in turn. */
const MAX_LOCATIONS = 10;

interface Reading {
  /** Epoch ms. */
  readonly at: number;
  readonly facts: LocationFacts;
  readonly lifetime: number;
}

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
  const readings = new BoundedMap<string | undefined, Reading>(MAX_LOCATIONS);
  const isAllowed = () => mayRead(getLocation, access());
  return {
    known() {
      if (!isAllowed()) return {};
      const reading = readings.get(locationId());
      const age = reading ? now() - reading.at : Number.NaN;
      return age >= 0 && age < (reading?.lifetime ?? 0) ? reading?.facts : undefined;
    },
    async read({ maxMs = Number.POSITIVE_INFINITY, signal } = {}) {
      if (!isAllowed()) return {};
      const id = locationId();
      const callOptions = { locationId: id, deadline: api.now() + maxMs, signal };
      const facts = await api.call(getLocation, {}, callOptions).then(
        (answer) => factsOf(recordIn(answer, 'location') ?? {}),
        (error: unknown) => {
          if (!(error instanceof UserError) || signal?.aborted === true) throw error;
          return undefined;
        },
      );
      // A location hardly ever moves: what was read before beats nothing.
      const shown = facts ?? readings.get(id)?.facts ?? UNREAD;
      readings.set(id, { at: now(), facts: shown, lifetime: facts?.zone ? LIFETIME_MS : RETRY_MS });
      return shown;
    },
  };
}

const UNREAD: LocationFacts = { zoneProblem: "the location's time zone could not be read just now" };

function factsOf(location: Record<string, unknown>): LocationFacts {
  const [country, timezone] = [textIn(location, 'country'), textIn(location, 'timezone')?.trim()];
  if (!timezone) return { country, zoneProblem: "the location's time zone in HighLevel is not set" };
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
    // Which of the names of a zone is the canonical one depends on the version of Node.
    return { country, zone: canonical.toLowerCase() === timezone.toLowerCase() ? canonical : timezone };
  } catch {
    // Not a zone that this version of Node knows.
    return { country, zoneProblem: "the location's time zone in HighLevel is none that is known" };
  }
}
