import type { Timers } from '../lib/scheduler.ts';

/** HighLevel's clock, from the `Date` header of its last response; setting the machine's clock does not move it. */
export class ServerClock {
  readonly #timers: Timers;
  #skew: number | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** ms to add to the monotonic clock; taken from the machine's clock until the first response. */
  get skew(): number {
    const { wall, now } = this.#timers;
    return this.#skew ?? (wall ? wall() - now() : 0);
  }

  see(date: string | undefined): void {
    const at = date === undefined ? Number.NaN : Date.parse(date);
    if (!Number.isNaN(at)) this.#skew = at - this.#timers.now();
  }
}
