import { realTimers, type Timers } from '../../src/lib/scheduler.ts';
import { NOW } from '../connect.ts';

export interface SteadyClock extends Timers {
  /** Waits for ms of this clock. */
  wait(ms: number): Promise<void>;
  stop(): void;
}

/**
 * A clock that advances by `stepMs` per real ms and turn of the event loop: faster than real time, and in equal steps
 * even when the machine stalls.
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
  /** Moves the wall clock by ms; `now` is not affected. */
  setWall(ms: number): void;
}

/** A clock that only `advance` moves. It runs due timers in order, each with the work that follows from it. */
export function handClock(start = NOW): HandClock {
  let now = start;
  let offset = 0;
  const due = new Set<{ at: number; then: () => void }>();
  const idle = () => new Promise((resolve) => setImmediate(resolve));
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
      await idle();
      for (;;) {
        const [next] = [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        now = Math.max(now, next.at);
        due.delete(next);
        next.then();
        await idle();
      }
      now = end;
      await idle();
    },
  };
}

/** A clock that advances by a second whenever it is read, so that nothing counts as recent; timers run in real time. */
export function hastyClock(): Timers {
  let now = 0;
  return {
    ...realTimers,
    now() {
      now += 1_000;
      return now;
    },
  };
}
