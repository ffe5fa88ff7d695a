import { verify } from 'node:crypto';
import type { SandboxOptions, WebhookOptions } from '../../../src/sandbox/index.ts';
import { type Json, NOON, openSandbox } from '../api.ts';

export interface Received {
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
}

/**
 * A sandbox whose webhooks a function receives, at a time that only `advance` moves.
 * `answer` gives the status of the nth delivery, counted from 1, or throws.
 */
export function openReceiver(
  answer: (nth: number, body: Json) => number = () => 200,
  { webhooks = {}, ...options }: Omit<SandboxOptions, 'webhooks'> & { webhooks?: WebhookOptions } = {},
) {
  const received: Received[] = [];
  const deliver = async (request: Request) => {
    const text = await request.text();
    const body = JSON.parse(text);
    received.push({ headers: request.headers, text, body });
    return { status: answer(received.length, body) };
  };
  const api = openSandbox({ now: () => NOON, ...options, webhooks: { deliver, ...webhooks } });
  const { sandbox } = api;
  const control = (path: string, body?: object) =>
    sandbox.fetch(
      new Request(`http://sandbox.test/__sandbox/${path}`, body && { method: 'POST', body: JSON.stringify(body) }),
    );
  return {
    ...api,
    received,
    types: () => received.map(({ body }) => body.type as string),
    settled: () => sandbox.webhooks.deliver(),
    control,
    record: async (): Promise<Json> => (await control('webhooks')).json(),
    /** Advances the clock, and waits for what that delivers. */
    advance: async (advanceMs: number) => void (await control('clock', { advanceMs })),
  };
}

export const isSigned = ({ text, headers }: Received, header: string, publicKey: string): boolean =>
  verify(
    header === 'X-WH-Signature' ? 'sha256' : null,
    Buffer.from(text),
    publicKey,
    Buffer.from(headers.get(header) ?? '', 'base64'),
  );
