import { sleep, type Timers } from '../lib/scheduler.ts';
import { DAY_MS } from '../lib/time.ts';
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS } from '../resources/poller.ts';

/** Share of the location's requests of a day that looking for changes may take. */
const SHARE_OF_DAY = 0.1;

export interface Look {
  readonly lines: number;
  /** Requests that it took. */
  readonly requests: number;
}

export interface FollowOptions {
  readonly timers: Timers;
  readonly signal: AbortSignal;
  /** Requests that the location has a day; undefined before it is known. */
  readonly dailyLimit: () => number | undefined;
  /** Whether a later look may succeed after this error. */
  readonly mayRetry: (error: unknown) => boolean;
}

/**
 * Looks again and again until the signal is aborted: `MIN_INTERVAL_MS` after changes, up to `MAX_INTERVAL_MS` while there
 * are none, and less often where the looks would take more than their share of the day's requests. @throws what the first
 * look throws, and later errors that no look may recover from
 */
export async function follow(look: () => Promise<Look>, { timers, signal, ...options }: FollowOptions): Promise<void> {
  let interval = MIN_INTERVAL_MS;
  let isFirst = true;
  let requests = 1;
  while (!signal.aborted) {
    const double = () => Math.min(interval * 2, MAX_INTERVAL_MS);
    try {
      const { lines, ...used } = await look();
      requests = used.requests;
      interval = lines > 0 ? MIN_INTERVAL_MS : double();
      isFirst = false;
    } catch (error) {
      if (signal.aborted) return;
      if (isFirst || !options.mayRetry(error)) throw error;
      interval = double();
    }
    await sleep(timers, Math.max(interval, paceOf(requests, options.dailyLimit())), signal);
  }
}

/** ms between looks of so many requests that together take their share of the day. */
const paceOf = (requests: number, dailyLimit: number | undefined): number =>
  dailyLimit ? (requests * DAY_MS) / (dailyLimit * SHARE_OF_DAY) : 0;
