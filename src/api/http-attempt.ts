import type { Json } from '../lib/json.ts';
import { epochOf, type Timers } from '../lib/scheduler.ts';
import { type AttemptFailure, retryAfter } from './retry-policy.ts';
import { MAX_ANSWER_BYTES, parseJson, readBody } from './transport/body.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport/types.ts';

/** What one try brought: an answer that can be read, whatever it says, or trouble. */
export interface ParsedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON object of a success; of a refusal whatever it was, parsed where it could be. */
  readonly body: unknown;
}
export type AttemptResult =
  | { readonly response: ParsedResponse }
  | { readonly failure: AttemptFailure; readonly headers?: HttpResponse['headers'] };

export class Cancelled extends Error {}

/**
 * One try within `timeoutMs`.
 * @throws Cancelled when the caller's signal ends it; whatever is neither an answer nor the network's fault
 */
export async function attempt(
  transport: Transport,
  timers: Timers,
  request: Omit<HttpRequest, 'signal'>,
  timeoutMs: number,
  cancel: AbortSignal | undefined,
): Promise<AttemptResult> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  const stopClock = timers.setTimer(timeoutMs, () => {
    late = true;
    abort();
  });
  cancel?.addEventListener('abort', abort, { once: true });
  try {
    if (cancel?.aborted) throw new Cancelled();
    const answer = await transport({ ...request, signal: controller.signal });
    return await read(answer, epochOf(timers, timers.now()));
  } catch (error) {
    // Ends a body nobody reads on, so that its connection does not wait for ever.
    abort();
    if (cancel?.aborted) throw new Cancelled();
    if (late) return { failure: { kind: 'unreachable', code: 'TIMEOUT', sent: true } };
    const code = networkCode(error);
    if (code === undefined) throw error;
    return { failure: { kind: 'unreachable', code, sent: !NEVER_SENT.has(code) && !BAD_CERTIFICATE.test(code) } };
  } finally {
    stopClock();
    cancel?.removeEventListener('abort', abort);
  }
}

/** Failures that come before a byte of the request is sent; so do certificates nobody vouches for. */
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
const OUR_FAULT = /^(UND_)?ERR_INVALID/;

/** The code of a failure on the way; a fault of ours has none and must not pass for the network's. */
function networkCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && !OUR_FAULT.test(code) ? code.replace(/\W/g, '') : undefined;
}

async function read(answer: HttpResponse, now: number): Promise<AttemptResult> {
  const { headers } = answer;
  const text = await readBody(answer);
  const body = text === undefined ? undefined : parseJson(text);
  const status = statusOf(answer.status, body);
  // Dates of Retry-After are relative to the server's clock.
  const theirNow = Date.parse(headers.date ?? '');
  const waitMs = retryAfter(headers['retry-after'], Number.isNaN(theirNow) ? now : theirNow);
  if (status === 429) return { failure: { kind: 'rateLimited', waitMs }, headers };
  if (status >= 500) return { failure: { kind: 'serverError', status, waitMs }, headers };
  if (status >= 300) return { response: { status, headers, body: body ?? text } };
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return { response: { status, headers, body: body as Json } };
  return {
    failure: { kind: 'unreadable', status, what: kindOf(text, headers), oversized: text === undefined },
    headers,
  };
}

/** HighLevel is known to send a 400 whose body says the status that is meant. */
function statusOf(status: number, body: unknown): number {
  const said = (body as { statusCode?: unknown } | null | undefined)?.statusCode;
  return status === 400 && typeof said === 'number' && said > 400 && said < 600 ? said : status;
}

function kindOf(text: string | undefined, headers: HttpResponse['headers']): string {
  if (text === undefined) return `more than ${MAX_ANSWER_BYTES} bytes, which were not read`;
  if (text === '') return 'an empty body';
  const type = (headers['content-type'] ?? 'no content type').split(';')[0];
  return `something other than the JSON it documents (${type}, ${text.length} characters)`;
}
