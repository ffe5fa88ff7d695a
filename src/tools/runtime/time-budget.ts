import { START_DEADLINE_MS, TOOL_DEADLINE_MS } from '../core/context.ts';

/** ms after which many hosts give a call up, less what its answer needs. */
const HOST_LIMIT_MS = 55_000;
/** ms in which a call may start requests after the owner took long to answer. */
const AFTER_ANSWER_MS = 10_000;

/** The time of one call of a tool that sends several requests. What the owner takes to answer does not count. */
export class TimeBudget {
  readonly #now: () => number;
  readonly #startedAt: number;
  #waitedMs = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** @param now monotonic ms */
  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  /** ms of `now` by which the requests of the call have to end. */
  get deadline(): number {
    return this.#within(TOOL_DEADLINE_MS, HOST_LIMIT_MS);
  }

  /** True while another request may start. */
  hasTime(): boolean {
    return this.#now() < this.#within(START_DEADLINE_MS, TOOL_DEADLINE_MS);
  }

  /** Waits for the owner. */
  async exclude<T>(waiting: Promise<T>): Promise<T> {
    const from = this.#now();
    try {
      return await waiting;
    } finally {
      this.#answeredAt = this.#now();
      this.#waitedMs += this.#answeredAt - from;
    }
  }

  #within(ms: number, limitMs: number): number {
    const limit = Math.max(this.#startedAt + limitMs, this.#answeredAt + AFTER_ANSWER_MS);
    return Math.min(this.#startedAt + ms + this.#waitedMs, limit);
  }
}
