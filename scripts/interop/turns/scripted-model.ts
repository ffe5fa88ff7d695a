import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Step, WireFormat } from './wire-formats.ts';

export interface ScriptedModel {
  readonly url: string;
  /** The result of each step, as the model read it. */
  readonly results: () => readonly string[];
  close(): void;
}

const END: Step = { text: 'Done.' };

/**
 * A model provider on 127.0.0.1 whose model calls one tool after another. The request says how many results there are, so
 * requests outside of the turn, such as for a title, disturb nothing.
 */
export async function startScriptedModel(format: WireFormat, steps: readonly Step[]): Promise<ScriptedModel> {
  let results: readonly string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const known = format.results(body === '' ? {} : JSON.parse(body));
    if (known.length > results.length) results = known;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of format.events(steps[known.length] ?? END)) {
      response.write(`${'type' in event ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`);
    }
    response.end(format.end === undefined ? '' : `data: ${format.end}\n\n`);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    results: () => results,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
