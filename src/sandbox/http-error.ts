import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An answer that is not a success: thrown anywhere, turned into a response in one place. */
export class HttpError extends Error {
  readonly status: ContentfulStatusCode;
  readonly body: Record<string, unknown>;
  /** Bodies of 400 carry a trace id; those of 401, 403, 404, 422 and 429 were seen without one. */
  readonly hasTraceId: boolean;

  constructor(status: ContentfulStatusCode, body: Record<string, unknown>, traced = false) {
    super(String(body.message));
    this.status = status;
    this.body = { statusCode: status, ...body };
    this.hasTraceId = traced;
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

/** How a missing record is answered: its sentence under `error`, or in the shape of every other refusal. */
export type MissingRecordFormat = 'error' | 'message' | 404;

/** Recorded: the sentence under `error` and no `message`; a contact's repeats the status, a task's says nothing else. */
export function missingRecord(what: 'Contact' | 'Task' | 'Note', id: string, form: MissingRecordFormat): HttpError {
  const sentence = `${what} with id ${id} not found`;
  if (form === 404) return new HttpError(404, { message: sentence, error: 'Not Found' });
  if (form === 'message') return badRequest(sentence);
  return new HttpError(400, {
    statusCode: undefined,
    error: sentence,
    ...(what === 'Contact' && { status: 400 }),
  });
}

/** Recorded: a text where other validation sends a list, and a status in the body that is not the answer's own. */
export const missingIdentity = (form: '400' | '422' | '422 list'): HttpError => {
  const sentence = 'Contacts without email, phone, firstName and lastName are not allowed.';
  return new HttpError(form === '400' ? 400 : 422, {
    statusCode: 422,
    message: form === '422 list' ? [sentence] : sentence,
    error: 'Unprocessable Entity',
  });
};
