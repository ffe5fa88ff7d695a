import type { Log } from '../../lib/log.ts';
import type { Timers } from '../../lib/scheduler.ts';
import type { WebhookEvent } from './event.ts';
import type { EventLog, EventPosition } from './event-log.ts';

/** ms between two looks at the log; while there is none, until one is looked for again. */
const LOOK_MS = 500;
const ABSENT_MS = 10_000;

export interface FollowOptions {
  readonly events: Pick<EventLog, 'stamp' | 'readFrom' | 'end'>;
  readonly timers: Timers;
  readonly log: Log;
  /** Called with the events that were added, of all locations. */
  readonly onEvents: (events: readonly WebhookEvent[]) => void;
}

/** Follows an event log from its present end on. Returns a function that stops it. */
export function followEvents({ events, timers, log, onEvents }: FollowOptions): () => void {
  let isStopped = false;
  let cancel = () => {};
  let position: EventPosition | undefined;
  let known: string | undefined;

  async function look(): Promise<void> {
    const stamp = await events.stamp();
    if (stamp === undefined || stamp === known) return;
    for (let count = -1; count !== 0 && !isStopped; ) {
      const { lines, next } = await events.readFrom(position);
      position = next;
      count = lines.length;
      const added = lines.filter((line) => line.kind === 'event');
      if (added.length > 0) onEvents(added);
    }
    known = stamp;
  }
  function schedule(): void {
    if (!isStopped) cancel = timers.setTimer(known === undefined ? ABSENT_MS : LOOK_MS, () => void run(look));
  }
  async function run(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => log('warn', 'webhook events could not be read', { error }));
    schedule();
  }
  void run(async () => {
    position = await events.end();
    // Lines may have been added since: the first look reads in any case.
    known = (await events.stamp()) === undefined ? undefined : '';
  });
  return () => {
    isStopped = true;
    cancel();
  };
}
