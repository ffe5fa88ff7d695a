import { UserError } from '../lib/errors.ts';
import type { Json } from '../lib/json.ts';
import { type ApiRequest, type Endpoint, toRequest } from './endpoint.ts';

/** Bytes of a request body: the API refuses more. Of path and query: servers accept 8 to 16 KB. */
const MAX_BODY_BYTES = 100_000;
const MAX_URL_BYTES = 8_000;

export interface PreparedRequest extends ApiRequest {
  /** The body as JSON text. */
  readonly text?: string;
}

/** The HTTP request of a call, checked for size. @throws UserError */
export function prepareRequest(endpoint: Endpoint, args: Json, locationId: string): PreparedRequest {
  const request = toRequest(endpoint, args, locationId);
  refuseOversized(Buffer.byteLength(request.path), MAX_URL_BYTES);
  if (!request.body) return request;
  const text = JSON.stringify(request.body);
  refuseOversized(Buffer.byteLength(text));
  return { ...request, text };
}

/** @throws UserError for more bytes than one request may have */
export function refuseOversized(bytes: number, max = MAX_BODY_BYTES): void {
  if (bytes > max)
    throw new UserError(
      `These arguments are ${bytes} bytes long; one call may send ${max}. Nothing was sent; shorten or split them.`,
    );
}
