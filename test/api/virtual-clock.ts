import type { Timers } from '../../src/lib/scheduler.ts';

export interface VirtualClock extends Timers {
  /** Sleeps by this clock. */
  wait(ms: number): Promise<void>;
  /** Time that passes while something is under way. */
  tick(ms: number): void;
}

interface Alarm {
  readonly at: number;
  readonly then: () => void;
}

/** Time that moves only when nothing else can: whatever sleeps next is woken at once, with the clock put forward. */
export function virtualClock(start: number): VirtualClock {
  const alarms = new Set<Alarm>();
  let now = start;
  let turning = false;

  // All that runs in memory runs in microtasks, so that a turn of the loop comes when everyone sleeps.
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
