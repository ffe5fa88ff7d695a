import { BoundedMap } from '../lib/bounded-map.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;

const ZERO = { calls: 0, tries: 0, retries: 0, limited: 0, errors: 0, writes: 0, unknown: 0, cached: 0 };
export type MetricName = keyof typeof ZERO;

/** Counts of the last 24 hours, by the hour. */
export class Metrics {
  readonly #now: () => number;
  readonly #hours = new BoundedMap<number, Record<MetricName, number>>(HOURS);

  constructor(now: () => number) {
    this.#now = now;
  }

  count(name: MetricName): void {
    const hour = Math.floor(this.#now() / HOUR_MS);
    let counts = this.#hours.get(hour);
    if (!counts) {
      counts = { ...ZERO };
      this.#hours.set(hour, counts);
    }
    counts[name] += 1;
  }

  lastDay(): Record<MetricName, number> {
    const hour = Math.floor(this.#now() / HOUR_MS);
    const sum = { ...ZERO };
    for (const [at, counts] of this.#hours) {
      if (at > hour - HOURS) for (const name of Object.keys(sum) as MetricName[]) sum[name] += counts[name];
    }
    return sum;
  }
}
