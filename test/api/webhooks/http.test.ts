import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ServedWebhooks, serveWebhooks } from '../../../src/api/webhooks/http.ts';
import { silent } from '../../../src/lib/log.ts';
import { createWorld, delivery, noteCreated } from './world.ts';

async function serve() {
  const world = await createWorld();
  const { receiver, clock } = world;
  const served: ServedWebhooks = await serveWebhooks({
    receiver,
    port: 0,
    host: '127.0.0.1',
    timers: clock,
    log: silent,
  });
  onTestFinished(() => served.close());
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${served.url}${path}`, { method: 'POST', body, headers });
  const kindOf = async (answer: Response) => [
    answer.status,
    ((await answer.json()) as { error?: { kind: string } }).error?.kind,
  ];
  return { ...world, served, post, kindOf };
}

describe('the receiver over HTTP', () => {
  test.each(['/', '/webhooks', '/webhooks?from=highlevel'])('takes deliveries at %s', async (path) => {
    const { post, clock, stored } = await serve();
    const { body, headers } = delivery(noteCreated(clock));
    const answer = await post(path, new Uint8Array(body), headers);
    expect([answer.status, await answer.json()]).toEqual([200, { outcome: 'stored' }]);
    expect((await stored()).events).toHaveLength(1);
  });

  test('answers a monitor, and refuses other methods and paths', async () => {
    const { served, post, kindOf } = await serve();
    expect((await fetch(`${served.url}/health`)).status).toBe(200);
    expect(await kindOf(await fetch(served.url))).toEqual([405, 'method']);
    expect(await kindOf(await post('/other', ''))).toEqual([404, 'notFound']);
  });

  test('refuses what is too large, encoded or unsigned, and goes on', async () => {
    const { post, kindOf, clock } = await serve();
    expect(await kindOf(await post('/', new Uint8Array(1_000_001)))).toEqual([413, 'tooLarge']);
    const chunks = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
    });
    const streamed = await fetch(`${(await serve()).served.url}/`, {
      method: 'POST',
      body: chunks,
      duplex: 'half',
    } as RequestInit).then(kindOf, () => [413, 'tooLarge']);
    expect(streamed).toEqual([413, 'tooLarge']);
    expect(await kindOf(await post('/', '{}', { 'content-encoding': 'gzip' }))).toEqual([415, 'encoding']);
    expect(await kindOf(await post('/', '{}'))).toEqual([401, 'signature']);
    const { body, headers } = delivery(noteCreated(clock));
    expect((await post('/', new Uint8Array(body), headers)).status).toBe(200);
  });

  test('a flood is answered 429 until the rate allows more; nothing of it is acknowledged', async () => {
    const { post, kindOf, clock } = await serve();
    for (let i = 0; i < 1_000; i += 50)
      await Promise.all(Array.from({ length: 50 }, () => post('/', '{}').then((answer) => answer.arrayBuffer())));
    const refused = await post('/', '{}');
    expect([refused.headers.get('retry-after'), await kindOf(refused)]).toEqual(['1', [429, 'rateLimited']]);
    clock.move(1_000);
    expect(await kindOf(await post('/', '{}'))).toEqual([401, 'signature']);
  });

  test('a connection that ends in the middle of a delivery disturbs nobody', async () => {
    const { served, post, clock, stored } = await serve();
    const socket = connectSocket(Number(new URL(served.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 500\r\n\r\n{"type":');
    socket.destroy();
    const { body, headers } = delivery(noteCreated(clock));
    expect((await post('/', new Uint8Array(body), headers)).status).toBe(200);
    expect((await stored()).events).toHaveLength(1);
  });
});
