import type { Timers } from '../../src/lib/scheduler.ts';
import { NOW } from '../connect.ts';

export interface SteadyClock extends Timers {
  /** ms of this clock, waited for. */
  wait(ms: number): Promise<void>;
  stop(): void;
}

/**
 * Time that goes on by one step per turn of the event loop and a real ms, for all that share the process: faster than
 * the clock on the wall, but however long the machine stalls, no step is longer than the others.
 */
export function steadyClock(stepMs: number): SteadyClock {
  let now = NOW;
  const due = new Set<{ at: number; then: () => void }>();
  const ticking = setInterval(() => {
    now += stepMs;
    for (const timer of [...due].sort((a, b) => a.at - b.at)) {
      if (timer.at > now || !due.delete(timer)) continue;
      timer.then();
    }
  }, 1);
  const after = (ms: number, then: () => void) => {
    const timer = { at: now + ms, then };
    due.add(timer);
    return () => void due.delete(timer);
  };
  return {
    now: () => now,
    setTimer: after,
    wait: (ms) => new Promise((resolve) => after(ms, () => resolve())),
    stop: () => clearInterval(ticking),
  };
}

export interface HandClock extends Timers {
  advance(ms: number): Promise<void>;
  wall(): number;
  /** Sets the wall clock forward or back; what is measured by `now` goes on as before. */
  setWall(ms: number): void;
}

/** Time that stands still until it is moved; what falls due meanwhile runs in order, each with its consequences. */
export function handClock(start = NOW): HandClock {
  let now = start;
  let offset = 0;
  const due = new Set<{ at: number; then: () => void }>();
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    wall: () => now + offset,
    setWall(ms) {
      offset += ms;
    },
    setTimer(ms, then) {
      const timer = { at: now + ms, then };
      due.add(timer);
      return () => void due.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (;;) {
        const [next] = [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        now = Math.max(now, next.at);
        due.delete(next);
        next.then();
        await settled();
      }
      now = end;
      await settled();
    },
  };
}
