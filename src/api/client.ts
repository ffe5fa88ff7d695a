import type { Endpoint, Json, Scope } from '../endpoint.ts';
import { missingScope, UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import { withoutDeleted } from '../rows.ts';
import { Breaker } from './breaker.ts';
import { ReadCache } from './cache.ts';
import { credentialFor, type TokenSource } from './credential.ts';
import { EarlierReads } from './earlier.ts';
import { Cancelled } from './exchange.ts';
import { type Counted, Figures } from './figures.ts';
import { type Journal, noJournal } from './journal.ts';
import { type Lane, Limiter, type Quota } from './limiter.ts';
import { POLICY, type Policy } from './retry.ts';
import { realTimers, type Timers, timeOf } from './timers.ts';
import type { Transport } from './transport-types.ts';

import { type Ended, gaveUp, refused, ServerClock, travel, type WayOptions } from './way.ts';
import { createWrites } from './writes.ts';

export interface CallOptions {
  /** Ends a read upstream; a write already sent is finished all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Told what the model should know beside the answer: an outcome found by looking, a quota that runs low. */
  readonly say?: (notice: string) => void;
  readonly lane?: Lane | undefined;
  /** Asks HighLevel even where it was asked the same some seconds ago. */
  readonly fresh?: boolean;
  /** By `Api.now`, when a tool of several calls is to be over; the budget of one call ends no later. */
  readonly deadline?: number | undefined;
  /** Name of the MCP host, for the journal. */
  readonly host?: string | undefined;
  /** The location that the call is for; where another one was signed in to meanwhile, nothing is sent. */
  readonly locationId?: string | undefined;
}

export interface Status {
  readonly quota: Omit<Quota, 'heldUntil'> & { readonly heldUntil?: string };
  readonly breaker: { readonly state: string; readonly until?: string };
  readonly lastDay: Record<Counted, number>;
}

export interface Api {
  /**
   * Sends one endpoint's request and gives its parsed answer.
   * @throws UserError with a sentence for the model: scope missing, signed out, refused, unreachable, out of time
   */
  call(endpoint: Endpoint, args: Json, options?: CallOptions): Promise<Json>;
  /** Looks who is signed in; from here on that is known. */
  check(): Promise<void>;
  status(): Status;
  /** ms of the monotonic clock by which deadlines are given and elapsed time is measured. */
  now(): number;
  /** Epoch ms by HighLevel's clock, as far as its answers have told it. */
  serverNow(): number;
  /** Takes no more calls, ends reads, and resolves when the writes in flight are finished and journalled. */
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly credential: TokenSource;
  /** Scopes in effect; a function where they may change while the server runs. */
  readonly scopes: readonly Scope[] | (() => readonly Scope[]);
  /** What the owner does to bring a scope into effect; by the settings where nothing else is said. */
  readonly howToGrant?: (scope: Scope) => string;
  /** ms for one call, all of it. */
  readonly timeoutMs: number;
  readonly log: Log;
  readonly journal?: Journal;
  /** Share of the location's quota, 0.1 to 1. */
  readonly rateShare?: number;
  readonly timers?: Timers;
  readonly policy?: Policy;
  readonly random?: () => number;
}

export function createApi(options: ApiOptions): Api {
  const { timers = realTimers, policy = POLICY, random = Math.random, scopes, timeoutMs, log } = options;
  const inEffect = typeof scopes === 'function' ? scopes : () => scopes;
  const limiter = new Limiter(timers, options.rateShare ?? 1);
  const breaker = new Breaker(timers);
  const figures = new Figures(timers.now);
  const cache = new ReadCache(timers.now, () => figures.count('cached'));
  const earlier = new EarlierReads(timers.now);
  const serverClock = new ServerClock(timers);
  const way: WayOptions = { ...options, serverClock, timers, policy, random, limiter, breaker, figures };
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
    const end = endOf(timers.now() + timeoutMs, deadline);
    const load = async (cancel: AbortSignal) =>
      answerTo(e, args, await travel(way, e, args, { credential, lane, cancel, deadline: end }));
    const key = `${credential.locationId} ${e.name} ${JSON.stringify(args)}`;
    return cache.read(key, load, signal, { lane: lane ?? 'single', end, fresh });
  }

  function answerTo(e: Endpoint, args: Json, ended: Ended): Json {
    const data = answerOf(e, args, ended);
    earlier.see(ended.credential.locationId, e, args, data);
    return data;
  }

  const writes = createWrites({
    way,
    cache,
    figures,
    log,
    journal: options.journal ?? noJournal,
    timeoutMs,
    // Past the cache; a look at what a write did is finished whoever has gone.
    async look(e, args, journey) {
      if (!inEffect().includes(e.scope)) throw new UserError(missingScope(e.name, e.scope, options.howToGrant));
      return answerTo(e, args, await travel(way, e, args, { ...journey, look: true }));
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

/** The earlier of the two ends there may be. */
export const endOf = (own: number, outer = Number.POSITIVE_INFINITY): number => Math.min(own, outer);

/** The answer of a read. @throws ApiError */
function answerOf(e: Endpoint, args: Json, ended: Ended): Json {
  if (!ended.answered) throw gaveUp(ended, '', 'Try again in a minute.');
  const { status, body } = ended.answered;
  if (status > 299) throw refused(e, args, ended);
  return withoutDeleted(e.list, body as Json);
}
