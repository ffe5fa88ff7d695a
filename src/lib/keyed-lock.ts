/**
 * Runs that share a key run one after the other, in the order of their calls; others run concurrently. A run asks for all
 * its keys at once and waits only for runs that asked before, so that no two wait for each other.
 */
export class KeyedLock {
  /** Settles when the latest run of a key, which waits for those before it, has ended. */
  readonly #ends = new Map<string, Promise<void>>();

  /** `waited` is true if other runs held a key before. */
  async hold<T>(keys: readonly string[], run: (waited: boolean) => Promise<T>): Promise<T> {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const earlier = keys.map((key) => this.#ends.get(key));
    for (const key of keys) this.#ends.set(key, ended);
    try {
      await Promise.all(earlier);
      return await run(earlier.some((each) => each !== undefined));
    } finally {
      end();
      for (const key of keys) if (this.#ends.get(key) === ended) this.#ends.delete(key);
    }
  }
}
