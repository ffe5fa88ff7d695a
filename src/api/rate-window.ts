/** Documented limits, until a response has other ones: a private token of a trial has 25. */
const DEFAULT_MAX = 100;
const DEFAULT_INTERVAL_MS = 10_000;
/** Longest interval that is accepted from the headers. */
const MAX_INTERVAL_MS = 600_000;
/** Requests per window above which they are not counted. */
const MAX_COUNTED = 10_000;

export type ResponseHeaders = Readonly<Record<string, string>>;

export const numberIn = (headers: ResponseHeaders, name: string): number | undefined =>
  /^\d+$/.test(headers[name] ?? '') ? Number(headers[name]) : undefined;

/**
 * The requests of this server in the last interval, and what HighLevel says is left of its window. There are never more than
 * the share in any span of one interval, wherever HighLevel's own windows begin. Times are monotonic ms.
 */
export class RateWindow {
  readonly #now: () => number;
  readonly #share: number;
  #max = DEFAULT_MAX;
  /** ms, as last announced. */
  interval = DEFAULT_INTERVAL_MS;
  /** Requests left in HighLevel's window; undefined before the first response. */
  remaining: number | undefined;
  /** Responses with a remaining count so far. */
  responses = 0;
  /** When each request of the last interval ended: it had arrived by then, so that the span is not underestimated. */
  #endedAt: number[] = [];
  /** First response of HighLevel's current window, which ends at most one interval later. */
  #windowSeenAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number, share: number) {
    this.#now = now;
    this.#share = share;
  }

  /** Requests that this server may send in one interval. */
  get allowed(): number {
    return Math.max(1, Math.floor(this.#max * this.#share));
  }

  /** ms until HighLevel's window has certainly ended; at most 0 if it has. */
  get msLeft(): number {
    return this.#windowSeenAt + this.interval - this.#now();
  }

  recordEnd(): void {
    if (this.#max <= MAX_COUNTED) this.#endedAt.push(this.#now());
  }

  /** `inOrder` is true if no other response arrived since the request was sent. */
  learn(headers: ResponseHeaders, inOrder: boolean): void {
    this.#max = numberIn(headers, 'x-ratelimit-max') || this.#max;
    const interval = numberIn(headers, 'x-ratelimit-interval-milliseconds') || this.interval;
    this.interval = Math.min(interval, MAX_INTERVAL_MS);
    const remaining = numberIn(headers, 'x-ratelimit-remaining');
    if (remaining === undefined) return;
    const before = this.remaining ?? -1;
    // Responses overtake each other: a higher count means a new window only if they are in order.
    const isNewWindow = this.msLeft <= 0 || (inOrder && remaining > before);
    this.responses += 1;
    if (isNewWindow) this.#windowSeenAt = this.#now();
    this.remaining = isNewWindow ? remaining : Math.min(remaining, before);
  }

  /** ms until a request may be sent, 0 for now; infinite until one in flight has ended. */
  waitMs(inFlight: number): number {
    const now = this.#now();
    while (this.#endedAt[0] !== undefined && this.#endedAt[0] <= now - this.interval) this.#endedAt.shift();
    const [oldest] = this.#endedAt;
    if (inFlight + this.#endedAt.length >= this.allowed)
      return oldest === undefined ? Number.POSITIVE_INFINITY : oldest + this.interval - now;
    const isExhausted = this.remaining !== undefined && this.remaining <= inFlight;
    return isExhausted ? Math.max(0, this.msLeft) : 0;
  }
}
