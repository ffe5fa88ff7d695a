import { DAY } from './dates.ts';

const WINDOW_MS = 10_000;
/** Sent if there is no limit, so that a client that follows the headers is never delayed. */
const UNLIMITED = 1_000_000_000;

export interface Quota {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number;
}

interface Counter {
  windowStart: number;
  windowCount: number;
  dayStart: number;
  dayCount: number;
}

/** Two fixed windows, of ten seconds and of a day. Each begins with its first request. */
export class RateLimiter {
  readonly #max: number | 'off';
  readonly #perDay: number;
  readonly #counters = new Map<string, Counter>();

  constructor(max: number | 'off', perDay: number) {
    this.#max = max;
    this.#perDay = perDay;
  }

  consume(key: string, now: number): Quota {
    if (this.#max === 'off') {
      const unlimited = { max: UNLIMITED, remaining: UNLIMITED, daily: UNLIMITED, dailyRemaining: UNLIMITED };
      return quota(true, { ...unlimited, dailyResetMs: DAY }, 0);
    }
    const counter = this.#current(key, now);
    const allowed = counter.windowCount < this.#max && counter.dayCount < this.#perDay;
    if (allowed) {
      counter.windowCount += 1;
      counter.dayCount += 1;
    }
    const figures = {
      max: this.#max,
      remaining: this.#max - counter.windowCount,
      daily: this.#perDay,
      dailyRemaining: this.#perDay - counter.dayCount,
      dailyResetMs: counter.dayStart + DAY - now,
    };
    return quota(allowed, figures, Math.ceil((counter.windowStart + WINDOW_MS - now) / 1000));
  }

  clear(): void {
    this.#counters.clear();
  }

  #current(key: string, now: number): Counter {
    const counter = this.#counters.get(key) ?? { windowStart: now, windowCount: 0, dayStart: now, dayCount: 0 };
    if (now >= counter.windowStart + WINDOW_MS) Object.assign(counter, { windowStart: now, windowCount: 0 });
    if (now >= counter.dayStart + DAY) Object.assign(counter, { dayStart: now, dayCount: 0 });
    this.#counters.set(key, counter);
    return counter;
  }
}

interface QuotaFigures {
  readonly max: number;
  readonly remaining: number;
  readonly daily: number;
  readonly dailyRemaining: number;
  readonly dailyResetMs: number;
}

/** Recorded: the daily reset is a duration in ms, rounded up to whole seconds. */
function quota(allowed: boolean, figures: QuotaFigures, retryAfterSeconds: number): Quota {
  const headers = {
    'x-ratelimit-limit-daily': String(figures.daily),
    'x-ratelimit-daily-remaining': String(figures.dailyRemaining),
    'x-ratelimit-daily-reset': String(Math.ceil(figures.dailyResetMs / 1000) * 1000),
    'x-ratelimit-interval-milliseconds': String(WINDOW_MS),
    'x-ratelimit-max': String(figures.max),
    'x-ratelimit-remaining': String(figures.remaining),
  };
  return { allowed, headers, retryAfterSeconds };
}
