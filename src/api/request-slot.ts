import type { CancelSignal } from '../lib/cancellation.ts';
import { UserError } from '../lib/errors.ts';
import { linkSignals } from '../lib/link-signals.ts';
import { type Timers, timeOf } from '../lib/scheduler.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { Cancelled } from './http-attempt.ts';
import type { Metrics } from './metrics.ts';
import type { Priority, RateLimiter, ReleaseSlot } from './rate-limiter.ts';

export interface SlotLimits {
  readonly timers: Timers;
  readonly limiter: RateLimiter;
  readonly breaker: CircuitBreaker;
  readonly metrics: Metrics;
}

export interface SlotOptions {
  readonly priority?: Priority | undefined;
  /** Ends waiting and, for a read, the request itself; a write that was sent is finished. */
  readonly cancel?: CancelSignal | undefined;
  /** End of all attempts, by the monotonic clock. */
  readonly deadline: number;
  /** True for a read that reconciles a write: an open breaker does not stop it. */
  readonly reconciles?: boolean;
}

/**
 * Waits for a rate-limit slot. `isRetry` puts the request at the head of its queue.
 * @throws UserError if the breaker is open, the quota is used up or the deadline comes first; Cancelled
 */
export async function acquireSlot(
  limits: SlotLimits,
  { priority = 'interactive', cancel, deadline, reconciles }: SlotOptions,
  isRetry: boolean,
): Promise<ReleaseSlot> {
  const { limiter, breaker, metrics } = limits;
  if (cancel?.aborted) throw new Cancelled();
  if (!reconciles) breaker.check();
  if (limiter.quota().heldUntil >= deadline) throw noSlotError(limits, priority);
  const release = limiter.tryAcquire(priority) ?? (await waitForSlot(limits, priority, deadline, cancel, isRetry));
  try {
    if (!reconciles) breaker.admit();
  } catch (error) {
    release();
    throw error;
  }
  metrics.count('tries');
  return release;
}

async function waitForSlot(
  limits: SlotLimits,
  priority: Priority,
  deadline: number,
  cancel: CancelSignal | undefined,
  isRetry: boolean,
): Promise<ReleaseSlot> {
  const { limiter, timers } = limits;
  const timeout = new AbortController();
  const cancelTimer = timers.setTimer(Math.max(0, deadline - timers.now()), () => timeout.abort());
  const { signal, unlink } = linkSignals(timeout.signal, cancel);
  try {
    const release = await limiter.acquire(priority, signal, isRetry);
    if (release) return release;
    throw cancel?.aborted ? new Cancelled() : noSlotError(limits, priority);
  } finally {
    cancelTimer();
    unlink();
  }
}

function noSlotError({ limiter, timers }: SlotLimits, priority: Priority): UserError {
  const { waiting } = limiter.quota();
  const when = timeOf(timers, Math.max(limiter.availableAt(priority), timers.now() + 1_000));
  return new UserError(
    `The rate limit of this location allowed no request before this call's time was up (${waiting} calls wait); nothing was sent. Try again from ${when} on.`,
  );
}
