import { fetchTransport } from '../src/api/transport/index.ts';
import type { HttpRequest, Transport } from '../src/api/transport/types.ts';
import { createSandbox, type Sandbox } from '../src/sandbox/index.ts';
import { type Connected, connect, NOW, type Options } from './connect.ts';

/** Changes an answer of HighLevel before the server reads it. */
export type Change = (answer: unknown, request: HttpRequest) => unknown;

/** Connects to a sandbox whose JSON answers are changed. */
export async function connectChanged(change: Change, options: Options = {}): Promise<Connected> {
  const sandbox: Sandbox = createSandbox({ now: options.timers?.now ?? (() => NOW), rate: 'off', ...options.sandbox });
  const send = fetchTransport(sandbox.fetch);
  const transport: Transport = async (request) => {
    const { status, headers, body } = await send(request);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { 'content-length': _, ...rest } = headers;
    return { status, headers: rest, body: once(changed(text, request)) };
  };
  function changed(text: string, request: HttpRequest): string {
    try {
      return JSON.stringify(change(JSON.parse(text), request));
    } catch {
      return text;
    }
  }
  return connect({ ...options, sandboxed: sandbox, api: { transport, ...options.api } });
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** A copy of a JSON value in which `change` replaces every value, inner ones first. */
export function mapped(value: unknown, change: (value: unknown, key: string) => unknown, key = ''): unknown {
  if (Array.isArray(value))
    return change(
      value.map((item) => mapped(item, change, key)),
      key,
    );
  if (typeof value !== 'object' || value === null) return change(value, key);
  return change(
    Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapped(inner, change, name)])),
    key,
  );
}

/** Collects every message that the server sends from now on. */
export function outgoing({ client }: Connected): unknown[] {
  const messages: unknown[] = [];
  const { transport } = client;
  const receive = transport?.onmessage;
  if (!transport || !receive) throw new Error('not connected');
  transport.onmessage = (message, extra) => {
    messages.push(message);
    receive(message, extra);
  };
  return messages;
}
