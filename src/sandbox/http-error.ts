import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { MissingRecordFormat } from './switches.ts';

/** An error response: thrown anywhere, sent in one place. */
export class HttpError extends Error {
  readonly status: ContentfulStatusCode;
  readonly body: Record<string, unknown>;
  /** Recorded: bodies of 400 have a traceId; those of 401, 403, 404, 422 and 429 have none. */
  readonly hasTraceId: boolean;

  constructor(status: ContentfulStatusCode, body: Record<string, unknown>, hasTraceId = false) {
    super(String(body.message));
    this.status = status;
    this.body = { statusCode: status, ...body };
    this.hasTraceId = hasTraceId;
  }
}

export const badRequest = (message: string, meta?: Record<string, unknown>) =>
  new HttpError(400, { message, ...(meta ? { meta } : { error: 'Bad Request' }) }, true);
export const unauthorized = (message: string) => new HttpError(401, { message });
export const forbidden = () => new HttpError(403, { message: 'The token does not have access to this location.' });
export const routeNotFound = (method: string, url: string) =>
  new HttpError(404, { message: `Cannot ${method} ${url}`, error: 'Not Found' });
export const removedInV3 = (url: URL) =>
  new HttpError(400, {
    message:
      `Endpoint ${url.pathname}${url.search} not available in API version v3. ` +
      'This endpoint was removed in version v3. Please use a version before v3.',
  });
export const unprocessable = (messages: readonly string[]) =>
  new HttpError(422, { message: messages, error: 'Unprocessable Entity' });
export const payloadTooLarge = () => new HttpError(413, { message: 'request entity too large' });

/** Recorded: the sentence under `error`, no `message`. A missing contact repeats the status, a task has no other key. */
export function missingRecord(record: 'Contact' | 'Task' | 'Note', id: string, format: MissingRecordFormat): HttpError {
  const sentence = `${record} with id ${id} not found`;
  if (format === 404) return new HttpError(404, { message: sentence, error: 'Not Found' });
  if (format === 'message') return badRequest(sentence);
  return new HttpError(400, {
    statusCode: undefined,
    error: sentence,
    ...(record === 'Contact' && { status: 400 }),
  });
}

/** Recorded: a string where other validation sends a list, and statusCode 422 in a response with status 400. */
export const missingIdentity = (format: '400' | '422' | '422 list'): HttpError => {
  const sentence = 'Contacts without email, phone, firstName and lastName are not allowed.';
  return new HttpError(format === '400' ? 400 : 422, {
    statusCode: 422,
    message: format === '422 list' ? [sentence] : sentence,
    error: 'Unprocessable Entity',
  });
};
