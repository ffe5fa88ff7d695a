import { UserError } from '../lib/errors.ts';
import { type Timers, timeOf } from '../lib/scheduler.ts';

/** Single calls go first; a bulk run takes what it may, evenly spread, so that it never stands in their way. */
export type Priority = 'interactive' | 'bulk';

/** To be called once when the try is over, with the answer's headers where there was one; `limited` for a 429. */
export type ReleaseSlot = (headers?: Readonly<Record<string, string>>, limited?: boolean) => void;

export interface Quota {
  /** Requests HighLevel says are left in its window and in its day; undefined before the first answer. */
  readonly remaining: number | undefined;
  readonly dailyRemaining: number | undefined;
  readonly dailyLimit: number | undefined;
  /** Until when nothing is sent, by the monotonic clock. */
  readonly heldUntil: number;
  readonly waiting: number;
}

/** Documented limits, until an answer's headers say otherwise: a private token of a trial has 25. */
const DEFAULT_MAX = 100;
const DEFAULT_INTERVAL_MS = 10_000;
/** Requests in flight before an answer has told the limits. */
const UNTOLD = 5;
/** What a server may ask for at most, whatever its headers say: after that, one request finds out. */
const MAX_INTERVAL_MS = 600_000;
const MAX_HOLD_MS = 300_000;
const MAX_DAY_MS = 172_800_000;
/** Share of the day's quota under which results mention it. */
const NEARLY_GONE = 0.02;
/** While the day's quota is used up, one call every so often finds out whether that still holds. */
const PROBE_MS = 300_000;
/** Requests per window above which there is no limit worth counting. */
const COUNTED = 10_000;
/** Share of a window a bulk run may take at once. */
const BURST = 0.05;

interface Waiting {
  readonly go: (done: ReleaseSlot) => void;
  readonly refuse: (error: UserError) => void;
}

/**
 * Keeps this server to its share of the location's quota without talking to other servers: never more requests than the
 * share in any span of one interval, whichever way HighLevel's own windows lie, and none while its headers say that
 * there is nothing left.
 */
export class RateLimiter {
  readonly #timers: Timers;
  readonly #share: number;
  #max = DEFAULT_MAX;
  #interval = DEFAULT_INTERVAL_MS;
  /** When each try of the last interval ended: it had arrived by then, so that the span is never underestimated. */
  #ended: number[] = [];
  #inFlight = 0;
  /** Tries that may be in flight at once: few until the limits are known, one after a hold that was cut short. */
  #atMost = UNTOLD;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #remaining: number | undefined;
  /** `resets` is when the day ends, where HighLevel says so. */
  #daily: { remaining: number; limit: number; resets: number | undefined } | undefined;
  #probedAt = Number.NEGATIVE_INFINITY;
  /** First answer seen of HighLevel's present window: the window ends no later than one interval after it. */
  #windowSeenAt = Number.NEGATIVE_INFINITY;
  /** Answers learnt from: tells whether a request was sent after the last of them came. */
  #answers = 0;
  #bulkTokens = 0;
  #bulkAt = Number.NEGATIVE_INFINITY;
  readonly #queues: Record<Priority, Waiting[]> = { interactive: [], bulk: [] };
  #cancelWake: (() => void) | undefined;

  constructor(timers: Timers, share: number) {
    this.#timers = timers;
    this.#share = share;
  }

  /** A place at once, where nobody waits for one. @throws UserError when the day's quota is used up */
  tryAcquire(priority: Priority): ReleaseSlot | undefined {
    this.#refuseWithoutQuota();
    return this.#queues[priority].length === 0 && this.#waitFor(priority) === 0 ? this.#start(priority) : undefined;
  }

