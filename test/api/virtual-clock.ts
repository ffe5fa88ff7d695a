import type { Timers } from '../../src/lib/scheduler.ts';

export interface VirtualClock extends Timers {
  /** Waits for ms of this clock. */
  wait(ms: number): Promise<void>;
  /** Lets ms pass at once, such as the duration of a request. */
  tick(ms: number): void;
}

interface Alarm {
  readonly at: number;
  readonly then: () => void;
}

/** A clock that advances to the next timer as soon as nothing else can run. */
export function virtualClock(start: number): VirtualClock {
  const alarms = new Set<Alarm>();
  let now = start;
  let turning = false;

  // Work in memory runs in microtasks, so an immediate runs once all of it waits for timers.
  const turn = () => {
    if (turning || alarms.size === 0) return;
    turning = true;
    setImmediate(() => {
      turning = false;
      const next = earliest(alarms);
      if (!next) return;
      alarms.delete(next);
      now = Math.max(now, next.at);
      next.then();
      turn();
    });
  };
  const after: Timers['setTimer'] = (ms, then) => {
    const alarm = { at: now + Math.max(0, ms), then };
    alarms.add(alarm);
    turn();
    return () => alarms.delete(alarm);
  };
  return {
    now: () => now,
    setTimer: after,
    wait: (ms) => new Promise((resolve) => after(ms, resolve)),
    tick(ms) {
      now += ms;
    },
  };
}

function earliest(alarms: ReadonlySet<Alarm>): Alarm | undefined {
  let first: Alarm | undefined;
  for (const alarm of alarms) if (!first || alarm.at < first.at) first = alarm;
  return first;
}
