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
import {
  type ExecutorOptions,
  executeRequest,
  exhaustedError,
  type RequestResult,
  rejectedError,
  ServerClock,
} from './request-executor.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import type { Api, ApiOptions, CallOptions } from './types.ts';
import { EarlierReads } from './write/earlier-reads.ts';
import { noJournal } from './write/journal.ts';
import { createWritePipeline } from './write/pipeline.ts';

export function createApi(options: ApiOptions): Api {
  const { timers = realTimers, policy = RETRY_POLICY, random = Math.random, scopes, timeoutMs, log } = options;
  const inEffect = typeof scopes === 'function' ? scopes : () => scopes;
  const limiter = new RateLimiter(timers, options.rateShare ?? 1);
  const breaker = new CircuitBreaker(timers);
  const figures = new Metrics(timers.now);
  const cache = new ReadCache(timers.now, () => figures.count('cached'));
  const earlier = new EarlierReads(timers.now);
  const serverClock = new ServerClock(timers);
  const way: ExecutorOptions = { ...options, serverClock, timers, policy, random, limiter, breaker, figures };
  let closed = false;

  const check = async () => options.credential.check?.();

  /** Asks for the scopes of now: they are read again before the call and not after it. */
  async function admit(e: Endpoint): Promise<void> {
    await check();
    if (closed) throw new UserError('The server is shutting down; nothing was sent.');
    if (!inEffect().includes(e.scope)) throw new UserError(missingScope(e.name, e.scope, options.howToGrant));
  }

  /** One read, shared with identical ones. */
  async function read(e: Endpoint, args: Json, callOptions: CallOptions): Promise<Json> {
    const { signal, lane, deadline, fresh, locationId } = callOptions;
    const credential = await credentialFor(options.credential, locationId);
    const end = Math.min(timers.now() + timeoutMs, deadline ?? Number.POSITIVE_INFINITY);
    const load = async (cancel: AbortSignal) =>
      answerTo(e, args, await executeRequest(way, e, args, { credential, lane, cancel, deadline: end }));
    const key = `${credential.locationId} ${e.name} ${JSON.stringify(args)}`;
    return cache.read(key, load, signal, { lane: lane ?? 'single', end, fresh });
  }

  function answerTo(e: Endpoint, args: Json, ended: RequestResult): Json {
    const data = answerOf(e, args, ended);
    earlier.see(ended.credential.locationId, e, args, data);
    return data;
  }

  const writes = createWritePipeline({
    way,
    cache,
    figures,
    log,
    journal: options.journal ?? noJournal,
    timeoutMs,
    endpoints: options.endpoints,
    // Bypasses the cache. A read that reconciles a write is finished even if the caller has cancelled.
    async look(e, args, journey) {
      if (!inEffect().includes(e.scope)) throw new UserError(missingScope(e.name, e.scope, options.howToGrant));
      return answerTo(e, args, await executeRequest(way, e, args, { ...journey, look: true }));
    },
    earlier: (tool, args) => earlier.ids(tool, args),
  });

  return {
    async call(e, args, callOptions = {}) {
      await admit(e);
      figures.count('calls');
      const started = timers.now();
      try {
        const data =
          e.effect === 'read' ? await read(e, args, callOptions) : await writes.perform(e, args, callOptions);
        const quota = limiter.notice();
        if (quota) callOptions.say?.(quota);
        return data;
      } catch (error) {
        figures.count('errors');
        throw error instanceof Cancelled ? new UserError('The call was cancelled; nothing was written.') : error;
      } finally {
        log('debug', 'call', { tool: e.name, ms: Math.round(timers.now() - started) });
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
        lastDay: figures.lastDay(),
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
function answerOf(e: Endpoint, args: Json, ended: RequestResult): Json {
  if (!ended.response) throw exhaustedError(ended, '', 'Try again in a minute.');
  const { status, body } = ended.response;
  if (status > 299) throw rejectedError(e, args, ended);
  return withoutDeleted(e.list, body as Json);
}
