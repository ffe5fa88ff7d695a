import type { Timers } from '../lib/scheduler.ts';

/** ms between two notifications of one URI: without it a bulk run would make a host read a resource hundreds of times. */
const MIN_INTERVAL_MS = 1_000;

export function createThrottle(timers: Timers, send: (uri: string) => void) {
  /** By URI, the intervals that run, and whether the URI changed again meanwhile. */
  const intervals = new Map<string, { changedAgain: boolean; cancel: () => void }>();
  /** Sends a notification now, or once at the end of the interval since the last one. */
  function notify(uri: string): void {
    const interval = intervals.get(uri);
    if (interval) {
      interval.changedAgain = true;
      return;
    }
    send(uri);
    const cancel = timers.setTimer(MIN_INTERVAL_MS, () => {
      const changedAgain = intervals.get(uri)?.changedAgain;
      intervals.delete(uri);
      if (changedAgain) notify(uri);
    });
    intervals.set(uri, { changedAgain: false, cancel });
  }
  return {
    notify,
    stop() {
      for (const { cancel } of intervals.values()) cancel();
      intervals.clear();
    },
  };
}
