import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Recorder {
  readonly url: string;
  /** The JSON body of each request, as it was received. */
  readonly bodies: readonly unknown[];
  close(): void;
}

/** A model provider on 127.0.0.1 that gives every request the same answer, and records what the requests contain. */
export async function recordRequests(answer: object): Promise<Recorder> {
  const bodies: unknown[] = [];
  const record = async (request: IncomingMessage): Promise<void> => void bodies.push(JSON.parse(await text(request)));
  const server = createServer((request, response) => {
    void record(request).then(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
