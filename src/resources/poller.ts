import type { Timers } from '../lib/scheduler.ts';

/** ms between two polls: after a change, and at most while nothing changes. */
export const MIN_INTERVAL_MS = 30_000;
export const MAX_INTERVAL_MS = 300_000;

/**
 * Polls one at a time. `poll` returns whether something changed: then the interval is the minimum again; otherwise, and
 * after a failure, it doubles up to the maximum.
 */
export function startPoller(
  timers: Timers,
  poll: (signal: AbortSignal) => Promise<boolean>,
  onError: (error: unknown) => void,
) {
  const stopped = new AbortController();
  let interval = MIN_INTERVAL_MS;
  /** `pollSoon` was called during a poll. */
  let soon = false;
  let dueAt = 0;
  let cancel: (() => void) | undefined;

  function schedule(ms: number): void {
    interval = ms;
    soon = false;
    dueAt = timers.now() + ms;
    cancel = timers.setTimer(ms, () => void run());
  }
  async function run(): Promise<void> {
    cancel = undefined;
    const changed = await poll(stopped.signal).catch((error: unknown) => {
      if (!stopped.signal.aborted) onError(error);
      return false;
    });
    if (!stopped.signal.aborted) schedule(changed || soon ? MIN_INTERVAL_MS : Math.min(interval * 2, MAX_INTERVAL_MS));
  }

  schedule(MIN_INTERVAL_MS);
  return {
    /** Makes the next poll due within the minimum interval. */
    pollSoon() {
      soon = cancel === undefined;
      if (!cancel || dueAt <= timers.now() + MIN_INTERVAL_MS) return;
      cancel();
      schedule(MIN_INTERVAL_MS);
    },
    stop() {
      stopped.abort();
      cancel?.();
    },
  };
}
