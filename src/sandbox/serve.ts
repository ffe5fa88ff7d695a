import type { AddressInfo } from 'node:net';
import { type Http2Bindings, type HttpBindings, serve } from '@hono/node-server';
import { ConnectionResetError } from './faults/responses.ts';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on the loopback interface only. Port 0 selects a free port. */
export function serveSandbox(sandbox: { fetch(request: Request): Promise<Response> }, port = 0): Promise<Served> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: respond, hostname: '127.0.0.1', port }, ready);
    server.once('error', reject);
    async function respond(request: Request, { incoming }: HttpBindings | Http2Bindings): Promise<Response> {
      try {
        return await sandbox.fetch(request);
      } catch (error) {
        if (!(error instanceof ConnectionResetError)) throw error;
        incoming.socket.destroy();
        return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
      }
    }
    function ready({ port: actual }: AddressInfo) {
      resolve({ url: `http://127.0.0.1:${actual}`, close });
    }
    function close() {
      return new Promise<void>((resolveClose) => {
        server.close(() => resolveClose());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    }
  });
}
