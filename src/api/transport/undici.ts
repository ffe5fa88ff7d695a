import { type Dispatcher, Pool } from 'undici';
import { MAX_RESPONSE_BYTES } from './body.ts';
import type { HttpRequest, HttpResponse, Transport } from './types.ts';

/** Connections to one host; further requests wait. */
const CONNECTIONS = 32;

/** Pools of keep-alive connections, one for each origin. They follow no redirects, so the token is sent to no other origin. */
export function openPools(): Transport {
  const pools = new Map<string, Pool>();
  return (request) => {
    const path = request.url.indexOf('/', 'https://'.length);
    const origin = request.url.slice(0, path);
    let pool = pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, { connections: CONNECTIONS });
      pools.set(origin, pool);
    }
    return send(pool, request, request.url.slice(path));
  };
}

/** Past undici's `request`, whose streams take longer than all else that it does for a response of a few KB. */
function send(pool: Pool, { method, headers: sent, body, signal }: HttpRequest, path: string): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: HttpResponse['headers'] = {};
    const chunks: Uint8Array[] = [];
    let size = 0;
    const abort = () => {
      const reason = new Error('The request was cancelled.');
      controller?.abort(reason);
      reject(reason);
    };
    const end = () => {
      signal.removeEventListener('abort', abort);
      resolve({ status, headers, body: chunks });
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    pool.dispatch(
      { path, method: method as Dispatcher.HttpMethod, headers: sent, body: body ?? null },
      {
        onRequestStart(started) {
          controller = started;
          if (signal.aborted) abort();
        },
        onResponseStart(_, code, received) {
          status = code;
          headers = flatten(received);
        },
        onResponseData(_, chunk) {
          chunks.push(chunk);
          size += chunk.byteLength;
          if (size <= MAX_RESPONSE_BYTES) return;
          end();
          controller?.abort(new Error('The response is too long.'));
        },
        onResponseEnd: end,
        onResponseError(_, error) {
          signal.removeEventListener('abort', abort);
          reject(withCode(error));
        },
      },
    );
  });
}

/** undici 7.30 gives the errors of its HTTP parser no code, though they are failures of the network too. */
const withCode = (error: Error): Error =>
  error.name === 'HTTPParserError' ? Object.assign(error, { code: 'HPE_INVALID' }) : error;

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) flat[name] = String(headers[name]);
  return flat;
}
