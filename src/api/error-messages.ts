import { ApiError } from './errors.ts';
import { BAD_TOKEN, KNOWN_ERRORS } from './known-errors.ts';
import { messagesOf, parseError, type RejectedResponse } from './parsed-error.ts';

/** The error of a rejected request, with a message for the model. */
export function toApiError(rejected: RejectedResponse): ApiError {
  const { error, known, match } = findKnownError(rejected);
  return new ApiError(known.message(error, match), known.kind, error.status, {
    traceId: error.traceId,
    existing: known.existing?.(error),
    fields: known.fields?.(error, match),
    certain: known.certain ?? (error.isOwn || known.text !== undefined),
  });
}

/** True for a 401 that a new token fixes; false for one about scope, token class, location or version. */
export const isExpired = ({ status, body }: { status: number; body: unknown }): boolean =>
  status === 401 && BAD_TOKEN.test(messagesOf(body).join('; '));

/** True for a 401 of a gateway, which says nothing about the sign-in. */
export const isGatewayFailure = ({ status, body }: { status: number; body: unknown }): boolean =>
  status === 401 &&
  findKnownError({ status, body, route: '', scope: '', locationId: '', creates: false, args: {} }).known.kind ===
    'serverError';

function findKnownError(rejected: RejectedResponse) {
  const error = parseError(rejected);
  for (const known of KNOWN_ERRORS) {
    const match = known.text ? error.text.match(known.text) : [];
    if (match && (known.status?.includes(error.status) ?? true) && (known.when?.(error, match) ?? true))
      return { error, known, match };
  }
  throw new Error('unreachable: the last known error matches everything');
}
