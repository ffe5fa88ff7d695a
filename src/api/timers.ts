/** Time as the request layer sees it, so that tests can run it faster than the clock on the wall. */
export interface Timers {
  /** Epoch ms. */
  now(): number;
  /** Runs `then` after `ms`; the answer takes it back. */
  after(ms: number, then: () => void): () => void;
}

export const realTimers: Timers = {
  now: Date.now,
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when the signal is aborted. */
export function sleep(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}
