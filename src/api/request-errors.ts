import type { Json } from '../lib/json.ts';
import type { Endpoint } from './endpoint.ts';
import { toApiError } from './error-messages.ts';
import { ApiError } from './errors.ts';
import type { RequestResult } from './request-executor.ts';
import { describeFailure } from './retry-policy.ts';

const ASK_FOR_LESS = 'Repeating the call would give the same result: ask for fewer rows, or for another record.';

/**
 * The error of a call none of whose attempts got a usable response. `known` says what is known of its effect, `next` what
 * to do, unless a rate limit says when to try again.
 */
export function exhaustedError({ failure, attempts, retryAt }: RequestResult, known: string, next: string): ApiError {
  const what = failure ? describeFailure(failure) : 'HighLevel refused';
  const advice = failure?.kind === 'unreadable' && failure.oversized && next ? ASK_FOR_LESS : next;
  const count = attempts > 1 ? ` in ${attempts} attempts` : '';
  const status = failure && 'status' in failure ? failure.status : failure?.kind === 'rateLimited' ? 429 : 0;
  const then = retryAt === undefined ? advice : `Try again from ${retryAt} on.`;
  const sentence = [`${what[0]?.toUpperCase()}${what.slice(1)}${count}.`, known, then].filter(Boolean).join(' ');
  return new ApiError(sentence, failure?.kind ?? 'refused', status);
}

/** The error of a call that HighLevel rejected. */
export function rejectedError(endpoint: Endpoint, args: Json, { response, credential }: RequestResult): ApiError {
  const { status = 0, body } = response ?? {};
  const { route, scope, effect } = endpoint;
  const { locationId } = credential;
  return toApiError({ status, body, route, scope, locationId, creates: effect === 'create', args });
}
