import { UserError } from '../lib/errors.ts';
import { type Timers, timeOf } from '../lib/scheduler.ts';

/** Consecutive failed attempts that open it, and ms until a probe; each failed probe doubles these, up to the maximum. */
const THRESHOLD = 8;
const OPEN_MS = 15_000;
const MAX_OPEN_MS = 120_000;

/** After repeated failures it rejects calls at once and says until when; then one call probes. */
export class CircuitBreaker {
  readonly #timers: Timers;
  #failures = 0;
  #openMs = OPEN_MS;
  #openUntil = 0;
  #probing = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Call before sending: the first request after the open time is the probe. @throws UserError while open */
  admit(): void {
    this.check();
    this.#probing = this.#failures >= THRESHOLD;
  }

  /** @throws UserError while open */
  check(): void {
    if (this.#failures < THRESHOLD) return;
    const now = this.#timers.now();
    if (now < this.#openUntil || this.#probing) {
      const seconds = Math.max(1, Math.ceil((this.#openUntil - now) / 1_000));
      throw new UserError(
        `HighLevel failed ${this.#failures} times in a row, so nothing was sent. Requests are sent again from ${timeOf(this.#timers, Math.max(this.#openUntil, now))} on (in ${seconds} s).`,
      );
    }
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openMs = OPEN_MS;
    this.#probing = false;
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures < THRESHOLD) return;
    if (this.#probing) this.#openMs = Math.min(MAX_OPEN_MS, this.#openMs * 2);
    this.#probing = false;
    this.#openUntil = this.#timers.now() + this.#openMs;
  }

  /** The request ended without showing anything about HighLevel: if it was the probe, the next call probes. */
  abandoned(): void {
    this.#probing = false;
  }

  state(): 'closed' | 'open' | 'probing' {
    if (this.#failures < THRESHOLD) return 'closed';
    return this.#probing || this.#timers.now() >= this.#openUntil ? 'probing' : 'open';
  }

  /** By the monotonic clock; undefined while closed. */
  get openUntil(): number | undefined {
    return this.#failures < THRESHOLD ? undefined : this.#openUntil;
  }
}
