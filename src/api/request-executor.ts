import { randomUUID } from 'node:crypto';
import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import { sleep, type Timers, timeOf } from '../lib/scheduler.ts';
import { describeMismatch } from './answer.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { type Credential, credentialFor, type TokenSource } from './credentials.ts';
import { type ApiRequest, type Endpoint, toRequest } from './endpoint.ts';
import { isExpired, isGatewayFailure, toApiError } from './error-messages.ts';
import { ApiError } from './errors.ts';
import { type AttemptResult, attempt, Cancelled, type ParsedResponse } from './http-attempt.ts';
import type { Metrics } from './metrics.ts';
import type { Priority, RateLimiter, ReleaseSlot } from './rate-limiter.ts';
import {
  type AttemptFailure,
  describeFailure,
  mayHaveWritten,
  mayRetry,
  type RetryPolicy,
  retryDelay,
} from './retry-policy.ts';
import type { Transport } from './transport/types.ts';

/** The dated API version every record was written for; records name their own where it differs. */
export const API_VERSION = '2021-07-28';
/** Bytes of a request body; the API's frame refuses more by default. Of an address, servers take 8 to 16 KB. */
const MAX_REQUEST_BYTES = 100_000;
const MAX_ADDRESS_BYTES = 8_000;
/** Share of the budget one try may take: what may be repeated leaves time to, what may not leaves time to look. */
const ATTEMPT_SHARE = { repeatable: 1 / 3, once: 1 / 2 } as const;

export interface ExecutorOptions {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly credential: TokenSource;
  readonly timers: Timers;
  readonly policy: RetryPolicy;
  readonly random: () => number;
  readonly limiter: RateLimiter;
  readonly breaker: CircuitBreaker;
  readonly metrics: Metrics;
  readonly serverClock: ServerClock;
  /** ms for one call, all tries and pauses together. */
  readonly timeoutMs: number;
}

/** HighLevel's clock, by the `Date` of its last answer: setting the machine's clock does not move it. */
export class ServerClock {
  readonly #timers: Timers;
  #skew: number | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** ms to add to the monotonic clock; by the machine's clock until an answer tells. */
  get skew(): number {
    const { wall, now } = this.#timers;
    return this.#skew ?? (wall ? wall() - now() : 0);
  }

  see(date: string | undefined): void {
    const at = date === undefined ? Number.NaN : Date.parse(date);
    if (!Number.isNaN(at)) this.#skew = at - this.#timers.now();
  }
}

/** Where a call ended after all its tries. */
export interface RequestResult {
  readonly id: string;
  readonly credential: Credential;
  readonly response?: ParsedResponse;
  /** Of the last try, where none was answered. */
  readonly failure?: AttemptFailure;
  /** True where some try may have written without saying so. */
  readonly mayHaveSucceeded: boolean;
  readonly attempts: number;
  /** When a rate limit lets calls through again, as a time to be shown. */
  readonly retryAt?: string | undefined;
}

export interface RequestOptions {
  /** What the call was begun with; asked for where it is left out. */
  readonly credential?: Credential | undefined;
  /** The location it is for; whichever is signed in to where it is left out. */
  readonly locationId?: string | undefined;
  readonly priority?: Priority | undefined;
  /** Ends waiting and, for a read, the request itself; a write once sent goes on. */
  readonly cancel?: AbortSignal | undefined;
  /** By the monotonic clock, when all of it is over. */
  readonly deadline: number;
  /** True for a look after a write in doubt: the breaker lets it through. */
  readonly reconciles?: boolean;
}

/** The request of a record, checked for size before anything is sent. @throws UserError */
function prepare(endpoint: Endpoint, args: Json, locationId: string): ApiRequest & { readonly text?: string } {
  const request = toRequest(endpoint, args, locationId);
  refuseOversized(Buffer.byteLength(request.path), MAX_ADDRESS_BYTES);
  if (!request.body) return request;
  const text = JSON.stringify(request.body);
  refuseOversized(Buffer.byteLength(text));
  return { ...request, text };
}

/** @throws UserError for more bytes than one request may have */
export function refuseOversized(size: number, most = MAX_REQUEST_BYTES): void {
  if (size > most)
    throw new UserError(
      `These arguments come to ${size} bytes; one call may send ${most}. Nothing was sent; shorten or split them.`,
    );
}

/**
 * The one way to HighLevel: a place in the queue, a try within the budget, and once more where that is safe.
 * @throws UserError when nothing was sent (breaker, quota, no time left); Cancelled when the caller gave up in time
 */
