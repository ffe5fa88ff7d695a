/** What requests use of `AbortSignal`. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** In place of `AbortController` and its signal: a call makes several, and the events of the DOM take much longer. */
export class Cancellation implements CancelSignal {
  readonly #listeners = new Set<() => void>();
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }
}

/** Aborted when an `AbortSignal` is, to which it listens as long as that lives. */
export function cancelSignalOf(signal: AbortSignal): CancelSignal {
  const cancellation = new Cancellation();
  const abort = () => cancellation.abort();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return cancellation;
}
