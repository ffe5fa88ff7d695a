import { parseJson, readBody } from '../../src/api/transport/body.ts';
import type { Transport } from '../../src/api/transport/types.ts';

/** One request as it left, and what came back, unparsed by the server. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: unknown;
}

/** Passes requests on and keeps them. */
export function recording(send: Transport): { transport: Transport; taken(): Exchange[] } {
  let kept: Exchange[] = [];
  return {
    transport: async (request) => {
      const answer = await send(request);
      const text = (await readBody(answer)) ?? '';
      const { status, headers } = answer;
      const { method, url, body } = request;
      kept.push({
        method,
        url: new URL(url),
        body: body && JSON.parse(body),
        status,
        headers,
        answer: parseJson(text),
      });
      return { status, headers, body: once(text) };
    },
    taken() {
      const taken = kept;
      kept = [];
      return taken;
    },
  };
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** Whether an exchange is the route's own, and not a look before or after a write. */
export const goesTo = (route: string) => {
  const pattern = new RegExp(`^${route.replace(/\{\w+\}/g, '[\\w-]+')}$`);
  return ({ method, url }: Exchange): boolean => pattern.test(`${method} ${url.pathname}`);
};
