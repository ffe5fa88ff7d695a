const HOUR_MS = 3_600_000;
const HOURS = 24;

const ZERO = { calls: 0, tries: 0, retries: 0, limited: 0, errors: 0, writes: 0, unknown: 0, cached: 0 };
export type MetricName = keyof typeof ZERO;

/** Counts of the last 24 hours, by the hour. */
export class Metrics {
  readonly #now: () => number;
  readonly #hours = new Map<number, Record<MetricName, number>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  count(what: MetricName): void {
    const hour = Math.floor(this.#now() / HOUR_MS);
    let counts = this.#hours.get(hour);
    if (!counts) {
      counts = { ...ZERO };
      this.#hours.set(hour, counts);
      for (const old of this.#hours.keys()) if (old <= hour - HOURS) this.#hours.delete(old);
    }
    counts[what] += 1;
  }

  lastDay(): Record<MetricName, number> {
    const hour = Math.floor(this.#now() / HOUR_MS);
    const sum = { ...ZERO };
    for (const [at, counts] of this.#hours) {
      if (at > hour - HOURS) for (const what of Object.keys(sum) as MetricName[]) sum[what] += counts[what];
    }
    return sum;
  }
}
