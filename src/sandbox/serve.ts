import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Loopback only: the sandbox has no secrets, and no business on a network. Port 0 takes any free one. */
export function serveSandbox(sandbox: { fetch(request: Request): Promise<Response> }, port = 0): Promise<Served> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: (request) => sandbox.fetch(request), hostname: '127.0.0.1', port }, ready);
    server.once('error', reject);
    function ready({ port: actual }: AddressInfo) {
      resolve({ url: `http://127.0.0.1:${actual}`, close });
    }
    function close() {
      return new Promise<void>((closed) => {
        server.close(() => closed());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    }
  });
}
