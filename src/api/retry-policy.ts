import type { Effect, Method } from './endpoint.ts';

/** A try that brought no usable answer. */
export type AttemptFailure =
  /** 429: certainly not done. `waitMs` is the server's own word. */
  | { readonly kind: 'limited'; readonly waitMs?: number | undefined }
  /** 5xx: the server gave up somewhere on the way. */
  | { readonly kind: 'failed'; readonly status: number; readonly waitMs?: number | undefined }
  /** No answer: `sent` is false where not a byte of the request can have left. */
  | { readonly kind: 'lost'; readonly code: string; readonly sent: boolean }
  /** Success that cannot be read; `oversized` where it is certain to be so again. */
  | { readonly kind: 'garbled'; readonly status: number; readonly what: string; readonly oversized?: boolean };

export const mayHaveWritten = (trouble: AttemptFailure): boolean =>
  trouble.kind === 'failed' || trouble.kind === 'garbled' || (trouble.kind === 'lost' && trouble.sent);

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
export function mayRetry(method: Method, effect: Effect, trouble: AttemptFailure, triesSoFar: number): boolean {
  if (!mayHaveWritten(trouble)) return true;
  // HighLevel did answer: what it says is not repeated blindly.
  if (trouble.kind === 'garbled') return effect === 'read' && !trouble.oversized && triesSoFar < 2;
  return effect === 'read' || method === 'PUT' || method === 'DELETE';
}

/**
 * ms until the next attempt: exponential with full jitter, and no less than the server asks for. It may ask for none, as
 * seconds that were rounded down or a date that is over. `random` is 0 to 1.
 */
export function retryDelay(trouble: AttemptFailure, triesSoFar: number, policy: RetryPolicy, random: number): number {
  const asked = 'waitMs' in trouble ? trouble.waitMs : undefined;
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
export function describeFailure(trouble: AttemptFailure): string {
  switch (trouble.kind) {
    case 'limited':
      return 'the rate limit of this location was reached (429)';
    case 'failed':
      return `HighLevel failed (${trouble.status}${trouble.status === 401 ? ' without a word about the sign-in' : ''})`;
    case 'lost':
      return trouble.code === 'TIMEOUT'
        ? 'HighLevel did not answer in time'
        : `the connection to HighLevel broke (${trouble.code})`;
    case 'garbled':
      return `HighLevel answered ${trouble.status} with ${trouble.what}`;
  }
}
