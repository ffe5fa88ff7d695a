import { epochOf, type Timers } from '../../lib/scheduler.ts';
import type { EventGap } from './event.ts';
import { ALIVE_MS, type EventLog } from './event-log.ts';

interface Options {
  readonly events: Pick<EventLog, 'append'>;
  readonly timers: Timers;
}

/** Records the times in which events of a location may have been lost, in few lines however often that is noticed. */
export class Gaps {
  readonly #options: Options;
  readonly #noted = new Map<string, EventGap>();
  #storedAt = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The time from `from` (epoch ms) until now. It is recorded with the next `store`. */
  note(locationId: string, from: number, reason: EventGap['reason']): void {
    const { timers } = this.#options;
    const now = epochOf(timers, timers.now());
    const key = `${reason} ${locationId}`;
    const earliest = Math.min(from, now, Date.parse(this.#noted.get(key)?.from ?? timeText(now)));
    const time = timeText(now);
    this.#noted.set(key, { time, kind: 'gap', locationId, from: timeText(earliest), until: time, reason });
  }

  /** What cannot be stored is stored with the next call. @throws EventLogUnwritable */
  async store(): Promise<void> {
    const { events, timers } = this.#options;
    const lines = [...this.#noted];
    if (lines.length === 0) return;
    this.#storedAt = timers.now();
    await events.append(lines.map(([, gap]) => gap));
    for (const [key, gap] of lines) if (this.#noted.get(key) === gap) this.#noted.delete(key);
  }

  /** `store`, unless that was done in the last seconds: the receiver's next sign of life is another occasion. */
  async storeSoon(): Promise<void> {
    if (this.#options.timers.now() - this.#storedAt >= ALIVE_MS) await this.store().catch(() => undefined);
  }
}

export const timeText = (at: number): string => new Date(at).toISOString();
