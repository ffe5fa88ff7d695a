import type { CancelSignal } from '../lib/cancellation.ts';
import type { UserError } from '../lib/errors.ts';
import type { Timers } from '../lib/scheduler.ts';
import { DailyQuota } from './daily-quota.ts';
import { RateWindow, type ResponseHeaders } from './rate-window.ts';

/** Interactive requests go first; bulk requests are spread over the window, so that they do not delay them. */
export type Priority = 'interactive' | 'bulk';

/** Call once when the attempt is over, with the headers of its response if there was one; `limited` for a 429. */
export type ReleaseSlot = (headers?: ResponseHeaders, limited?: boolean) => void;

export interface Quota {
  /** Requests left in HighLevel's window and day; undefined before the first response. */
  readonly remaining: number | undefined;
  readonly dailyRemaining: number | undefined;
  readonly dailyLimit: number | undefined;
  /** Until when nothing is sent, by the monotonic clock. */
  readonly heldUntil: number;
  readonly waiting: number;
}

/** Requests in flight before the limits are known. */
const INITIAL_IN_FLIGHT = 5;
/** Longest pause after a 429, whatever the server asks for; then one request probes. */
const MAX_PAUSE_MS = 300_000;
/** Share of a window that bulk requests may take at once. */
const BULK_BURST = 0.05;

interface Waiting {
  readonly resolve: (release: ReleaseSlot) => void;
  readonly reject: (error: UserError) => void;
}

/** Keeps this server within its share of the location's quota, by the response headers and without contact to other servers. */
export class RateLimiter {
  readonly #timers: Timers;
  readonly #window: RateWindow;
  readonly #daily: DailyQuota;
  #inFlight = 0;
  /** Few until the limits are known, one after a pause that was cut short. */
  #maxInFlight = INITIAL_IN_FLIGHT;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #bulkTokens = 0;
  #bulkTokensAt = Number.NEGATIVE_INFINITY;
  readonly #queues: Record<Priority, Waiting[]> = { interactive: [], bulk: [] };
  #cancelTimer: (() => void) | undefined;

  constructor(timers: Timers, share: number) {
    this.#timers = timers;
    this.#window = new RateWindow(timers.now, share);
    this.#daily = new DailyQuota(timers);
  }

  /** A slot, if one is free and no request waits for it. @throws UserError when the day's quota is used up */
  tryAcquire(priority: Priority): ReleaseSlot | undefined {
    this.#daily.check();
    return this.#queues[priority].length === 0 && this.#waitMs(priority) === 0 ? this.#grant(priority) : undefined;
  }

  /**
   * Waits for a slot; undefined if the signal, which no other call uses, is aborted first. `first` puts a retried request at
   * the head of its queue.
   * @throws UserError when the day's quota is used up
   */
  acquire(priority: Priority, signal: CancelSignal, first = false): Promise<ReleaseSlot | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const free = this.tryAcquire(priority);
    if (free) return Promise.resolve(free);
    const queue = this.#queues[priority];
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { resolve, reject };
      const leave = () => {
        if (!queue.includes(waiting)) return;
        queue.splice(queue.indexOf(waiting), 1);
        resolve(undefined);
      };
      signal.addEventListener('abort', leave, { once: true });
      if (first) queue.unshift(waiting);
      else queue.push(waiting);
      this.#drainQueues();
    });
  }

  /** Pauses all requests after a 429, without `waitMs` until the window ends. Returns the ms of the pause. */
  pauseUntil(waitMs: number | undefined): number {
    const { msLeft, interval } = this.#window;
    const requested = waitMs ?? (msLeft > 0 ? msLeft : interval);
    const ms = Math.min(requested, MAX_PAUSE_MS);
    if (ms < requested) this.#maxInFlight = 1;
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#timers.now() + ms);
    return ms;
  }

  /** When a slot will be free, by the monotonic clock: an estimate if other requests wait for one. */
  availableAt(priority: Priority): number {
    if (this.#daily.returnsAt !== undefined) return this.#daily.returnsAt;
    const { interval, allowed } = this.#window;
    const ahead = this.#queues.interactive.length + (priority === 'bulk' ? this.#queues.bulk.length : 0);
    const wait = this.#waitMs(priority);
    return this.#timers.now() + (Number.isFinite(wait) ? wait : interval) + Math.floor(ahead / allowed) * interval;
  }

  quota(): Quota {
    return {
      remaining: this.#window.remaining,
      dailyRemaining: this.#daily.known?.remaining,
      dailyLimit: this.#daily.known?.limit,
      heldUntil: this.#pausedUntil,
      waiting: this.#queues.interactive.length + this.#queues.bulk.length,
    };
  }

  /** For results, when the day's quota runs low. */
  notice(): string | undefined {
    return this.#daily.notice();
  }

  #grant(priority: Priority): ReleaseSlot {
    if (priority === 'bulk') this.#bulkTokens -= 1;
    this.#inFlight += 1;
    const responsesBefore = this.#window.responses;
    const pausedBefore = this.#pausedUntil;
    const probesDay = this.#daily.known?.remaining === 0;
    return (headers, limited = false) => {
      this.#inFlight -= 1;
      this.#window.recordEnd();
      if (headers) {
        if (probesDay && !limited) this.#daily.forget();
        this.#learn(headers, responsesBefore === this.#window.responses);
        if (!limited && pausedBefore === this.#pausedUntil) this.#maxInFlight = Number.POSITIVE_INFINITY;
      }
      this.#drainQueues();
    };
  }

  #learn(headers: ResponseHeaders, inOrder: boolean): void {
    this.#window.learn(headers, inOrder);
    if (!this.#daily.learn(headers)) return;
    for (const queue of Object.values(this.#queues))
      for (const { reject } of queue.splice(0)) reject(this.#daily.usedUpError());
  }

  /** ms until a request of this priority may be sent, 0 for now. */
  #waitMs(priority: Priority): number {
    const pause = this.#pausedUntil - this.#timers.now();
    if (pause > 0) return pause;
    if (this.#inFlight >= this.#maxInFlight) return Number.POSITIVE_INFINITY;
    return this.#window.waitMs(this.#inFlight) || (priority === 'bulk' ? this.#bulkWaitMs() : 0);
  }

  /** By a token bucket. */
  #bulkWaitMs(): number {
    const { allowed, interval } = this.#window;
    const now = this.#timers.now();
    const perMs = allowed / interval;
    const tokens = this.#bulkTokens + (now - this.#bulkTokensAt) * perMs;
    this.#bulkTokens = Math.min(Math.max(1, allowed * BULK_BURST), tokens);
    this.#bulkTokensAt = now;
    return this.#bulkTokens >= 1 ? 0 : (1 - this.#bulkTokens) / perMs;
  }

  /** Grants what is free, interactive requests first, and sets a timer for the next slot. */
  #drainQueues(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    let wait = Number.POSITIVE_INFINITY;
    for (const priority of ['interactive', 'bulk'] as const) {
      const queue = this.#queues[priority];
      while (queue.length > 0) {
        const ms = this.#waitMs(priority);
        if (ms > 0) {
          wait = Math.min(wait, ms);
          break;
        }
        queue.shift()?.resolve(this.#grant(priority));
      }
    }
    if (Number.isFinite(wait)) this.#cancelTimer = this.#timers.setTimer(wait, () => this.#drainQueues());
  }
}
