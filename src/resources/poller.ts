import type { Timers } from '../lib/scheduler.ts';

/** ms between two looks: at first, and at most while nothing changes. */
export const FIRST_MS = 30_000;
export const LONGEST_MS = 300_000;

export interface Poller {
  /** The next look is no further off than the first interval. */
  hurry(): void;
  stop(): void;
}

/**
 * Looks again and again: `look` says whether there was something new, and then the next look comes soon; otherwise, and
 * after a failure, ever later. Never two looks at once.
 */
export function startPoller(
  timers: Timers,
  look: (signal: AbortSignal) => Promise<boolean>,
  failed: (error: unknown) => void,
): Poller {
  const ended = new AbortController();
  let interval = FIRST_MS;
  /** Asked for during a look. */
  let hurried = false;
  let dueAt = 0;
  let cancel: (() => void) | undefined;

  function wait(ms: number): void {
    interval = ms;
    hurried = false;
    dueAt = timers.now() + ms;
    cancel = timers.setTimer(ms, () => void run());
  }
  async function run(): Promise<void> {
    cancel = undefined;
    const news = await look(ended.signal).catch((error: unknown) => {
      if (!ended.signal.aborted) failed(error);
      return false;
    });
    if (!ended.signal.aborted) wait(news || hurried ? FIRST_MS : Math.min(interval * 2, LONGEST_MS));
  }

  wait(FIRST_MS);
  return {
    hurry() {
      hurried = cancel === undefined;
      if (!cancel || dueAt <= timers.now() + FIRST_MS) return;
      cancel();
      wait(FIRST_MS);
    },
    stop() {
      ended.abort();
      cancel?.();
    },
  };
}
