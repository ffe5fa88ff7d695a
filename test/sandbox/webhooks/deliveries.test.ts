import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSandbox, serveSandbox } from '../../../src/sandbox/index.ts';
import { type Json, openSandbox } from '../api.ts';
import { isSigned, openReceiver } from './receiver.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

describe('a delivery', () => {
  test('is signed over its bytes with the key that the sandbox publishes', async () => {
    const { received, create, settled, control } = openReceiver();
    await create({ firstName: 'Zoë', lastName: '李' });
    await settled();
    const [delivery] = received;
    if (!delivery) throw new Error('nothing was delivered');
    const key = await (await control('webhook-key')).text();
    expect(key).toMatch(/^-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA/);
    expect(isSigned(delivery, 'X-GHL-Signature', key)).toBe(true);
    expect(isSigned({ ...delivery, text: `${delivery.text} ` }, 'X-GHL-Signature', key)).toBe(false);
    expect(delivery.headers.get('X-WH-Signature')).toBeNull();
  });

  test.each([
    ['ed25519 and rsa', [true, true]],
    ['rsa', [false, true]],
  ] as const)('webhookSignatures: %s', async (webhookSignatures, signed) => {
    const { received, create, settled, control } = openReceiver(undefined, { switches: { webhookSignatures } });
    await create({});
    await settled();
    const [delivery] = received;
    if (!delivery) throw new Error('nothing was delivered');
    const keys = await Promise.all(
      ['webhook-key', 'webhook-key/rsa'].map(async (path) => (await control(path)).text()),
    );
    const headers = ['X-GHL-Signature', 'X-WH-Signature'];
    expect(
      headers.map((header, at) => delivery.headers.has(header) && isSigned(delivery, header, keys[at] ?? '')),
    ).toEqual(signed);
  });

  test('is retried with growing delays until it is accepted, with the same bytes and ids', async () => {
    const { received, create, settled, record, advance } = openReceiver((nth) => (nth < 4 ? 503 : 200));
    await create({});
    await settled();
    expect(await record()).toMatchObject([{ outcome: 'pending', attempts: [{ status: 503 }] }]);
    await advance(DAY);
    const [event] = await record();
    expect(event.outcome).toBe('delivered');
    expect(event.attempts.map(({ status }: Json) => status)).toEqual([503, 503, 503, 200]);
    const times = event.attempts.map(({ at }: Json) => Date.parse(at));
    const delays = times.slice(1).map((time: number, at: number) => time - times[at]);
    expect(delays.toSorted((a: number, b: number) => a - b)).toEqual(delays);
    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    for (const header of ['deliveryId', 'X-GHL-Signature'])
      expect(new Set(received.map(({ headers }) => headers.get(header))).size).toBe(1);
    expect(received[0]?.headers.get('deliveryId')).toBe(event.deliveryId);
  });

  test.each([
    ['any failure', 503, 13],
    ['any failure', 302, 13],
    ['only 429', 429, 7],
    ['only 429', 503, 1],
  ] as const)(
    'webhookRetries: %s. A receiver that always answers %i gets %i attempts',
    async (policy, status, count) => {
      const { create, settled, record, advance } = openReceiver(() => status, { switches: { webhookRetries: policy } });
      await create({});
      await settled();
      await advance(30 * DAY);
      const [{ outcome, attempts }] = await record();
      expect([outcome, attempts.length]).toEqual(['failed', count]);
    },
  );

  test('without a response is retried', async () => {
    const { create, settled, record, advance } = openReceiver((nth) => {
      if (nth === 1) throw new Error('connect ECONNREFUSED');
      return 200;
    });
    await create({});
    await settled();
    await advance(MINUTE);
    expect(await record()).toMatchObject([
      { outcome: 'delivered', attempts: [{ error: 'connect ECONNREFUSED' }, { status: 200 }] },
    ]);
  });
});

