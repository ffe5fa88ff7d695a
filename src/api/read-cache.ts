import { BoundedMap } from '../lib/bounded-map.ts';
import { Cancellation, type CancelSignal } from '../lib/cancellation.ts';
import type { Json } from '../lib/json.ts';
import type { Priority } from './rate-limiter.ts';

/** ms for which an answer is given again. */
const FRESH_MS = 3_000;
const MAX_ANSWERS = 200;
/** Share of a caller's time that a read in flight must have left for the caller to join it. */
const JOINABLE_SHARE = 2 / 3;

/** What a caller needs of a read. */
export interface ReadTerms {
  readonly priority: Priority;
  /** Monotonic ms. */
  readonly deadline: number;
  /** Sends a request even if the answer is stored or in flight. */
  readonly fresh?: boolean | undefined;
  /** Does not store the answer. */
  readonly unstored?: boolean | undefined;
}

interface SharedRead {
  readonly key: string;
  readonly terms: ReadTerms;
  readonly answer: Promise<Json>;
  readonly cancellation: Cancellation;
  callers: number;
}

/**
 * One request for identical reads in flight, and its answer for a few seconds. Every write of this server, and what webhooks
 * announce, drops both.
 */
export class ReadCache {
  readonly #now: () => number;
  /** Runs for every read that needs no request of its own. */
  readonly #onHit: () => void;
  readonly #answers = new BoundedMap<string, { at: number; data: Json }>(MAX_ANSWERS);
  readonly #joinable = new Map<string, SharedRead>();
  readonly #inFlight = new Set<SharedRead>();
  #drops = 0;

  constructor(now: () => number, onHit: () => void = () => {}) {
    this.#now = now;
    this.#onHit = onHit;
  }

  /** Call before and after a write, and after one of others: answers read until now may be outdated, those in flight included. */
  drop(): void {
    this.#drops += 1;
    this.#answers.clear();
    this.#joinable.clear();
  }

  /** The answer to a read of the last seconds; undefined if there was none, or a write since. */
  stored(key: string): Json | undefined {
    this.#removeExpired();
    return this.#answers.get(key)?.data;
  }

  /** Ends every read upstream. */
  close(): void {
    for (const { cancellation } of this.#inFlight) cancellation.abort();
  }

  /** `load` gets a signal that is aborted when all callers of this read have cancelled. */
  read(
    key: string,
    load: (cancel: CancelSignal) => Promise<Json>,
    signal: CancelSignal | undefined,
    terms: ReadTerms,
  ): Promise<Json> {
    this.#removeExpired();
    const stored = terms.fresh ? undefined : this.#answers.get(key);
    const shared = terms.fresh ? undefined : this.#findJoinable(key, terms);
    if (stored || shared) this.#onHit();
    return stored ? Promise.resolve(stored.data) : this.#join(shared ?? this.#start(key, load, terms), signal);
  }

  /** A read in flight that neither waits behind a bulk run nor ends long before the caller's deadline. */
  #findJoinable(key: string, { priority, deadline }: ReadTerms): SharedRead | undefined {
    const shared = this.#joinable.get(key);
    if (!shared || (priority === 'interactive' && shared.terms.priority === 'bulk')) return undefined;
    const now = this.#now();
    return shared.terms.deadline - now >= (deadline - now) * JOINABLE_SHARE ? shared : undefined;
  }

  #start(key: string, load: (cancel: CancelSignal) => Promise<Json>, terms: ReadTerms): SharedRead {
    const cancellation = new Cancellation();
    const drops = this.#drops;
    const answer = load(cancellation).then((data) => {
      if (drops === this.#drops && !terms.unstored) this.#answers.set(key, { at: this.#now(), data });
      return data;
    });
    const shared: SharedRead = { key, terms, answer, cancellation, callers: 0 };
    this.#joinable.set(key, shared);
    this.#inFlight.add(shared);
    const end = () => {
      this.#detach(shared);
      this.#inFlight.delete(shared);
    };
    answer.then(end, end);
    return shared;
  }

  /** The shared answer. The request is aborted when the last of its callers cancels. */
  #join(shared: SharedRead, signal: CancelSignal | undefined): Promise<Json> {
    shared.callers += 1;
    if (!signal) return shared.answer;
    const leave = () => {
      shared.callers -= 1;
      if (shared.callers > 0) return;
      this.#detach(shared);
      shared.cancellation.abort();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return shared.answer.finally(() => signal.removeEventListener('abort', leave));
  }

  /** No further caller joins it. */
  #detach(shared: SharedRead): void {
    if (this.#joinable.get(shared.key) === shared) this.#joinable.delete(shared.key);
  }

  #removeExpired(): void {
    for (const [key, { at }] of this.#answers) {
      if (this.#now() - at < FRESH_MS) return;
      this.#answers.delete(key);
    }
  }
}
