import type { Timers } from '../lib/scheduler.ts';

/** ms within which a resource is told of once more at most: a bulk run would have a host read it hundreds of times. */
const MIN_INTERVAL_MS = 1_000;

export interface Throttle {
  /** Tells of a change at once, or at the end of the pause after the last time. */
  notify(uri: string): void;
  stop(): void;
}

export function createThrottle(timers: Timers, send: (uri: string) => void): Throttle {
  /** By URI, those told of a moment ago, and whether there is more to tell. */
  const pauses = new Map<string, { more: boolean; cancel: () => void }>();
  function tell(uri: string): void {
    const pause = pauses.get(uri);
    if (pause) {
      pause.more = true;
      return;
    }
    send(uri);
    const cancel = timers.setTimer(MIN_INTERVAL_MS, () => {
      const { more } = pauses.get(uri) ?? { more: false };
      pauses.delete(uri);
      if (more) tell(uri);
    });
    pauses.set(uri, { more: false, cancel });
  }
  return {
    notify: tell,
    stop() {
      for (const { cancel } of pauses.values()) cancel();
      pauses.clear();
    },
  };
}
