import { performance } from 'node:perf_hooks';
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

/** Runs `then` once nothing but a timer can bring work. */
type WhenIdle = (then: () => void) => void;

/** Work in memory runs in microtasks, so an immediate runs once all of it waits for timers. */
const afterMicrotasks: WhenIdle = (then) => void setImmediate(then);

/** Turns of the event loop, of 1 ms each, in which no socket, pipe or thread has anything to report. */
const QUIET_TURNS = 5;

/**
 * For work over sockets: one end of a connection is idle while bytes are on their way to the other. It counts events and
 * turns, not ms, so that time does not pass while a slow machine is at work.
 */
export const whenLoopIsIdle: WhenIdle = (then) => {
  let seen = eventsOfLoop();
  let quiet = 0;
  const turn = () => {
    const events = eventsOfLoop();
    quiet = events === seen ? quiet + 1 : 0;
    seen = events;
    if (quiet < QUIET_TURNS) setTimeout(turn, 1);
    else then();
  };
  setTimeout(turn, 1);
};

const eventsOfLoop = () => performance.nodeTiming.uvMetricsInfo.events;

/** A clock that advances to the next timer as soon as nothing else can run. */
export function virtualClock(start: number, whenIdle = afterMicrotasks): VirtualClock {
  const alarms = new Set<Alarm>();
  let now = start;
  let turning = false;

  const turn = () => {
    if (turning || alarms.size === 0) return;
    turning = true;
    whenIdle(() => {
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