  /**
   * Waits for a place. `first` puts a try that was sent back by a 429 ahead of its lane.
   * @throws UserError when the day's quota is used up; the signal's end while waiting resolves to undefined
   */
  acquire(priority: Priority, signal: AbortSignal, first = false): Promise<ReleaseSlot | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const free = this.tryAcquire(priority);
    if (free) return Promise.resolve(free);
    const queue = this.#queues[priority];
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        go: (done) => {
          signal.removeEventListener('abort', leave);
          resolve(done);
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      const leave = () => {
        queue.splice(queue.indexOf(waiting), 1);
        resolve(undefined);
      };
      signal.addEventListener('abort', leave, { once: true });
      if (first) queue.unshift(waiting);
      else queue.push(waiting);
      this.#pump();
    });
  }

  /** A 429 holds everything until its time is up, or for some minutes, after which one request probes; gives the ms. */
  pauseUntil(waitMs: number | undefined): number {
    const now = this.#timers.now();
    const windowEnds = this.#windowSeenAt + this.#interval - now;
    const asked = waitMs ?? (windowEnds > 0 ? windowEnds : this.#interval);
    const ms = Math.min(asked, MAX_HOLD_MS);
    if (ms < asked) this.#atMost = 1;
    this.#heldUntil = Math.max(this.#heldUntil, now + ms);
    return ms;
  }

  /** When a call that found no place may try again, by the monotonic clock: an estimate where others wait before it. */
  availableAt(priority: Priority): number {
    const now = this.#timers.now();
    if (this.#daily?.remaining === 0) return this.#daily.resets ?? this.#nextProbe();
    const ahead = this.#queues.interactive.length + (priority === 'bulk' ? this.#queues.bulk.length : 0);
    const wait = this.#waitFor(priority);
    const free = Number.isFinite(wait) ? wait : this.#interval;
    return now + free + Math.floor(ahead / this.#allowed()) * this.#interval;
  }

  quota(): Quota {
    const waiting = this.#queues.interactive.length + this.#queues.bulk.length;
    return {
      remaining: this.#remaining,
      dailyRemaining: this.#daily?.remaining,
      dailyLimit: this.#daily?.limit,
      heldUntil: this.#heldUntil,
      waiting,
    };
  }

  /** A word for results when the day's quota runs low. */
  notice(): string | undefined {
    if (!this.#daily || this.#daily.remaining > this.#daily.limit * NEARLY_GONE) return undefined;
    return `HighLevel's quota for today is nearly gone: ${this.#daily.remaining} of ${this.#daily.limit} requests left.`;
  }

  #refuseWithoutQuota(): void {
    if (this.#daily?.remaining !== 0) return;
    const now = this.#timers.now();
    if (now < this.#nextProbe()) throw this.#usedUp(this.#daily.limit);
    if (now >= (this.#daily.resets ?? Number.POSITIVE_INFINITY)) this.#daily = undefined;
    else this.#probedAt = now;
  }

  /** A reset that is said may be wrong: it is tried before. */
  #nextProbe(): number {
    return Math.min(this.#probedAt + PROBE_MS, this.#daily?.resets ?? Number.POSITIVE_INFINITY);
  }

  #usedUp(limit: number): UserError {
    const resets = this.#daily?.resets;
    const when =
      resets === undefined
        ? `HighLevel does not say when it returns: try again from ${timeOf(this.#timers, this.#nextProbe())} on.`
        : `It returns at ${timeOf(this.#timers, resets)}: try again then.`;
    return new UserError(`This location's quota of ${limit} requests a day is used up; nothing was sent. ${when}`);
  }

  #start(priority: Priority): ReleaseSlot {
    if (priority === 'bulk') this.#bulkTokens -= 1;
    this.#inFlight += 1;
    const answersBefore = this.#answers;
    const heldBefore = this.#heldUntil;
    const probesDay = this.#daily?.remaining === 0;
    return (headers, limited = false) => {
      this.#inFlight -= 1;
      if (this.#max <= COUNTED) this.#ended.push(this.#timers.now());
      // Let through without a word about the day: what was known of it no longer holds.
      if (probesDay && headers && !limited) this.#daily = undefined;
      if (headers) this.#learn(headers, answersBefore === this.#answers);
      if (headers && !limited && heldBefore === this.#heldUntil) this.#atMost = Number.POSITIVE_INFINITY;
      this.#pump();
    };
  }

  #learn(headers: Readonly<Record<string, string>>, inOrder: boolean): void {
    const number = (name: string) =>
      headers[name] !== undefined && /^\d+$/.test(headers[name]) ? Number(headers[name]) : undefined;
    this.#max = number('x-ratelimit-max') || this.#max;
    this.#interval = Math.min(number('x-ratelimit-interval-milliseconds') || this.#interval, MAX_INTERVAL_MS);
    const remaining = number('x-ratelimit-remaining');
    if (remaining !== undefined) this.#learnRemaining(remaining, inOrder);
    const [left, limit] = [number('x-ratelimit-daily-remaining'), number('x-ratelimit-limit-daily')];
    if (left === undefined || limit === undefined) return;
    if (left === 0 && this.#daily?.remaining !== 0) this.#probedAt = this.#timers.now();
    const reset = number('x-ratelimit-daily-reset');
    const resets = reset === undefined ? undefined : this.#timers.now() + Math.min(reset, MAX_DAY_MS);
    this.#daily = { remaining: left, limit, resets };
    if (left > 0) return;
    for (const queue of Object.values(this.#queues))
      for (const { refuse } of queue.splice(0)) refuse(this.#usedUp(limit));
  }

  /** Answers overtake each other: more left than before means a new window only if nothing was answered meanwhile. */
  #learnRemaining(remaining: number, inOrder: boolean): void {
    const now = this.#timers.now();
    const known = this.#remaining ?? -1;
    const fresh = now >= this.#windowSeenAt + this.#interval || (inOrder && remaining > known);
    this.#answers += 1;
    if (fresh) this.#windowSeenAt = now;
    this.#remaining = fresh ? remaining : Math.min(remaining, known);
  }

  /** ms until the lane may send, 0 for now. */
  #waitFor(priority: Priority): number {
    const now = this.#timers.now();
    if (now < this.#heldUntil) return this.#heldUntil - now;
    while (this.#ended[0] !== undefined && this.#ended[0] <= now - this.#interval) this.#ended.shift();
    const allowed = this.#allowed();
    if (this.#inFlight >= this.#atMost) return Number.POSITIVE_INFINITY;
    if (this.#inFlight + this.#ended.length >= allowed)
      return this.#ended[0] === undefined ? Number.POSITIVE_INFINITY : this.#ended[0] + this.#interval - now;
    const windowEnds = this.#windowSeenAt + this.#interval;
    if (this.#remaining !== undefined && this.#remaining <= this.#inFlight && now < windowEnds) return windowEnds - now;
    return priority === 'bulk' ? this.#bulkWait(now, allowed) : 0;
  }

  #allowed(): number {
    return Math.max(1, Math.floor(this.#max * this.#share));
  }

  #bulkWait(now: number, allowed: number): number {
    const perMs = allowed / this.#interval;
    this.#bulkTokens = Math.min(Math.max(1, allowed * BURST), this.#bulkTokens + (now - this.#bulkAt) * perMs);
    this.#bulkAt = now;
    return this.#bulkTokens >= 1 ? 0 : (1 - this.#bulkTokens) / perMs;
  }

  /** Lets go whoever may, single calls first, and comes back when the next one may. */
  #pump(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    let wait = Number.POSITIVE_INFINITY;
    for (const priority of ['interactive', 'bulk'] as const) {
      const queue = this.#queues[priority];
      while (queue.length > 0) {
        const ms = this.#waitFor(priority);
        if (ms > 0) {
          wait = Math.min(wait, ms);
          break;
        }
        queue.shift()?.go(this.#start(priority));
      }
    }
    if (Number.isFinite(wait)) this.#cancelWake = this.#timers.setTimer(wait, () => this.#pump());
  }
}
