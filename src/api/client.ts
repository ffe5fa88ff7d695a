import { type Endpoint, type Json, type Scope, toRequest } from '../endpoint.ts';
import { ApiError, UserError } from '../errors.ts';
import { missingScope } from '../gate.ts';
import type { Log } from '../log.ts';
import { refusal } from '../refusals.ts';
import { parseJson, readBody } from './body.ts';
import type { TokenSource } from './credential.ts';
import type { HttpAnswer, Transport } from './transport.ts';

/** The dated API version every record was written for; records name their own where it differs. */
export const API_VERSION = '2021-07-28';

/** Bytes of a request body; the API's frame refuses more by default. */
const MAX_REQUEST_BYTES = 100_000;

export interface Api {
  /**
   * Sends one endpoint's request and gives its parsed answer.
   * @throws UserError with a sentence for the model: scope missing, signed out, refused, unreachable, out of time
   */
  call(endpoint: Endpoint, args: Json, options?: { signal?: AbortSignal }): Promise<Json>;
}

export interface ApiOptions {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly credential: TokenSource;
  readonly scopes: readonly Scope[];
  /** ms for one call, all of it. */
  readonly timeoutMs: number;
  readonly log: Log;
}

export function createApi(options: ApiOptions): Api {
  return {
    async call(endpoint, args, { signal } = {}) {
      if (!options.scopes.includes(endpoint.scope)) throw new UserError(missingScope(endpoint.name, endpoint.scope));
      const { token, locationId } = await options.credential();
      const request = toRequest(endpoint, args, locationId);
      const body = request.body && JSON.stringify(request.body);
      if (body && Buffer.byteLength(body) > MAX_REQUEST_BYTES)
        throw new UserError(
          `These arguments come to ${Buffer.byteLength(body)} bytes; one call may send ${MAX_REQUEST_BYTES}. Nothing was sent; shorten or split them.`,
        );
      const headers: Record<string, string> = {
        authorization: `Bearer ${token}`,
        version: endpoint.version ?? API_VERSION,
        accept: 'application/json',
        'user-agent': 'ghl-contacts-mcp',
        ...(body ? { 'content-type': 'application/json' } : {}),
      };
      const budget = AbortSignal.timeout(options.timeoutMs);
      const send = { method: request.method, url: options.baseUrl + request.path, headers, ...(body ? { body } : {}) };
      const started = performance.now();
      const { answer, text } = await exchange(endpoint, options, budget, signal, send);
      options.log('debug', 'request', {
        tool: endpoint.name,
        status: answer.status,
        ms: Math.round(performance.now() - started),
      });
      return parse(endpoint, answer, text, { locationId, ids: args });
    },
  };
}

/** Sends and reads within the budget; a failure on the way becomes a sentence. */
async function exchange(
  endpoint: Endpoint,
  { transport, timeoutMs }: ApiOptions,
  budget: AbortSignal,
  cancel: AbortSignal | undefined,
  request: { method: string; url: string; headers: Record<string, string>; body?: string },
): Promise<{ answer: HttpAnswer; text: string }> {
  try {
    const answer = await transport({ ...request, signal: cancel ? AbortSignal.any([budget, cancel]) : budget });
    return { answer, text: await readBody(answer) };
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (cancel?.aborted) throw new UserError('The call was cancelled.');
    if (!budget.aborted && !isNetworkFailure(error)) throw error;
    const what = budget.aborted
      ? `HighLevel did not answer within ${timeoutMs / 1000} s.`
      : `HighLevel could not be reached (${codeOf(error)}).`;
    throw new ApiError(`${what} ${afterwards(endpoint, error)}`, 0);
  }
}

/** A fault of ours must not pass for one of the network's. */
const isNetworkFailure = (error: unknown): error is { code: string } =>
  error instanceof Error && typeof (error as { code?: unknown }).code === 'string';

/** Failures that happen before a byte of the request is sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);
const codeOf = (error: unknown): string => (isNetworkFailure(error) ? error.code.replace(/[^\w ]/g, '') : 'no answer');

/** What a person must know after a call that got no answer. */
function afterwards(endpoint: Endpoint, error: unknown): string {
  if (endpoint.effect === 'read') return 'Try again in a minute.';
  if (NEVER_SENT.has(codeOf(error))) return 'Nothing was written. Try again in a minute.';
  return 'The write may have happened all the same: look at the contact before repeating it.';
}

function parse(
  endpoint: Endpoint,
  { status, headers }: HttpAnswer,
  text: string,
  context: { locationId: string; ids: Json },
): Json {
  const body = parseJson(text);
  const failed = status < 200 || status > 299;
  if (failed) throw refusal({ status, body: body ?? text, route: endpoint.route, scope: endpoint.scope, ...context });
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Json;
  const kind = headers['content-type']?.split(';')[0] ?? 'no content type';
  throw new ApiError(
    `HighLevel answered ${status} with something other than the JSON it documents (${kind}, ${text.length} characters). ${afterwards(endpoint, undefined)}`,
    status,
  );
}