export async function executeRequest(
  executor: ExecutorOptions,
  endpoint: Endpoint,
  args: Json,
  options: RequestOptions,
): Promise<RequestResult> {
  const { timers, policy, serverClock } = executor;
  let credential = options.credential ?? (await credentialFor(executor.credential, options.locationId));
  const request = prepare(endpoint, args, credential.locationId);
  let ended: RequestResult = { id: randomUUID(), credential, mayHaveSucceeded: false, attempts: 0 };
  let renewed = false;
  for (;;) {
    const done = await acquireSlot(executor, options, ended);
    if (!done) return ended;
    const tried = await attemptOnce(executor, endpoint, args, request, credential, options).catch((error) => {
      done();
      executor.breaker.abandoned();
      throw error;
    });
    const attempts = ended.attempts + 1;
    if ('response' in tried) {
      const { response } = tried;
      done(response.headers);
      serverClock.see(response.headers.date);
      executor.breaker.succeeded();
      const before = ended;
      ended = { id: ended.id, credential, response, mayHaveSucceeded: ended.mayHaveSucceeded, attempts };
      if (renewed || !isExpired(response)) return ended;
      const next = await renewal(executor, credential).catch((error) => {
        // An earlier attempt may have written: that is to be looked into and journalled, whatever became of the token.
        if (!before.mayHaveSucceeded) throw error;
      });
      if (!next) return ended;
      renewed = true;
      // Somebody signed in to another location: what was prepared for this one goes nowhere else.
      if (next.locationId !== credential.locationId) return ended;
      credential = next;
      // The 401 is answered by the new token: what there is to tell, if no attempt follows, is what came before it.
      ended = { ...before, credential, attempts };
      continue;
    }
    const { failure } = tried;
    ended = {
      id: ended.id,
      credential,
      failure,
      mayHaveSucceeded: ended.mayHaveSucceeded || mayHaveWritten(failure),
      attempts,
    };
    const wait = recordFailure(executor, failure, attempts);
    // After the hold, so that a 429 lets nobody else go.
    done(tried.headers, failure.kind === 'rateLimited');
    if (failure.kind === 'rateLimited')
      ended = { ...ended, retryAt: timeOf(timers, executor.limiter.availableAt(options.priority ?? 'interactive')) };
    const late = timers.now() + wait >= options.deadline;
    if (late || attempts === policy.attempts || !mayRetry(request.method, endpoint.effect, failure, attempts))
      return ended;
    executor.metrics.count('retries');
    if (failure.kind !== 'rateLimited') await sleep(timers, wait, options.cancel);
  }
}

/** The credential that takes the place of a refused one; undefined where there is none. */
async function renewal({ credential }: ExecutorOptions, refused: Credential): Promise<Credential | undefined> {
  return (await credential.renew?.(refused)) ? credential.current() : undefined;
}

/** Counts the trouble where it belongs; gives the ms until the next try. A 429 holds the whole queue. */
function recordFailure(
  { limiter, breaker, metrics, policy, random }: ExecutorOptions,
  failure: AttemptFailure,
  attempts: number,
): number {
  const wait = retryDelay(failure, attempts, policy, random());
  if (failure.kind === 'rateLimited') {
    metrics.count('limited');
    breaker.succeeded();
    return limiter.pauseUntil(failure.waitMs === undefined ? undefined : wait);
  }
  // An answer that cannot be read is an answer: it says nothing of other calls.
  if (failure.kind === 'unreadable') breaker.succeeded();
  else breaker.failed();
  return wait;
}

/**
 * A place in the queue, if the breaker lets through. Where there is none: undefined after earlier tries, whose trouble
 * is what there is to tell, else a UserError or Cancelled.
 */
async function acquireSlot(
  executor: ExecutorOptions,
  options: RequestOptions,
  ended: RequestResult,
): Promise<ReleaseSlot | undefined> {
  const { limiter, breaker, metrics } = executor;
  const { priority = 'interactive', cancel, deadline, reconciles: look } = options;
  try {
    if (cancel?.aborted) throw new Cancelled();
    if (!look) breaker.check();
    if (limiter.quota().heldUntil >= deadline) throw noSlotError(executor, priority);
    const done =
      limiter.tryAcquire(priority) ?? (await waitForSlot(executor, priority, deadline, cancel, ended.attempts > 0));
    if (!look) passOrRelease(breaker, done);
    metrics.count('tries');
    return done;
  } catch (error) {
    if (ended.failure) return undefined;
    throw error;
  }
}

