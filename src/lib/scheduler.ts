/** Time as the request layer sees it, so that tests can run it faster than the clock on the wall. */
export interface Timers {
  /** ms of a monotonic clock, for elapsed time; its zero means nothing. */
  now(): number;
  /** Epoch ms by the machine's clock, which may be set at any moment: only for what is shown. `now` where left out. */
  wall?(): number;
  /** Runs `then` after `ms`; the answer takes it back. */
  setTimer(ms: number, then: () => void): () => void;
}

/** A longer timer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const realTimers: Timers = {
  now: () => performance.now(),
  wall: Date.now,
  setTimer(ms, then) {
    const timer = setTimeout(then, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Epoch ms of a moment of the monotonic clock, as the machine's clock stands now. */
export const epochOf = (timers: Timers, at: number): number => (timers.wall ? timers.wall() + at - timers.now() : at);

/** The same as text. */
export const timeOf = (timers: Timers, at: number): string => new Date(epochOf(timers, at)).toISOString();

/** Resolves after `ms`, or at once when the signal is aborted. */
export function sleep(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.setTimer(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}
