import type { Timers } from '../lib/scheduler.ts';

/** ms within which a resource is told of once more at most: a bulk run would have a host read it hundreds of times. */
const QUIET_MS = 1_000;

export interface Updates {
  /** Tells of a change at once, or at the end of the pause after the last time. */
  tell(uri: string): void;
  stop(): void;
}

export function createUpdates(timers: Timers, send: (uri: string) => void): Updates {
  /** By URI, those told of a moment ago, and whether there is more to tell. */
  const pauses = new Map<string, { more: boolean; cancel: () => void }>();
  function tell(uri: string): void {
    const pause = pauses.get(uri);
    if (pause) {
      pause.more = true;
      return;
    }
    send(uri);
    const cancel = timers.after(QUIET_MS, () => {
      const { more } = pauses.get(uri) ?? { more: false };
      pauses.delete(uri);
      if (more) tell(uri);
    });
    pauses.set(uri, { more: false, cancel });
  }
  return {
    tell,
    stop() {
      for (const { cancel } of pauses.values()) cancel();
      pauses.clear();
    },
  };
}
