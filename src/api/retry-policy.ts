import type { Effect, Method } from './endpoint.ts';

/** A try that brought no usable answer. */
export type AttemptFailure =
  /** 429: certainly not done. `waitMs` is the server's own word. */
  | { readonly kind: 'rateLimited'; readonly waitMs?: number | undefined }
  /** 5xx: the server gave up somewhere on the way. */
  | { readonly kind: 'serverError'; readonly status: number; readonly waitMs?: number | undefined }
  /** No answer: `sent` is false where not a byte of the request can have left. */
  | { readonly kind: 'unreachable'; readonly code: string; readonly sent: boolean }
  /** Success that cannot be read; `oversized` where it is certain to be so again. */
  | { readonly kind: 'unreadable'; readonly status: number; readonly what: string; readonly oversized?: boolean };

export const mayHaveWritten = (failure: AttemptFailure): boolean =>
  failure.kind === 'serverError' || failure.kind === 'unreadable' || (failure.kind === 'unreachable' && failure.sent);

export interface RetryPolicy {
  /** Tries of one call, the first among them. */
  readonly attempts: number;
  /** ms: the first pause is up to `base`, each later one up to twice as long, none over `cap`. */
  readonly base: number;
  readonly cap: number;
}
export const RETRY_POLICY: RetryPolicy = { attempts: 5, base: 400, cap: 8_000 };

/**
 * Whether to try once more, as one decision: a 429 for every method, because nothing was done; anything else for what
 * may safely happen twice, which a POST that writes may not unless it certainly was not sent. A write that was answered
 * with a success that cannot be read is reconciled instead.
 */
export function mayRetry(method: Method, effect: Effect, failure: AttemptFailure, triesSoFar: number): boolean {
  if (!mayHaveWritten(failure)) return true;
  // HighLevel did answer: what it says is not repeated blindly.
  if (failure.kind === 'unreadable') return effect === 'read' && !failure.oversized && triesSoFar < 2;
  return effect === 'read' || method === 'PUT' || method === 'DELETE';
}

/**
 * ms until the next attempt: exponential with full jitter, and no less than the server asks for. It may ask for none, as
 * seconds that were rounded down or a date that is over. `random` is 0 to 1.
 */
export function retryDelay(failure: AttemptFailure, triesSoFar: number, policy: RetryPolicy, random: number): number {
  const asked = 'waitMs' in failure ? failure.waitMs : undefined;
  return Math.max(asked ?? 0, random * Math.min(policy.cap, policy.base * 2 ** (triesSoFar - 1)));
}

/** `Retry-After` in both its forms, as ms from `now`. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(header.trim())) return Number(header) * 1_000;
  // Date.parse makes a date of nearly anything, "-1" included.
  const at = header.includes(':') ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** What happened, for a sentence. */
export function describeFailure(failure: AttemptFailure): string {
  switch (failure.kind) {
    case 'rateLimited':
      return 'the rate limit of this location was reached (429)';
    case 'serverError':
      return `HighLevel failed (${failure.status}${failure.status === 401 ? ' without a word about the sign-in' : ''})`;
    case 'unreachable':
      return failure.code === 'TIMEOUT'
        ? 'HighLevel did not answer in time'
        : `the connection to HighLevel broke (${failure.code})`;
    case 'unreadable':
      return `HighLevel answered ${failure.status} with ${failure.what}`;
  }
}
