import type { RateLimiter as RealLimiter } from '../../src/api/rate-limiter.ts';

/** Takes the place of the rate limiter in a build of the server that shows what the limiter costs: it limits nothing. */
export class RateLimiter implements Pick<RealLimiter, keyof RealLimiter> {
  tryAcquire = () => () => {};
  acquire = async () => () => {};
  pauseUntil = () => 0;
  availableAt = () => 0;
  notice = () => undefined;
  quota = () => ({
    remaining: undefined,
    dailyRemaining: undefined,
    dailyLimit: undefined,
    heldUntil: Number.NEGATIVE_INFINITY,
    waiting: 0,
  });
}
