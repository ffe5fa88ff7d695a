import type { Json } from '../endpoint.ts';

/** ms a read answer may be given again. */
const FRESH_MS = 3_000;
const KEPT = 200;

interface Shared {
  readonly answer: Promise<Json>;
  readonly controller: AbortController;
  waiting: number;
}

/** One request for identical reads in flight, and their answer for a few seconds; all dropped by one's own writes. */
export class ReadCache {
  readonly #now: () => number;
  readonly #fresh = new Map<string, { at: number; data: Json }>();
  readonly #inFlight = new Map<string, Shared>();
  #written = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Before and after a write: whatever was read until now may be wrong, also what is being read. */
  drop(): void {
    this.#written += 1;
    this.#fresh.clear();
    this.#inFlight.clear();
  }

  /** `load` is given a signal that ends when everyone who waits has gone. */
  read(key: string, load: (signal: AbortSignal) => Promise<Json>, signal: AbortSignal | undefined): Promise<Json> {
    const known = this.#fresh.get(key);
    if (known && this.#now() - known.at < FRESH_MS) return Promise.resolve(known.data);
    const shared = this.#inFlight.get(key) ?? this.#start(key, load);
    shared.waiting += 1;
    return signal ? leaving(shared, signal) : shared.answer;
  }

  #start(key: string, load: (signal: AbortSignal) => Promise<Json>): Shared {
    const controller = new AbortController();
    const written = this.#written;
    const answer = load(controller.signal).then((data) => {
      if (written === this.#written) this.#keep(key, data);
      return data;
    });
    const shared: Shared = { answer, controller, waiting: 0 };
    this.#inFlight.set(key, shared);
    const forget = () => {
      if (this.#inFlight.get(key) === shared) this.#inFlight.delete(key);
    };
    answer.then(forget, forget);
    return shared;
  }

  #keep(key: string, data: Json): void {
    this.#fresh.delete(key);
    this.#fresh.set(key, { at: this.#now(), data });
    if (this.#fresh.size > KEPT) this.#fresh.delete(this.#fresh.keys().next().value as string);
  }
}

/** The shared answer, which ends with the last of those who wait for it. */
function leaving(shared: Shared, signal: AbortSignal): Promise<Json> {
  const leave = () => {
    shared.waiting -= 1;
    if (shared.waiting === 0) shared.controller.abort();
  };
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  return shared.answer.finally(() => signal.removeEventListener('abort', leave));
}
