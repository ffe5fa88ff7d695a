import type { CancelSignal } from '../lib/cancellation.ts';
import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import { realTimers, timeOf } from '../lib/scheduler.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { credentialFor } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { missingScope } from './errors.ts';
import { Cancelled } from './http-attempt.ts';
import { Metrics } from './metrics.ts';
import { RateLimiter } from './rate-limiter.ts';
import { ReadCache } from './read-cache.ts';
import { Reader, readKey } from './reader.ts';
import { sentArgs } from './request.ts';
import type { ExecutorOptions } from './request-executor.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import { ServerClock } from './server-clock.ts';
import type { Api, ApiOptions, CallOptions } from './types.ts';
import { WritePipeline } from './write/pipeline.ts';

export function createApi(options: ApiOptions): Api {
  const { timers = realTimers, policy = RETRY_POLICY, random = Math.random, timeoutMs, log } = options;
  const limiter = new RateLimiter(timers, options.rateShare ?? 1);
  const breaker = new CircuitBreaker(timers);
  const metrics = new Metrics(timers.now);
  const cache = new ReadCache(timers.now, () => metrics.count('cached'));
  const serverClock = new ServerClock(timers);
  const executor: ExecutorOptions = { ...options, serverClock, timers, policy, random, limiter, breaker, metrics };
  const reader = new Reader(executor, (endpoint) => assertGranted(options, endpoint));
  const writes = new WritePipeline({ executor, reader, cache, log, journal: options.journal });
  let closed = false;
  const check = () => options.credential.check?.() ?? Promise.resolve();

  async function read(endpoint: Endpoint, sent: Json, callOptions: CallOptions): Promise<Json> {
    const { signal, priority, fresh, unstored, locationId } = callOptions;
    const credential = await credentialFor(options.credential, locationId);
    const deadline = Math.min(timers.now() + timeoutMs, callOptions.deadline ?? Number.POSITIVE_INFINITY);
    const key = readKey(credential.locationId, endpoint, sent);
    const load = (cancel: CancelSignal) => reader.read(endpoint, sent, { credential, priority, cancel, deadline });
    return await cache.read(key, load, signal, { priority: priority ?? 'interactive', deadline, fresh, unstored });
  }

  return {
    async call(endpoint, args, callOptions = {}) {
      // Scopes may change with the account: they are read after the check.
      await check();
      if (closed) throw new UserError('The server is shutting down; nothing was sent.');
      assertGranted(options, endpoint);
      metrics.count('calls');
      const started = timers.now();
      try {
        const sent = sentArgs(endpoint, args);
        const data =
          endpoint.effect === 'read'
            ? await read(endpoint, sent, callOptions)
            : await writes.execute(endpoint, sent, callOptions);
        const quota = limiter.notice();
        if (quota) callOptions.notify?.(quota);
        return data;
      } catch (error) {
        metrics.count('errors');
        throw error instanceof Cancelled ? new UserError('The call was cancelled; nothing was written.') : error;
      } finally {
        log('debug', 'call', { tool: endpoint.name, ms: Math.round(timers.now() - started) });
      }
    },
    check,
    locationId: async () => (await options.credential.current()).locationId,
    status: () => statusOf(executor),
    dropReads: () => cache.drop(),
    now: timers.now,
    serverNow: () => timers.now() + serverClock.skew,
    async close() {
      closed = true;
      cache.close();
      await writes.finished();
      await options.credential.flush?.();
    },
  };
}

function statusOf({ breaker, limiter, metrics, timers }: ExecutorOptions): ReturnType<Api['status']> {
  const until = breaker.openUntil;
  const { heldUntil, ...quota } = limiter.quota();
  const held = heldUntil > timers.now();
  return {
    quota: { ...quota, ...(held ? { heldUntil: timeOf(timers, heldUntil) } : {}) },
    breaker: { state: breaker.state(), ...(until !== undefined ? { until: timeOf(timers, until) } : {}) },
    lastDay: metrics.lastDay(),
  };
}

/** @throws UserError unless the scope of the endpoint is in effect */
function assertGranted({ scopes, howToGrant }: ApiOptions, { name, scope }: Endpoint): void {
  const granted = typeof scopes === 'function' ? scopes() : scopes;
  if (!granted.includes(scope)) throw new UserError(missingScope(name, scope, howToGrant));
}