async function waitForSlot(
  executor: ExecutorOptions,
  priority: Priority,
  deadline: number,
  cancel: AbortSignal | undefined,
  again: boolean,
): Promise<ReleaseSlot> {
  const { limiter, timers } = executor;
  const waiting = new AbortController();
  const leave = () => waiting.abort();
  const stop = timers.setTimer(Math.max(0, deadline - timers.now()), leave);
  cancel?.addEventListener('abort', leave, { once: true });
  try {
    const done = await limiter.acquire(priority, waiting.signal, again);
    if (done) return done;
    throw cancel?.aborted ? new Cancelled() : noSlotError(executor, priority);
  } finally {
    stop();
    cancel?.removeEventListener('abort', leave);
  }
}

function passOrRelease(breaker: CircuitBreaker, done: ReleaseSlot): void {
  try {
    breaker.pass();
  } catch (error) {
    done();
    throw error;
  }
}

function noSlotError({ limiter, timers }: ExecutorOptions, priority: Priority): UserError {
  const { waiting } = limiter.quota();
  const when = timeOf(timers, Math.max(limiter.availableAt(priority), timers.now() + 1_000));
  return new UserError(
    `The rate limit of this location left no place within the time there was (${waiting} calls wait); nothing was sent. Try again from ${when} on.`,
  );
}

async function attemptOnce(
  { transport, baseUrl, timers, timeoutMs }: ExecutorOptions,
  endpoint: Endpoint,
  args: Json,
  request: ReturnType<typeof prepare>,
  { token, locationId }: Credential,
  options: RequestOptions,
): Promise<AttemptResult> {
  const { method, path, text } = request;
  const repeatable = endpoint.effect === 'read' || method === 'PUT' || method === 'DELETE';
  const share = timeoutMs * (repeatable ? ATTEMPT_SHARE.repeatable : ATTEMPT_SHARE.once);
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    version: endpoint.version ?? API_VERSION,
    accept: 'application/json',
    'user-agent': 'ghl-contacts-mcp',
  };
  if (text) headers['content-type'] = 'application/json';
  const http = { method, url: baseUrl + path, headers, ...(text ? { body: text } : {}) };
  const limit = Math.max(1, Math.min(share, options.deadline - timers.now()));
  const tried = await attempt(transport, timers, http, limit, endpoint.effect === 'read' ? options.cancel : undefined);
  return 'response' in tried ? judge(endpoint, { ...args, locationId }, tried.response) : tried;
}

/** An answer that can be believed, or trouble: a 401 of a gateway, or a success that is not what was asked for. */
function judge(endpoint: Endpoint, args: Json, response: ParsedResponse): AttemptResult {
  const { status, headers, body } = response;
  if (isGatewayFailure(response)) return { failure: { kind: 'serverError', status }, headers };
  const what = status < 300 ? describeMismatch(endpoint, args, body as Json) : undefined;
  return what === undefined ? { response } : { failure: { kind: 'unreadable', status, what }, headers };
}

/** The sentence for a call whose tries all ended in trouble; `afterwards` says what to do, unless a limit says when. */
export function exhaustedError(
  { failure, attempts, retryAt }: RequestResult,
  known: string,
  afterwards: string,
): ApiError {
  const what = failure ? describeFailure(failure) : 'HighLevel refused';
  const again = failure?.kind === 'unreadable' && failure.oversized && afterwards ? ASK_FOR_LESS : afterwards;
  const often = attempts > 1 ? ` in ${attempts} attempts` : '';
  const status = failure && 'status' in failure ? failure.status : failure?.kind === 'rateLimited' ? 429 : 0;
  const kind = failure?.kind ?? 'refused';
  const then = retryAt === undefined ? again : `Try again from ${retryAt} on.`;
  const sentence = [`${what[0]?.toUpperCase()}${what.slice(1)}${often}.`, known, then].filter(Boolean).join(' ');
  return new ApiError(sentence, kind, status);
}

const ASK_FOR_LESS = 'The same call would bring the same: ask for fewer rows, or for another record.';

/** The sentence for a call that was answered with a refusal. */
export function rejectedError(endpoint: Endpoint, args: Json, { response, credential }: RequestResult): ApiError {
  const { status = 0, body } = response ?? {};
  const { route, scope, effect } = endpoint;
  const { locationId } = credential;
  return toApiError({ status, body, route, scope, locationId, creates: effect === 'create', ids: args });
}
