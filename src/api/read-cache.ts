import type { Json } from '../lib/json.ts';
import type { Priority } from './rate-limiter.ts';

/** ms a read answer may be given again. */
const FRESH_MS = 3_000;
const KEPT = 200;
/** Share of the caller's time that a read in flight must have left to be joined. */
const JOINED_SHARE = 2 / 3;

/** What a caller needs of a read. */
export interface Terms {
  readonly priority: Priority;
  /** By the monotonic clock, when the caller wants it to be over. */
  readonly deadline: number;
  /** Asks whatever is known. */
  readonly fresh?: boolean | undefined;
}

interface Shared {
  readonly terms: Terms;
  readonly answer: Promise<Json>;
  readonly controller: AbortController;
  /** Nobody joins it any more. */
  readonly forget: () => void;
  waiting: number;
}

/** One request for identical reads in flight, and their answer for a few seconds; all dropped by one's own writes. */
export class ReadCache {
  readonly #now: () => number;
  /** Told of every read that needs no request of its own. */
  readonly #spared: () => void;
  /** Oldest first. */
  readonly #fresh = new Map<string, { at: number; data: Json }>();
  readonly #inFlight = new Map<string, Shared>();
  /** Also those nobody joins any more. */
  readonly #running = new Set<AbortController>();
  #written = 0;

  constructor(now: () => number, spared: () => void = () => {}) {
    this.#now = now;
    this.#spared = spared;
  }

  /** Before and after a write: whatever was read until now may be wrong, also what is being read. */
  drop(): void {
    this.#written += 1;
    this.#fresh.clear();
    this.#inFlight.clear();
  }

  /** Ends every read upstream. */
  close(): void {
    for (const controller of this.#running) controller.abort();
  }

  /** `load` is given a signal that ends when everyone who waits has gone. */
  read(
    key: string,
    load: (signal: AbortSignal) => Promise<Json>,
    signal: AbortSignal | undefined,
    terms: Terms,
  ): Promise<Json> {
    this.#expire();
    const known = terms.fresh ? undefined : this.#fresh.get(key);
    const inFlight = terms.fresh ? undefined : this.#suitable(key, terms);
    if (known || inFlight) this.#spared();
    if (known) return Promise.resolve(known.data);
    return waitFor(inFlight ?? this.#start(key, load, terms), signal);
  }

  /** A read in flight that neither waits behind a bulk run nor ends long before the caller's time does. */
  #suitable(key: string, { priority, deadline: end }: Terms): Shared | undefined {
    const shared = this.#inFlight.get(key);
    if (!shared || (priority === 'interactive' && shared.terms.priority === 'bulk')) return undefined;
    const now = this.#now();
    return shared.terms.deadline - now >= (end - now) * JOINED_SHARE ? shared : undefined;
  }

  #start(key: string, load: (signal: AbortSignal) => Promise<Json>, terms: Terms): Shared {
    const controller = new AbortController();
    const written = this.#written;
    const answer = load(controller.signal).then((data) => {
      if (written === this.#written) this.#keep(key, data);
      return data;
    });
    const forget = () => {
      if (this.#inFlight.get(key) === shared) this.#inFlight.delete(key);
    };
    const shared: Shared = { terms, answer, controller, forget, waiting: 0 };
    this.#inFlight.set(key, shared);
    this.#running.add(controller);
    const over = () => {
      forget();
      this.#running.delete(controller);
    };
    answer.then(over, over);
    return shared;
  }

  #keep(key: string, data: Json): void {
    this.#fresh.set(key, { at: this.#now(), data });
    this.#expire();
  }

  #expire(): void {
    for (const [key, { at }] of this.#fresh) {
      if (this.#fresh.size <= KEPT && this.#now() - at < FRESH_MS) return;
      this.#fresh.delete(key);
    }
  }
}

/** The shared answer, whose request ends with the last of those who wait for it. */
function waitFor(shared: Shared, signal: AbortSignal | undefined): Promise<Json> {
  shared.waiting += 1;
  if (!signal) return shared.answer;
  const leave = () => {
    shared.waiting -= 1;
    if (shared.waiting > 0) return;
    shared.forget();
    shared.controller.abort();
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return shared.answer.finally(() => signal.removeEventListener('abort', leave));
}
