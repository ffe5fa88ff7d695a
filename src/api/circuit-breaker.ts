import { UserError } from '../lib/errors.ts';
import { type Timers, timeOf } from '../lib/scheduler.ts';

/** Failed tries in a row that open it, and ms until a probe; each failed probe doubles that, up to the last figure. */
const THRESHOLD = 8;
const OPEN_MS = 15_000;
const MAX_OPEN_MS = 120_000;

/** After repeated failures it answers at once and says until when; then one call probes while the others still wait. */
export class CircuitBreaker {
  readonly #timers: Timers;
  #failures = 0;
  #openMs = OPEN_MS;
  #openUntil = 0;
  #probing = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Lets a call through, which is the probe when the time is up. @throws UserError while open */
  pass(): void {
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
        `HighLevel failed ${this.#failures} times in a row, so nothing was sent. It is tried again from ${timeOf(this.#timers, Math.max(this.#openUntil, now))} on (in ${seconds} s).`,
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

  /** The probe ended without telling anything: the next call probes. */
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
