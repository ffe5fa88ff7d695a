import { randomUUID } from 'node:crypto';
import type { Json } from '../lib/json.ts';
import { sleep, timeOf } from '../lib/scheduler.ts';
import { type Credential, credentialFor, type TokenSource } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { isExpired } from './error-messages.ts';
import { type AttemptResult, attempt, type FailedAttempt, type ParsedResponse } from './http-attempt.ts';
import { signedHeaders } from './http-headers.ts';
import type { ReleaseSlot } from './rate-limiter.ts';
import { type PreparedRequest, prepareRequest } from './request.ts';
import { acquireSlot, type SlotLimits, type SlotOptions } from './request-slot.ts';
import { checkResponse } from './response-check.ts';
import {
  type AttemptFailure,
  isRepeatable,
  mayHaveWritten,
  mayRetry,
  type RetryPolicy,
  retryDelay,
} from './retry-policy.ts';
import type { ServerClock } from './server-clock.ts';
import type { Transport } from './transport/types.ts';

/** Share of the budget that one attempt may take: the rest is for a retry, or for reading back what was written. */
const ATTEMPT_SHARE = { repeatable: 1 / 3, once: 1 / 2 } as const;

export interface ExecutorOptions extends SlotLimits {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly credential: TokenSource;
  readonly policy: RetryPolicy;
  readonly random: () => number;
  readonly serverClock: ServerClock;
  /** ms for one call, including all attempts and pauses. */
  readonly timeoutMs: number;
}

/** The result of a call after all its attempts. */
export interface RequestResult {
  readonly id: string;
  readonly credential: Credential;
  readonly response?: ParsedResponse;
  /** Of the last attempt, if none got a usable response. */
  readonly failure?: AttemptFailure;
  /** True if some attempt may have written without a response that says so. */
  readonly mayHaveSucceeded: boolean;
  readonly attempts: number;
  /** ISO time at which the rate limit allows calls again. */
  readonly retryAt?: string | undefined;
}

export interface RequestOptions extends SlotOptions {
  /** The credential of the first attempt; asked for if left out. */
  readonly credential?: Credential | undefined;
  /** The location that the call is for; if left out, the one that is signed in to. */
  readonly locationId?: string | undefined;
}

/**
 * Waits for a rate-limit slot, sends the request within the budget, and retries while that is safe.
 * @throws UserError if nothing was sent (breaker, quota, deadline); Cancelled if the caller gave up before
 */
export async function executeRequest(
  executor: ExecutorOptions,
  endpoint: Endpoint,
  args: Json,
  options: RequestOptions,
): Promise<RequestResult> {
  const credential = options.credential ?? (await credentialFor(executor.credential, options.locationId));
  const request = prepareRequest(endpoint, args, credential.locationId);
  let result: RequestResult = { id: randomUUID(), credential, mayHaveSucceeded: false, attempts: 0 };
  let renewed = false;
  for (;;) {
    const previous = result;
    const release = await acquireSlot(executor, options, previous.attempts > 0).catch((error) => {
      // The failure of an earlier attempt says more than the lack of a slot.
      if (!previous.failure) throw error;
    });
    if (!release) return previous;
    const attempted = await attemptOnce(executor, endpoint, args, request, previous.credential, options, release);
    if ('response' in attempted) {
      result = recordResponse(executor, previous, attempted.response, release);
      const credential = renewed || !isExpired(attempted.response) ? undefined : await renew(executor, previous);
      if (!credential) return result;
      renewed = true;
      // The 401 is dealt with: if no attempt follows, the result is what came before it.
      result = { ...previous, credential, attempts: result.attempts };
    } else {
      const { failure } = attempted;
      const waitMs = recordFailure(executor, attempted, previous.attempts + 1, release);
      result = afterFailure(executor, previous, failure, options);
      const isLate = executor.timers.now() + waitMs >= options.deadline;
      if (isLate || !mayRetry(request.method, endpoint.effect, failure, result.attempts, executor.policy))
        return result;
      executor.metrics.count('retries');
      // A 429 pauses the limiter, which the next slot waits for.
      if (failure.kind !== 'rateLimited') await sleep(executor.timers, waitMs, options.cancel);
    }
  }
}

function recordResponse(
  { serverClock, breaker }: ExecutorOptions,
  { id, credential, mayHaveSucceeded, attempts }: RequestResult,
  response: ParsedResponse,
  release: ReleaseSlot,
): RequestResult {
  release(response.headers);
  serverClock.see(response.headers.date);
  breaker.succeeded();
  return { id, credential, response, mayHaveSucceeded, attempts: attempts + 1 };
}

/** Returns the ms to wait before a retry. A 429 pauses all requests. */
function recordFailure(
  { limiter, breaker, metrics, policy, random }: ExecutorOptions,
  { failure, headers }: FailedAttempt,
  attempts: number,
  release: ReleaseSlot,
): number {
  const wait = retryDelay(failure, attempts, policy, random());
  const limited = failure.kind === 'rateLimited';
  if (limited) metrics.count('limited');
  const pause = limited ? limiter.pauseUntil(failure.waitMs === undefined ? undefined : wait) : wait;
  // Only a server that fails or cannot be reached will fail other calls as well.
  if (failure.kind === 'serverError' || failure.kind === 'unreachable') breaker.failed();
  else breaker.succeeded();
  // Only after the pause has started: a slot released by a 429 must start no waiting request.
  release(headers, limited);
  return pause;
}

function afterFailure(
  { timers, limiter }: ExecutorOptions,
  { id, credential, mayHaveSucceeded, attempts }: RequestResult,
  failure: AttemptFailure,
  { priority = 'interactive' }: RequestOptions,
): RequestResult {
  const retryAt = failure.kind === 'rateLimited' ? timeOf(timers, limiter.availableAt(priority)) : undefined;
  const uncertain = mayHaveSucceeded || mayHaveWritten(failure);
  return { id, credential, failure, mayHaveSucceeded: uncertain, attempts: attempts + 1, retryAt };
}

/** The credential to retry with after a 401; undefined if there is none for the same location. */
async function renew(
  { credential: source }: ExecutorOptions,
  { credential, mayHaveSucceeded }: RequestResult,
): Promise<Credential | undefined> {
  try {
    if (!(await source.renew?.(credential))) return undefined;
    const renewed = await source.current();
    return renewed.locationId === credential.locationId ? renewed : undefined;
  } catch (error) {
    // An earlier attempt may have written: it has to be reconciled and journalled, whatever happened to the token.
    if (mayHaveSucceeded) return undefined;
    throw error;
  }
}

async function attemptOnce(
  { transport, baseUrl, timers, timeoutMs, breaker }: ExecutorOptions,
  endpoint: Endpoint,
  args: Json,
  { method, path, text }: PreparedRequest,
  { token, locationId }: Credential,
  { deadline, cancel }: RequestOptions,
  release: ReleaseSlot,
): Promise<AttemptResult> {
  const { effect, version } = endpoint;
  const headers = signedHeaders(token, version);
  if (text) headers['content-type'] = 'application/json';
  const http = { method, url: baseUrl + path, headers, body: text };
  const share = timeoutMs * ATTEMPT_SHARE[isRepeatable(method, effect) ? 'repeatable' : 'once'];
  const limit = Math.max(1, Math.min(share, deadline - timers.now()));
  try {
    const attempted = await attempt(transport, timers, http, limit, effect === 'read' ? cancel : undefined);
    return 'response' in attempted ? checkResponse(endpoint, { ...args, locationId }, attempted.response) : attempted;
  } catch (error) {
    release();
    breaker.abandoned();
    throw error;
  }
}
