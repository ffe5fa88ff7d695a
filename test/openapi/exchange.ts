import { parseJson, readBody } from '../../src/api/transport/body.ts';
import type { Transport } from '../../src/api/transport/types.ts';

/** One request and its response, before the server interprets it. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: unknown;
}

/** Sends requests through `send` and records each exchange. */
export function recordExchanges(send: Transport): { transport: Transport; takeExchanges(): Exchange[] } {
  let exchanges: Exchange[] = [];
  return {
    transport: async (request) => {
      const answer = await send(request);
      const text = (await readBody(answer)) ?? '';
      const { status, headers } = answer;
      const { method, url, body } = request;
      exchanges.push({
        method,
        url: new URL(url),
        body: body && JSON.parse(body),
        status,
        headers,
        answer: parseJson(text),
      });
      return { status, headers, body: once(text) };
    },
    takeExchanges() {
      const recorded = exchanges;
      exchanges = [];
      return recorded;
    },
  };
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** True for requests of this route, false for reads before or after a write. */
export const matchesRoute = (route: string) => {
  const pattern = new RegExp(`^${route.replace(/\{\w+\}/g, '[\\w-]+')}$`);
  return ({ method, url }: Exchange): boolean => pattern.test(`${method} ${url.pathname}`);
};
