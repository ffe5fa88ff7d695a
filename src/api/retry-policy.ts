import type { Effect, Method } from './endpoint.ts';

/** Why an attempt got no usable response. */
export type AttemptFailure =
  /** 429: nothing was done. `waitMs` is what the server asks for. */
  | { readonly kind: 'rateLimited'; readonly waitMs?: number | undefined }
  /** 5xx, or a gateway that failed. */
  | { readonly kind: 'serverError'; readonly status: number; readonly waitMs?: number | undefined }
  /** No response. `sent` is false if no byte of the request can have left. */
  | { readonly kind: 'unreachable'; readonly code: string; readonly sent: boolean }
  /** A success that cannot be read; `oversized` if a retry is certain to give the same. */
  | { readonly kind: 'unreadable'; readonly status: number; readonly what: string; readonly oversized?: boolean };

export const mayHaveWritten = (failure: AttemptFailure): boolean =>
  failure.kind === 'serverError' || failure.kind === 'unreadable' || (failure.kind === 'unreachable' && failure.sent);

export interface RetryPolicy {
  /** Attempts of one call, including the first. */
  readonly attempts: number;
  /** ms: the first pause is up to `base`, each later one up to twice as long, none over `cap`. */
  readonly base: number;
  readonly cap: number;
}
export const RETRY_POLICY: RetryPolicy = { attempts: 5, base: 400, cap: 8_000 };

/** Whether sending a request twice has the same effect as sending it once. */
export const isRepeatable = (method: Method, effect: Effect): boolean =>
  effect === 'read' || method === 'PUT' || method === 'DELETE';

/**
 * A 429, or a request that was certainly not sent, is retried with every method. Anything else is retried only if it may
 * safely happen twice; a write whose success cannot be read is reconciled instead. `attempts` is how many were made.
 */
export function mayRetry(
  method: Method,
  effect: Effect,
  failure: AttemptFailure,
  attempts: number,
  policy: RetryPolicy,
): boolean {
  if (attempts === policy.attempts) return false;
  if (!mayHaveWritten(failure)) return true;
  if (failure.kind === 'unreadable') return effect === 'read' && !failure.oversized && attempts < 2;
  return isRepeatable(method, effect);
}

/**
 * ms until the next attempt: exponential with full jitter, and no less than the server asks for. The server may ask for 0:
 * seconds rounded down, or a date in the past. `random` is 0 to 1.
 */
export function retryDelay(failure: AttemptFailure, attempts: number, policy: RetryPolicy, random: number): number {
  const requested = 'waitMs' in failure ? failure.waitMs : undefined;
  return Math.max(requested ?? 0, random * Math.min(policy.cap, policy.base * 2 ** (attempts - 1)));
}

/** `Retry-After` in either form, as ms from `now` (epoch ms). */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(header.trim())) return Number(header) * 1_000;
  // Date.parse accepts nearly anything, even "-1".
  const at = header.includes(':') ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** What happened, as part of a sentence. */
export function describeFailure(failure: AttemptFailure): string {
  switch (failure.kind) {
    case 'rateLimited':
      return 'the rate limit of this location was reached (429)';
    case 'serverError':
      return `HighLevel failed (${failure.status}${failure.status === 401 ? ', with no message about the sign-in' : ''})`;
    case 'unreachable':
      return failure.code === 'TIMEOUT'
        ? 'HighLevel did not answer in time'
        : `the connection to HighLevel broke (${failure.code})`;
    case 'unreadable':
      return `HighLevel answered ${failure.status} with ${failure.what}`;
  }
}
