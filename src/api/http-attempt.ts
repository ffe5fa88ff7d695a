import { Cancellation, type CancelSignal } from '../lib/cancellation.ts';
import { errorCode } from '../lib/errors.ts';
import { isRecord, type Json } from '../lib/json.ts';
import { epochOf, type Timers } from '../lib/scheduler.ts';
import { type AttemptFailure, retryAfter } from './retry-policy.ts';
import { MAX_RESPONSE_BYTES, parseJson, readBody } from './transport/body.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport/types.ts';

/** A readable response with any status. */
export type ParsedResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} & (
  | { readonly ok: true; readonly body: Json }
  /** Parsed where it is JSON, else the text. */
  | { readonly ok: false; readonly body: unknown }
);
export interface FailedAttempt {
  readonly failure: AttemptFailure;
  readonly headers?: HttpResponse['headers'];
}
export type AttemptResult = { readonly response: ParsedResponse } | FailedAttempt;

export class Cancelled extends Error {}

/**
 * Sends a request once, within `timeoutMs`.
 * @throws Cancelled if the caller's signal ends it; any error that is not the network's
 */
export async function attempt(
  transport: Transport,
  timers: Timers,
  { method, url, headers, body }: Omit<HttpRequest, 'signal'>,
  timeoutMs: number,
  cancel: CancelSignal | undefined,
): Promise<AttemptResult> {
  const cancellation = new Cancellation();
  const abort = () => cancellation.abort();
  let timedOut = false;
  const cancelTimer = timers.setTimer(timeoutMs, () => {
    timedOut = true;
    abort();
  });
  cancel?.addEventListener('abort', abort, { once: true });
  try {
    if (cancel?.aborted) throw new Cancelled();
    const response = await transport({ method, url, headers, body, signal: cancellation });
    return await parse(response, timers);
  } catch (error) {
    // Ends a body that is read no further, or its connection would stay busy.
    abort();
    if (cancel?.aborted) throw new Cancelled();
    if (timedOut) return { failure: { kind: 'unreachable', code: 'TIMEOUT', sent: true } };
    const code = networkCode(error);
    if (code === undefined) throw error;
    return { failure: { kind: 'unreachable', code, sent: !NEVER_SENT.has(code) && !BAD_CERTIFICATE.test(code) } };
  } finally {
    cancelTimer();
    cancel?.removeEventListener('abort', abort);
  }
}

/** Failures before a byte of the request is sent; so are certificates that cannot be verified. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);
const BAD_CERTIFICATE = /CERT|UNABLE_TO_VERIFY/;
/** Codes of requests that could not be built. */
const INVALID_REQUEST = /^(UND_)?ERR_INVALID/;

/** The code of a network failure; undefined for an error of our own, which must not pass for one. */
function networkCode(error: unknown): string | undefined {
  const code = errorCode(error);
  return code !== undefined && !INVALID_REQUEST.test(code) ? code.replace(/\W/g, '') : undefined;
}

async function parse(response: HttpResponse, timers: Timers): Promise<AttemptResult> {
  const { headers } = response;
  const text = await readBody(response);
  const body = text === undefined ? undefined : parseJson(text);
  const status = statusOf(response.status, body);
  if (status === 429) return { failure: { kind: 'rateLimited', waitMs: waitOf(headers, timers) }, headers };
  if (status >= 500) return { failure: { kind: 'serverError', status, waitMs: waitOf(headers, timers) }, headers };
  if (status >= 300) return { response: { ok: false, status, headers, body: body ?? text } };
  if (isRecord(body)) return { response: { ok: true, status, headers, body } };
  const what = describeBody(text, headers);
  return { failure: { kind: 'unreadable', status, what, oversized: text === undefined }, headers };
}

/** ms of Retry-After, whose dates are relative to the server's clock. */
function waitOf(headers: HttpResponse['headers'], timers: Timers): number | undefined {
  const serverNow = Date.parse(headers.date ?? '');
  return retryAfter(headers['retry-after'], Number.isNaN(serverNow) ? epochOf(timers, timers.now()) : serverNow);
}

/** HighLevel is known to send a 400 whose body has the actual status. */
function statusOf(status: number, body: unknown): number {
  const inBody = isRecord(body) ? body.statusCode : undefined;
  return status === 400 && typeof inBody === 'number' && inBody > 400 && inBody < 600 ? inBody : status;
}

function describeBody(text: string | undefined, headers: HttpResponse['headers']): string {
  if (text === undefined) return `more than ${MAX_RESPONSE_BYTES} bytes, which were not read`;
  if (text === '') return 'an empty body';
  const type = (headers['content-type'] ?? 'no content type').split(';')[0];
  return `something other than the JSON it documents (${type}, ${text.length} characters)`;
}
