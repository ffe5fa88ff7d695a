import { BoundedMap } from './bounded-map.ts';

export const DAY_MS = 86_400_000;

/** Zones and days of which the offset is remembered: to read it takes longer than all else that is done with a time. */
const MAX_ZONES = 20;
const MAX_DAYS = 2_000;

/** The offsets of a zone from UTC. */
class ZoneOffsets {
  readonly #format: Intl.DateTimeFormat;
  /** By the number of the UTC day since 1970, at its start. */
  readonly #atStarts = new BoundedMap<number, number>(MAX_DAYS);

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  }

  at(ms: number): number {
    const day = Math.floor(ms / DAY_MS);
    const start = this.#atStart(day);
    // No zone has changed its offset twice within a day.
    return start === this.#atStart(day + 1) ? start : this.#read(ms);
  }

  #atStart(day: number): number {
    const known = this.#atStarts.get(day);
    if (known !== undefined) return known;
    const offset = this.#read(day * DAY_MS);
    this.#atStarts.set(day, offset);
    return offset;
  }

  #read(ms: number): number {
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(this.#format.format(ms)) ?? [];
    const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
    return sign === '-' ? -size : size;
  }
}

const zones = new BoundedMap<string, ZoneOffsets>(MAX_ZONES);

/** ms by which the clocks of a zone are ahead of UTC, in whole minutes: ISO 8601 has no seconds of offsets, as they were before 1972. */
export function offsetAt(ms: number, zone: string): number {
  let offsets = zones.get(zone);
  if (!offsets) {
    offsets = new ZoneOffsets(zone);
    zones.set(zone, offsets);
  }
  return offsets.at(ms);
}

/** Every instant at which the clocks of a zone show a time, which is given in ms as if it were UTC; in order. */
export function instantsAt(local: number, zone: string): readonly number[] {
  const offsets = new Set([offsetAt(local - DAY_MS, zone), offsetAt(local + DAY_MS, zone)]);
  return [...offsets]
    .map((offset) => local - offset)
    .filter((ms) => ms + offsetAt(ms, zone) === local)
    .sort((a, b) => a - b);
}
