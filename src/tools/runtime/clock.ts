import type { CancelSignal } from '../../lib/cancellation.ts';
import { type Clock, ZoneUnknown } from '../../lib/time.ts';
import type { LocationFacts, LocationReader } from '../core/context.ts';

/** ms that an answer waits for the zone of its times. */
const SHOW_MS = 5_000;

/** The zone is the owner's setting, else the location's where it may be read, else the machine's. */
export function createClock(options: {
  readonly timezone?: string | undefined;
  readonly location: LocationReader;
  readonly now: () => number;
}): Clock {
  const { timezone, location, now } = options;
  const clockUntil = (signal?: CancelSignal): Clock => {
    const factsToShow = async () => location.known() ?? (await location.read({ maxMs: SHOW_MS, signal }));
    return {
      now,
      async zone() {
        if (timezone !== undefined) return timezone;
        const known = location.known();
        const isUsable = known !== undefined && known.zoneProblem === undefined;
        const { zone, zoneProblem } = isUsable ? known : await location.read({ signal });
        if (zoneProblem !== undefined) throw new ZoneUnknown(zoneProblem);
        return zone ?? machineZone();
      },
      shownZone: async () => timezone ?? zoneOf(await factsToShow()),
      knownZone: () => timezone ?? zoneOf(location.known()),
      knownZones() {
        const facts = location.known();
        return facts && { shown: timezone ?? zoneOf(facts), location: facts.zone };
      },
      locationZone: async () => (await factsToShow()).zone,
      during: clockUntil,
    };
  };
  return clockUntil();
}

let machine: string | undefined;
/** Read once: it takes longer than all else that a call does with times, and Node does not see it change. */
const machineZone = (): string => {
  machine ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return machine;
};

const zoneOf = (facts: LocationFacts | undefined): string | undefined =>
  facts && facts.zoneProblem === undefined ? (facts.zone ?? machineZone()) : undefined;
