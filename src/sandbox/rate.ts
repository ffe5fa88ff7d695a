const WINDOW_MS = 10_000;
const DAY_MS = 86_400_000;
const PER_DAY = 200_000;
/** Announced when there is no limit, so that a client which obeys the headers is not slowed by them. */
const BOUNDLESS = 1_000_000_000;

export interface Quota {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number;
}

interface Counter {
  windowStart: number;
  inWindow: number;
  day: number;
  inDay: number;
}

/** A fixed window that begins with the first request in it, and a count that begins with the UTC day. */
export class RateLimiter {
  readonly #max: number | 'off';
  readonly #counters = new Map<string, Counter>();

  constructor(max: number | 'off') {
    this.#max = max;
  }

  take(key: string, now: number): Quota {
    if (this.#max === 'off') return quota(true, BOUNDLESS, BOUNDLESS, BOUNDLESS, BOUNDLESS, 0);
    const counter = this.#current(key, now);
    const allowed = counter.inWindow < this.#max && counter.inDay < PER_DAY;
    if (allowed) {
      counter.inWindow += 1;
      counter.inDay += 1;
    }
    const retryAfter = Math.ceil((counter.windowStart + WINDOW_MS - now) / 1000);
    return quota(allowed, this.#max, this.#max - counter.inWindow, PER_DAY, PER_DAY - counter.inDay, retryAfter);
  }

  clear(): void {
    this.#counters.clear();
  }

  #current(key: string, now: number): Counter {
    const day = Math.floor(now / DAY_MS);
    const counter = this.#counters.get(key) ?? { windowStart: now, inWindow: 0, day, inDay: 0 };
    if (now >= counter.windowStart + WINDOW_MS) Object.assign(counter, { windowStart: now, inWindow: 0 });
    if (counter.day !== day) Object.assign(counter, { day, inDay: 0 });
    this.#counters.set(key, counter);
    return counter;
  }
}

function quota(
  allowed: boolean,
  max: number,
  remaining: number,
  daily: number,
  dailyRemaining: number,
  retryAfterSeconds: number,
): Quota {
  const headers = {
    'X-RateLimit-Limit-Daily': String(daily),
    'X-RateLimit-Daily-Remaining': String(dailyRemaining),
    'X-RateLimit-Interval-Milliseconds': String(WINDOW_MS),
    'X-RateLimit-Max': String(max),
    'X-RateLimit-Remaining': String(remaining),
  };
  return { allowed, headers, retryAfterSeconds };
}
