import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import { realTimers, timeOf } from '../lib/scheduler.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { credentialFor } from './credentials.ts';
import { withoutDeleted } from './deleted-rows.ts';
import type { Endpoint } from './endpoint.ts';
import { missingScope } from './errors.ts';
import { Cancelled } from './http-attempt.ts';
import { Metrics } from './metrics.ts';
import { RateLimiter } from './rate-limiter.ts';
import { ReadCache } from './read-cache.ts';
import { exhaustedError, rejectedError } from './request-errors.ts';
import { type ExecutorOptions, executeRequest, type RequestResult } from './request-executor.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import { ServerClock } from './server-clock.ts';
import type { Api, ApiOptions, CallOptions } from './types.ts';
import { EarlierReads } from './write/earlier-reads.ts';
import { noJournal } from './write/journal.ts';
import { createWritePipeline } from './write/pipeline.ts';

export function createApi(options: ApiOptions): Api {
  const { timers = realTimers, policy = RETRY_POLICY, random = Math.random, scopes, timeoutMs, log } = options;
  const inEffect = typeof scopes === 'function' ? scopes : () => scopes;
  const limiter = new RateLimiter(timers, options.rateShare ?? 1);
  const breaker = new CircuitBreaker(timers);
  const metrics = new Metrics(timers.now);
  const cache = new ReadCache(timers.now, () => metrics.count('cached'));
  const earlier = new EarlierReads(timers.now);
  const serverClock = new ServerClock(timers);
  const executor: ExecutorOptions = { ...options, serverClock, timers, policy, random, limiter, breaker, metrics };
  let closed = false;

  const check = async () => options.credential.check?.();

  /** Asks for the scopes of now: they are read again before the call and not after it. */
  async function admit(endpoint: Endpoint): Promise<void> {
    await check();
    if (closed) throw new UserError('The server is shutting down; nothing was sent.');
    if (!inEffect().includes(endpoint.scope))
      throw new UserError(missingScope(endpoint.name, endpoint.scope, options.howToGrant));
  }

  /** One read, shared with identical ones. */
  async function read(endpoint: Endpoint, args: Json, callOptions: CallOptions): Promise<Json> {
    const { signal, priority, deadline, fresh, locationId } = callOptions;
    const credential = await credentialFor(options.credential, locationId);
    const end = Math.min(timers.now() + timeoutMs, deadline ?? Number.POSITIVE_INFINITY);
    const load = async (cancel: AbortSignal) =>
      answerTo(
        endpoint,
        args,
        await executeRequest(executor, endpoint, args, { credential, priority, cancel, deadline: end }),
      );
    const key = `${credential.locationId} ${endpoint.name} ${JSON.stringify(args)}`;
    return cache.read(key, load, signal, { priority: priority ?? 'interactive', deadline: end, fresh });
  }

  function answerTo(endpoint: Endpoint, args: Json, ended: RequestResult): Json {
    const data = answerOf(endpoint, args, ended);
    earlier.see(ended.credential.locationId, endpoint, args, data);
    return data;
  }

  const writes = createWritePipeline({
    executor,
    cache,
    metrics,
    log,
    journal: options.journal ?? noJournal,
    timeoutMs,
    endpoints: options.endpoints,
    // Bypasses the cache. A read that reconciles a write is finished even if the caller has cancelled.
    async readBack(endpoint, args, where) {
      if (!inEffect().includes(endpoint.scope))
        throw new UserError(missingScope(endpoint.name, endpoint.scope, options.howToGrant));
      return answerTo(endpoint, args, await executeRequest(executor, endpoint, args, { ...where, reconciles: true }));
    },
    recentIds: (tool, args) => earlier.ids(tool, args),
  });

  async function write(endpoint: Endpoint, args: Json, callOptions: CallOptions): Promise<Json> {
    try {
      const data = await writes.perform(endpoint, args, callOptions);
      callOptions.onWrite?.(args, { data });
      return data;
    } catch (error) {
      callOptions.onWrite?.(args, { error });
      throw error;
    }
  }

  return {
    async call(endpoint, args, callOptions = {}) {
      await admit(endpoint);
      metrics.count('calls');
      const started = timers.now();
      try {
        const data =
          endpoint.effect === 'read'
            ? await read(endpoint, args, callOptions)
            : await write(endpoint, args, callOptions);
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
    status() {
      const until = breaker.openUntil;
      const { heldUntil, ...quota } = limiter.quota();
      const held = heldUntil > timers.now();
      return {
        quota: { ...quota, ...(held ? { heldUntil: timeOf(timers, heldUntil) } : {}) },
        breaker: { state: breaker.state(), ...(until !== undefined ? { until: timeOf(timers, until) } : {}) },
        lastDay: metrics.lastDay(),
      };
    },
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

/** The answer of a read. @throws ApiError */
function answerOf(endpoint: Endpoint, args: Json, ended: RequestResult): Json {
  if (!ended.response) throw exhaustedError(ended, '', 'Try again in a minute.');
  if (!ended.response.ok) throw rejectedError(endpoint, args, ended);
  return withoutDeleted(endpoint.list, ended.response.body);
}
