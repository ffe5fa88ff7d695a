import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../lib/log.ts';
import type { Timers } from '../../lib/scheduler.ts';
import type { Receiver, Reply } from './receiver.ts';

/** Bytes of a delivery: a contact with all its fields has some ten thousand. */
const MAX_BYTES = 1_000_000;
/** Deliveries that may arrive at once, and that are added each second. */
const BURST = 1_000;
const PER_SECOND = 200;
/** ms until a connection that sends nothing, or slowly, is closed. */
const REQUEST_MS = 15_000;
const CHECK_MS = 5_000;
const MAX_CONNECTIONS = 500;

export interface HttpOptions {
  readonly receiver: Pick<Receiver, 'receive'>;
  readonly port: number;
  readonly host: string;
  readonly timers: Timers;
  readonly log: Log;
}

export interface ServedWebhooks {
  readonly url: string;
  /** Resolves when the deliveries in flight are answered. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Takes deliveries at `POST /` and `POST /webhooks`; `GET /health` answers 200 while it runs. Port 0 selects a free port. */
export function serveWebhooks({ receiver, port, host, timers, log }: HttpOptions): Promise<ServedWebhooks> {
  const isWithinRate = rateLimit(timers);
  const times = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS };
  const server = createServer(times, (request, response) => {
    void answerTo(request, receiver, isWithinRate)
      .catch((error: unknown) => {
        log('error', 'webhooks', { error: (error as Error).message });
        return failure(500, 'internal', 'The delivery could not be checked. Deliver it again later.');
      })
      .then((answer) => send(response, answer));
  });
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve({ url: urlOf(server), close: () => closeServer(server) }));
  });
}

async function answerTo(
  request: IncomingMessage,
  receiver: Pick<Receiver, 'receive'>,
  isWithinRate: () => boolean,
): Promise<Answer> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  if (path === '/health' && request.method === 'GET') return { status: 200, body: { status: 'ok' } };
  if (path !== '/' && path !== '/webhooks') return failure(404, 'notFound', 'Deliver to / or /webhooks.');
  if (request.method !== 'POST') return failure(405, 'method', 'Deliver with POST.');
  if (!isWithinRate())
    return { ...failure(429, 'rateLimited', 'Too many deliveries.'), headers: { 'retry-after': '1' } };
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return failure(415, 'encoding', 'Deliver without a content encoding.');
  const body = await readBody(request);
  if (!body) return failure(413, 'tooLarge', `A delivery has at most ${MAX_BYTES} bytes.`);
  return toAnswer(await receiver.receive(body, request.headers));
}

const toAnswer = (reply: Reply): Answer =>
  reply.status === 200
    ? { status: 200, body: { outcome: reply.outcome } }
    : failure(reply.status, reply.kind, reply.message);

const failure = (status: number, kind: string, message: string): Answer => ({
  status,
  body: { error: { kind, message } },
});

/** Undefined if it is too large: what remains of it is not read. @throws if the connection ends before the body does */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  // A body that was not read to its end leaves the connection unusable.
  const close = status === 413 || status === 415 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...close, ...headers });
  response.end(JSON.stringify(body));
}

/** A bucket of `BURST`, filled by `PER_SECOND`. */
function rateLimit(timers: Timers): () => boolean {
  let [left, at] = [BURST, timers.now()];
  return () => {
    const now = timers.now();
    left = Math.min(BURST, left + ((now - at) / 1_000) * PER_SECOND);
    at = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
