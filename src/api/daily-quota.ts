import { UserError } from '../lib/errors.ts';
import { type Timers, timeOf } from '../lib/scheduler.ts';
import { numberIn, type ResponseHeaders } from './rate-window.ts';

/** Share of the quota below which results mention it. */
const LOW_SHARE = 0.02;
/** While the quota is used up, one call in this time finds out whether it still is: the announced reset may be wrong. */
const PROBE_INTERVAL_MS = 300_000;
/** Latest reset that is accepted. */
const MAX_RESET_MS = 172_800_000;

/** HighLevel's quota of the day, as its last response with one says. */
export class DailyQuota {
  readonly #timers: Timers;
  #known: { readonly remaining: number; readonly limit: number; readonly resetsAt: number } | undefined;
  #probedAt = Number.NEGATIVE_INFINITY;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Requests left, and of how many; undefined before a response with a quota. */
  get known(): { readonly remaining: number; readonly limit: number } | undefined {
    return this.#known;
  }

  /** When a used-up quota returns, else when a call may probe; undefined while it is not used up. */
  get returnsAt(): number | undefined {
    if (this.#known?.remaining !== 0) return undefined;
    return Number.isFinite(this.#known.resetsAt) ? this.#known.resetsAt : this.#probedAt + PROBE_INTERVAL_MS;
  }

  /** @throws UserError if it is used up and this call is not the probe */
  check(): void {
    if (this.#known?.remaining !== 0) return;
    const now = this.#timers.now();
    if (now < Math.min(this.#probedAt + PROBE_INTERVAL_MS, this.#known.resetsAt)) throw this.usedUpError();
    if (now >= this.#known.resetsAt) this.forget();
    else this.#probedAt = now;
  }

  /** After a probe whose response has no quota. */
  forget(): void {
    this.#known = undefined;
  }

  /** Returns true if the headers say that the quota is used up. */
  learn(headers: ResponseHeaders): boolean {
    const remaining = numberIn(headers, 'x-ratelimit-daily-remaining');
    const limit = numberIn(headers, 'x-ratelimit-limit-daily');
    if (remaining === undefined || limit === undefined) return false;
    const now = this.#timers.now();
    if (remaining === 0 && this.#known?.remaining !== 0) this.#probedAt = now;
    const reset = numberIn(headers, 'x-ratelimit-daily-reset') ?? Number.POSITIVE_INFINITY;
    const resetsAt = Number.isFinite(reset) ? now + Math.min(reset, MAX_RESET_MS) : reset;
    this.#known = { remaining, limit, resetsAt };
    return remaining === 0;
  }

  usedUpError(): UserError {
    const { limit, resetsAt = Number.POSITIVE_INFINITY } = this.#known ?? {};
    const when = Number.isFinite(resetsAt)
      ? `It returns at ${timeOf(this.#timers, resetsAt)}: try again then.`
      : `HighLevel does not say when it returns: try again from ${timeOf(this.#timers, this.#probedAt + PROBE_INTERVAL_MS)} on.`;
    return new UserError(`This location's quota of ${limit} requests a day is used up; nothing was sent. ${when}`);
  }

  /** For results, when the quota runs low. */
  notice(): string | undefined {
    if (!this.#known || this.#known.remaining > this.#known.limit * LOW_SHARE) return undefined;
    const { remaining, limit } = this.#known;
    return `HighLevel's quota for today is nearly used up: ${remaining} of ${limit} requests left.`;
  }
}
