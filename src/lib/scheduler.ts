import type { CancelSignal } from './cancellation.ts';

/** Clock and timers, so that tests need not wait. */
export interface Timers {
  /** ms of a monotonic clock, for elapsed time. */
  now(): number;
  /** Epoch ms of the machine's clock, which may be set at any moment: only to be shown. If left out, `now` is epoch ms. */
  wall?(): number;
  /** Runs `then` after `ms`. Returns a function that cancels it. */
  setTimer(ms: number, then: () => void): () => void;
}

/** Node fires a longer timer at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const realTimers: Timers = {
  now: () => performance.now(),
  wall: Date.now,
  setTimer(ms, then) {
    const timer = setTimeout(then, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Epoch ms of a time of the monotonic clock. */
export const epochOf = (timers: Timers, at: number): number => (timers.wall ? timers.wall() + at - timers.now() : at);

/** ISO text of a time of the monotonic clock. */
export const timeOf = (timers: Timers, at: number): string => new Date(epochOf(timers, at)).toISOString();

/** Resolves after `ms`, or when the signal is aborted. */
export function sleep(timers: Timers, ms: number, signal?: CancelSignal): Promise<void> {
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
