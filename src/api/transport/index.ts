import { linkSignals } from '../../lib/link-signals.ts';
import type { Transport } from './types.ts';

/** Through undici, which is loaded with the first request: a start needs no HTTP. */
export function undiciTransport(): Transport {
  let loading: Promise<Transport> | undefined;
  let send: Transport | undefined;
  return async (request) => {
    loading ??= import('./undici.ts').then(({ openPools }) => openPools());
    send ??= await loading;
    return await send(request);
  };
}

/** Through anything shaped like `fetch`: the sandbox inside this process. */
export function fetchTransport(fetch: (request: Request) => Promise<Response>): Transport {
  return async ({ url, method, headers, body, signal }) => {
    const abort = linkSignals(signal);
    const response = await fetch(new Request(url, { method, headers, body: body ?? null, signal: abort.signal }));
    return { status: response.status, headers: Object.fromEntries(response.headers), body: chunks(response) };
  };
}

async function* chunks({ body }: Response): AsyncIterable<Uint8Array> {
  if (body) for await (const chunk of body) yield chunk;
}
