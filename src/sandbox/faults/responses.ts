import { gzipSync } from 'node:zlib';
import type { Fault } from './fault.ts';

type Wait = (ms: number) => Promise<void>;

/** A broken connection, as a caller of the sandbox's fetch sees it; over HTTP the socket is destroyed instead. */
export class ConnectionResetError extends Error {
  readonly code = 'ECONNRESET';
}

const HTML_PAGE = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';
const HUGE_BYTES = 12_000_000;
/** A slow body is sent in this many chunks, one per interval. */
const SLOW_CHUNKS = 60;
const SLOW_CHUNK_INTERVAL_MS = 10_000;

/** The response that a fault puts in place of the real one. */
export function faultResponse({ status = 200, body = {}, headers = {} }: Fault): Response {
  const isText = typeof body === 'string';
  const type = isText ? 'text/html' : 'application/json';
  return new Response(isText ? body : JSON.stringify(body), { status, headers: { 'content-type': type, ...headers } });
}

/** Never resolves; rejects when the client aborts. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new ConnectionResetError('the client aborted the request'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** The real response with its body corrupted. */
export async function corruptedResponse(
  real: Response,
  corruption: NonNullable<Fault['answer']>,
  wait: Wait,
): Promise<Response> {
  const text = await real.text();
  const headers = new Headers(real.headers);
  headers.delete('content-length');
  const withBody = (body: string | Uint8Array<ArrayBuffer> | ReadableStream | null) =>
    new Response(body, { status: real.status, headers });
  switch (corruption) {
    case 'cut JSON':
      return withBody(text.slice(0, text.length / 2));
    case 'html':
      headers.set('content-type', 'text/html');
      return withBody(HTML_PAGE);
    case 'empty':
      return withBody(null);
    case 'huge':
      return withBody(JSON.stringify({ filler: 'x'.repeat(HUGE_BYTES) }));
    case 'gzip':
      headers.set('content-encoding', 'gzip');
      return withBody(new Uint8Array(gzipSync(text)));
    case 'too short':
      return withBody(truncatedStream(text));
    case 'slow':
      return withBody(slowStream(text, wait));
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Half a body, then the connection breaks. */
const truncatedStream = (text: string) =>
  new ReadableStream({
    start(stream) {
      stream.enqueue(encode(text.slice(0, text.length / 2)));
      queueMicrotask(() => stream.error(new ConnectionResetError('the connection was cut')));
    },
  });

function slowStream(text: string, wait: Wait): ReadableStream {
  const bytes = encode(text);
  const size = Math.ceil(bytes.length / SLOW_CHUNKS);
  let sent = 0;
  let cancelled = false;
  return new ReadableStream({
    async pull(stream) {
      if (sent > 0) await wait(SLOW_CHUNK_INTERVAL_MS);
      if (cancelled) return;
      stream.enqueue(bytes.slice(sent, sent + size));
      sent += size;
      if (sent >= bytes.length) stream.close();
    },
    cancel() {
      cancelled = true;
    },
  });
}
