import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ConnectionResetError } from './faults/responses.ts';
import type { Sandbox } from './options.ts';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on the loopback interface only. Port 0 selects a free port. */
export function serveSandbox(sandbox: Pick<Sandbox, 'fetch'>, port = 0): Promise<Served> {
  return new Promise((resolve, reject) => {
    const server = createServer((incoming, outgoing) => void respond(sandbox, incoming, outgoing));
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${actual}`, close });
    });
    function close() {
      return new Promise<void>((resolveClose) => {
        server.close(() => resolveClose());
        server.closeAllConnections();
      });
    }
  });
}

/** Answers 500 if the sandbox fails, and destroys the connection where a fault breaks it, also in the middle of a body. */
async function respond(
  sandbox: Pick<Sandbox, 'fetch'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const closed = new AbortController();
  outgoing.once('close', () => closed.abort());
  try {
    const { status, headers, body } = await sandbox.fetch(await toRequest(incoming, closed.signal));
    outgoing.writeHead(status, Object.fromEntries(headers));
    if (body) await pipeline(body, outgoing);
    else outgoing.end();
  } catch (error) {
    if (error instanceof ConnectionResetError || outgoing.headersSent) incoming.socket.destroy();
    else outgoing.writeHead(500).end();
  }
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = 'GET', url = '/', headersDistinct } = incoming;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value);
  const body = method === 'GET' || method === 'HEAD' ? null : await buffer(incoming);
  return new Request(`http://${headers.get('host')}${url}`, { method, headers, body, signal });
}
