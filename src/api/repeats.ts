/** ms in which the same create is taken for a repetition. */
const REMEMBERED_MS = 600_000;

/** A create whose first caller may not have heard how it ended. */
export interface First<T> {
  readonly at: number;
  readonly outcome: Promise<T>;
  /** Set when the host gave up on it, or when its answer was in doubt. */
  unheard: boolean;
}

/**
 * A model repeats itself after a host's time-out. This remembers creates that were cancelled or in doubt, so that the
 * same call within ten minutes gets the first outcome and not a second record.
 */
export class Repeats<T> {
  readonly #now: () => number;
  readonly #firsts = new Map<string, First<T>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  find(key: string): First<T> | undefined {
    this.#forgetOld();
    const first = this.#firsts.get(key);
    return first?.unheard ? first : undefined;
  }

  begin(key: string, outcome: Promise<T>): First<T> {
    const first = { at: this.#now(), outcome, unheard: false };
    this.#firsts.set(key, first);
    return first;
  }

  /** Ended and heard: a repetition now is meant. */
  forget(key: string, first: First<T>): void {
    if (!first.unheard && this.#firsts.get(key) === first) this.#firsts.delete(key);
  }

  /** It ended with nothing written: a repetition now is a first time. */
  drop(key: string): void {
    this.#firsts.delete(key);
  }

  #forgetOld(): void {
    for (const [key, { at }] of this.#firsts) {
      if (this.#now() - at <= REMEMBERED_MS) return;
      this.#firsts.delete(key);
    }
  }
}
