import type { Timers } from '../../src/lib/scheduler.ts';
import { NOW } from '../connect.ts';

/** Real time, run faster: thirty seconds of budget pass in a fraction of one, over real sockets. */
export function fastClock(times: number): Timers & { wait(ms: number): Promise<void> } {
  const started = performance.now();
  return {
    now: () => NOW + (performance.now() - started) * times,
    setTimer(ms, then) {
      const timer = setTimeout(then, ms / times);
      return () => clearTimeout(timer);
    },
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / times)),
  };
}
