import type { Transport } from './types.ts';

/** Through undici, loaded on the first call: a start needs no HTTP. */
export function undiciTransport(): Transport {
  let opened: Promise<Transport> | undefined;
  return async (request) => {
    opened ??= import('./undici.ts').then(({ openPools }) => openPools());
    return (await opened)(request);
  };
}

/** Through anything shaped like `fetch`: the sandbox inside this process. */
export function fetchTransport(fetch: (request: Request) => Promise<Response>): Transport {
  return async ({ url, method, headers, body, signal }) => {
    const answer = await fetch(new Request(url, { method, headers, body: body ?? null, signal }));
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: chunks(answer) };
  };
}

async function* chunks(answer: Response): AsyncIterable<Uint8Array> {
  if (answer.body) for await (const chunk of answer.body) yield chunk;
}
