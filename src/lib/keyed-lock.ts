/**
 * Runs that share a key are done one after the other, in the order they asked; others side by side. A run asks for all
 * its keys at once and waits for those before it only, so that no two ever wait for each other.
 */
export class KeyedLock {
  /** The latest run of each key, which itself waits for those before it. */
  readonly #last = new Map<string, Promise<void>>();

  /** `waited` tells a run whether there were others before it. */
  async hold<T>(keys: readonly string[], run: (waited: boolean) => Promise<T>): Promise<T> {
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const before = keys.map((key) => this.#last.get(key));
    for (const key of keys) this.#last.set(key, over);
    try {
      await Promise.all(before);
      return await run(before.some((each) => each !== undefined));
    } finally {
      end();
      for (const key of keys) if (this.#last.get(key) === over) this.#last.delete(key);
    }
  }
}