describe('on demand', () => {
  async function writeMany(count: number, webhooks: object) {
    const api = openReceiver(undefined, { data: { contacts: [{ id: 'ann', firstName: 'Ann' }] }, webhooks });
    for (let at = 0; at < count; at += 1) await api.put('/contacts/ann', { lastName: `Lee ${at}` });
    await api.advance(10 * MINUTE);
    return api;
  }
  test('events are lost, doubled and delayed, about as often as asked, and the record says which', async () => {
    const { received, record } = await writeMany(500, { lost: 0.05, doubled: 0.1, delayed: 0.1 });
    const events: Json[] = await record();
    const lost = events.filter(({ outcome }) => outcome === 'lost');
    expect(Math.abs(lost.length - 25)).toBeLessThan(15);
    expect(lost.flatMap(({ attempts }) => attempts)).toEqual([]);
    const ids = received.map(({ body }) => body.webhookId);
    expect(Math.abs(ids.length - new Set(ids).size - 47)).toBeLessThan(20);
    expect(new Set(ids)).toEqual(
      new Set(events.filter(({ outcome }) => outcome === 'delivered').map(({ webhookId }) => webhookId)),
    );
    const inOrder = events.map(({ webhookId }) => webhookId).filter((id) => ids.includes(id));
    expect([...new Set(ids)]).not.toEqual(inOrder);
  });

  test('the same seed affects the same events, another one others', async () => {
    const lostWith = async (seed: number) => {
      const { record } = await writeMany(100, { lost: 0.1, seed });
      return ((await record()) as Json[]).flatMap(({ outcome }, at) => (outcome === 'lost' ? [at] : []));
    };
    const first = await lostWith(7);
    expect(await lostWith(7)).toEqual(first);
    expect(await lostWith(8)).not.toEqual(first);
  });

  test('delayed deliveries wait for the clock, and leave in the order in which they are due', async () => {
    const delays = { delayed: 1, delayMs: 5000 };
    const { sandbox, create, received, settled, record } = openReceiver(undefined, { webhooks: delays });
    for (let count = 0; count < 20; count += 1) await create({});
    await settled();
    expect(received).toHaveLength(0);
    sandbox.advance(2500);
    await vi.waitFor(() => expect(received.length).toBeGreaterThan(0));
    expect(received.length).toBeLessThan(20);
    sandbox.advance(2500);
    await settled();
    const dueAt = new Map(((await record()) as Json[]).map(({ webhookId, attempts }) => [webhookId, attempts[0].at]));
    const times = received.map(({ body }) => dueAt.get(body.webhookId));
    expect(times).toHaveLength(20);
    expect(times).toEqual(times.toSorted());
  });

  test('with a real clock, delayed deliveries leave by themselves', async () => {
    const delays = { delayed: 1, delayMs: 20 };
    const { create, received } = openReceiver(undefined, { now: Date.now, webhooks: delays });
    await create({});
    await vi.waitFor(() => expect(received).toHaveLength(1));
  });
});

describe('the control endpoint', () => {
  test('sets shares while the sandbox runs; reset restores the first ones and empties the record', async () => {
    const { control, create, settled, received, record } = openReceiver();
    await control('webhooks', { lost: 1 });
    await create({});
    await settled();
    expect([received.length, (await record())[0].outcome]).toEqual([0, 'lost']);
    await control('reset', {});
    expect(await record()).toEqual([]);
    await create({});
    await settled();
    expect(received).toHaveLength(1);
  });

  test.each([
    [{ url: 'http://example.com/hook' }, /^url must be an http URL of 127\.0\.0\.1 or localhost/],
    [{ url: 'http://127.0.0.1.example.com/' }, /^url must be/],
    [{ url: 'file:///etc/passwd' }, /^url must be/],
    [{ url: 'hook' }, /^url must be/],
    [{ lost: 1.5 }, /^lost must not be greater than 1/],
    [{ speed: 1 }, /^property speed should not exist/],
  ])('refuses %j', async (settings, message) => {
    const { control } = openReceiver();
    const response = await control('webhooks', settings);
    expect(response.status).toBe(422);
    expect(((await response.json()) as Json).message).toMatch(message);
  });

  test('without webhooks nothing is recorded; with settings but no URL nothing is sent', async () => {
    const { sandbox, create } = openSandbox();
    await create({});
    expect(sandbox.webhooks.events).toEqual([]);
    sandbox.webhooks.configure({});
    await create({});
    expect(sandbox.webhooks.events).toMatchObject([{ type: 'ContactCreate', outcome: 'unsent', attempts: [] }]);
  });
});

test('the record names the contact also where the event does not', async () => {
  const { post, settled, record } = openReceiver(undefined, { data: { contacts: [{ id: 'ann', firstName: 'Ann' }] } });
  const { task } = (await post('/contacts/ann/tasks', { title: 'Call', dueDate: '2026-06-01', completed: false })).body;
  await settled();
  const [event] = await record();
  expect(event).toMatchObject({ type: 'TaskCreate', contactId: 'ann', recordId: task.id });
  expect(JSON.parse(event.body)).not.toHaveProperty('contactId');
});

test('over HTTP, webhooks are sent in real time, and a redirect is not followed', async () => {
  const bodies: string[] = [];
  const receiver = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(bodies.length === 1 ? 307 : 200, { Location: '/elsewhere' }).end();
  }).listen(0, '127.0.0.1');
  await vi.waitFor(() => expect(receiver.listening).toBe(true));
  onTestFinished(() => void receiver.close());
  const sandbox = createSandbox();
  const { url, close } = await serveSandbox(sandbox);
  onTestFinished(close);
  const { port } = receiver.address() as AddressInfo;
  const post = (path: string, body: object) =>
    fetch(url + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${sandbox.token}`, Version: '2021-07-28' },
      body: JSON.stringify(body),
    });
  await post('/__sandbox/webhooks', { url: `http://127.0.0.1:${port}/hook` });
  for (const firstName of ['Ann', 'Ben']) {
    await post('/contacts/', { locationId: sandbox.locationId, firstName });
    await sandbox.webhooks.deliver();
  }
  const events: Json = await (await fetch(`${url}/__sandbox/webhooks`)).json();
  expect(events).toMatchObject([
    { outcome: 'pending', attempts: [{ status: 307 }] },
    { outcome: 'delivered', attempts: [{ status: 200 }] },
  ]);
  expect(bodies).toEqual(events.map(({ body }: Json) => body));
});
