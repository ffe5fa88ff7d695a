import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { fetchTransport } from '../../src/api/transport/index.ts';
import type { Json } from '../../src/lib/json.ts';

import type { Sandbox } from '../../src/sandbox/index.ts';
import { type HandClock, handClock } from '../api/steady-clock.ts';
import { type Connected, connect, find, type Options } from '../connect.ts';
import { HELLO, rpc, start } from '../program.ts';

const ALL = 'ghl://contacts';
const SEARCH = 'POST /contacts/search';
/** Iterations of the event loop after which all work in memory is done. */
const TURNS = 20;
const STEP_MS = 5_000;

/** A host that records its notifications, and writes of other people in the same CRM. */
async function subscribedHost(options: Options & { clock?: HandClock } = {}) {
  const clock = options.clock ?? handClock();
  const host = await connect({ timers: clock, ...options });
  const uris: string[] = [];
  host.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void uris.push(params.uri));
  const workDone = async () => {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...host,
    clock,
    subscribe: (...uris: string[]) => Promise.all(uris.map((uri) => host.client.subscribeResource({ uri }))),
    /** URIs of the notifications since the last call, sorted. */
    async notified() {
      await workDone();
      return uris.splice(0).sort();
    },
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= STEP_MS) {
        await clock.advance(Math.min(left, STEP_MS));
        await workDone();
      }
    },
    polls: async () => (await host.sent()).filter((line) => line.startsWith(SEARCH)).length,
    /** A write of another client. */
    others: (method: string, path: string, body: Json) => write(host.sandbox, method, path, body),
  };
}

async function write({ fetch, token, locationId }: Sandbox, method: string, path: string, body: Json): Promise<Json> {
  const answer = await fetch(
    new Request(`http://sandbox.invalid${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, version: '2021-07-28', 'content-type': 'application/json' },
      body: JSON.stringify(method === 'POST' ? { locationId, ...body } : body),
    }),
  );
  expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  return (await answer.json()) as Json;
}

const uriOf = (id: string, part = '') => `${ALL}/${id}${part}`;
const idOf = async (call: Connected['call'], words: string) => (await find(call, words)).id;

describe('writes of this server', () => {
  test('are notified at once, for every subscribed resource of that contact and for the collection', async () => {
    const { call, subscribe, notified } = await subscribedHost();
    const [maria, ben] = [await idOf(call, 'maria'), await idOf(call, 'ben carter')];
    const parts = ['', '/tasks', '/notes', '/appointments', '/overview', '/timeline'];
    await subscribe(ALL, uriOf(ben), ...parts.map((part) => uriOf(maria, part)));
    await call('create_contact_note', { contactId: maria, body: 'Called.' });
    expect(await notified()).toEqual([ALL, ...parts.map((part) => uriOf(maria, part)).sort()]);
    await call('get_contact', { contactId: ben });
    expect(await notified()).toEqual([]);
  });

  test.each<[string, (ids: string[]) => Json]>([
    ['bulk_update_contact_tags', (contacts) => ({ type: 'add', contacts, tags: ['x'] })],
    ['bulk_assign_contact_business', (ids) => ({ ids, unlinkBusiness: true })],
    ['bulk_update_contacts', (contacts) => ({ contacts, addTags: ['x'] })],
    ['bulk_update_contacts', (contacts) => ({ contacts, set: { city: 'Evanston' } })],
  ])('%s notifies of each contact it changed', async (tool, args) => {
    const { call, subscribe, notified } = await subscribedHost();
    const ids = [await idOf(call, 'maria'), await idOf(call, 'ben carter')];
    const untouched = await idOf(call, 'ruth');
    await subscribe(...ids.map((id) => uriOf(id)), uriOf(untouched));
    await call(tool, args(ids));
    expect(await notified()).toEqual(ids.map((id) => uriOf(id)).sort());
  });

  test('are notified when a composite tool makes them', async () => {
    const { call, subscribe, notified } = await subscribedHost();
    const maria = await idOf(call, 'maria');
    await subscribe(uriOf(maria), uriOf(maria, '/tasks'));
    const tasks = [{ title: 'Call', dueDate: '2026-12-01T09:00:00Z' }];
    await call('onboard_contact', { email: 'maria.lopez@northshoremed.example', tasks });
    expect(await notified()).toEqual([uriOf(maria), uriOf(maria, '/tasks')]);
  });

  test('that create or upsert a contact are notified for the collection and its pages', async () => {
    const { client, call, subscribe, notified, pass } = await subscribedHost();
    const { contents } = await client.readResource({ uri: ALL });
    const { nextUri } = JSON.parse((contents[0] as { text: string }).text) as { nextUri: string };
    await subscribe(ALL, nextUri);
    await call('create_contact', { firstName: 'Nora', email: 'nora@example.com' });
    expect(await notified()).toEqual([ALL, nextUri]);
    await pass(STEP_MS);
    await call('upsert_contact', { email: 'nora@example.com', city: 'Austin' });
    expect(await notified()).toEqual([ALL, nextUri]);
  });

  test('in quick succession are notified at once, and once more at the end', async () => {
    const { call, subscribe, notified, clock } = await subscribedHost();
    const maria = await idOf(call, 'maria');
    await subscribe(uriOf(maria));
    for (const tag of ['a', 'b', 'c', 'd']) await call('add_contact_tags', { contactId: maria, tags: [tag] });
    expect(await notified()).toEqual([uriOf(maria)]);
    await clock.advance(1_000);
    expect(await notified()).toEqual([uriOf(maria)]);
    await clock.advance(10_000);
    expect(await notified()).toEqual([]);
  });

  test('that were refused are not notified; those with unknown outcome are', async () => {
    const { call, refused, subscribe, notified, sandbox, clock } = await subscribedHost();
    const maria = await idOf(call, 'maria');
    await subscribe(uriOf(maria));
    await refused('update_contact_task', { contactId: maria, taskId: 'seD4PfOuKoVMLkEZqohJ', title: 'x' });
    expect(await notified()).toEqual([]);
    const cut = { connection: 'cut', strikes: 'after' } as const;
    sandbox.setFaults([
      { route: 'POST /contacts/{contactId}/notes', fault: cut },
      { route: 'GET /contacts/{contactId}/notes', fault: { status: 403 } },
    ]);
    const answer = refused('create_contact_note', { contactId: maria, body: 'Perhaps.' });
    await clock.advance(60_000);
    expect(await answer).toContain('is not known');
    expect(await notified()).toEqual([uriOf(maria)]);
  });

  test('are visible to a read that follows the notification', async () => {
    const { client, call, subscribe } = await subscribedHost();
    const contactId = await idOf(call, 'maria');
    const uri = uriOf(contactId);
    await client.readResource({ uri });
    await subscribe(uri);
    const reread = new Promise<string>((resolve) =>
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, async () =>
        resolve(JSON.stringify(await client.readResource({ uri }))),
      ),
    );
    await call('update_contact', { contactId, city: 'Evanston' });
    expect(await reread).toContain('Evanston');
  });
});

describe('changes of others', () => {
  test('are found by one search for all subscriptions, and notified only for their contacts', async () => {
    const { call, subscribe, notified, others, pass, polls, sent } = await subscribedHost();
    const [maria, ben, ruth] = [await idOf(call, 'maria'), await idOf(call, 'ben carter'), await idOf(call, 'ruth')];
    await others('PUT', `/contacts/${ruth}`, { city: 'Before' });
    await pass(STEP_MS);
    await sent();
    await subscribe(ALL, ...[maria, ben, ruth].flatMap((id) => [uriOf(id), uriOf(id, '/overview')]));
    expect(await sent()).toEqual([]);
    await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
    await pass(25_000);
    expect([await notified(), await polls()]).toEqual([[], 0]);
    await pass(5_000);
    expect(await notified()).toEqual([ALL, uriOf(maria), uriOf(maria, '/overview')].sort());
    expect(await polls()).toBe(1);
    await pass(30_000);
    expect([await notified(), await polls()]).toEqual([[], 1]);
  });

  test('are polled for at growing intervals while nothing changes, and at the shortest after a change', async () => {
    const { call, subscribe, notified, others, pass, polls } = await subscribedHost();
    const maria = await idOf(call, 'maria');
    await polls();
    await subscribe(uriOf(maria), uriOf(maria, '/tasks'));
    const pollsIn = async (ms: number) => {
      await pass(ms - STEP_MS);
      const early = await polls();
      await pass(STEP_MS);
      return [early, await polls()];
    };
    for (const ms of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) expect(await pollsIn(ms)).toEqual([0, 1]);
    await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
    expect(await pollsIn(300_000)).toEqual([0, 1]);
    expect(await notified()).toEqual([uriOf(maria), uriOf(maria, '/tasks')]);
    for (const ms of [30_000, 60_000]) expect(await pollsIn(ms)).toEqual([0, 1]);
  });

  test('are polled for soon after a new subscription', async () => {
    const { call, subscribe, pass, polls } = await subscribedHost();
    const [maria, ben] = [await idOf(call, 'maria'), await idOf(call, 'ben carter')];
    await subscribe(uriOf(maria));
    await pass(210_000);
    expect(await polls()).toBeGreaterThan(0);
    await subscribe(uriOf(ben));
    await pass(30_000);
    expect(await polls()).toBe(1);
  });

  test('include new contacts and changes that the index shows late', async () => {
    const { call, subscribe, notified, others, pass } = await subscribedHost({ sandbox: { indexDelayMs: 100_000 } });
    const maria = await idOf(call, 'maria');
    await subscribe(ALL, uriOf(maria));
    await pass(20_000);
    await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
    await others('POST', '/contacts/', { firstName: 'Nora' });
    await pass(70_000);
    expect(await notified()).toEqual([]);
    await pass(240_000);
    expect([...new Set(await notified())]).toEqual([ALL, uriOf(maria)]);
    await pass(600_000);
    expect(await notified()).toEqual([]);
  });

  test('are all notified, also when one search does not show them all', async () => {
    const { call, subscribe, notified, others, pass, polls, clock } = await subscribedHost();
    const ids = [];
    for (let n = 0; n < 130; n += 1)
      ids.push(((await others('POST', '/contacts/', { firstName: `N${n}` })).contact as { id: string }).id);
    await idOf(call, 'maria');
    await pass(200_000);
    await polls();
    const last = ids.slice(-20);
    await subscribe(...last.map((id) => uriOf(id)));
    for (const id of ids) {
      await clock.advance(1);
      await others('PUT', `/contacts/${id}`, { city: 'Evanston' });
    }
    await pass(30_000);
    expect([await notified(), await polls()]).toEqual([[], 1]);
    await pass(30_000);
    expect([await notified(), await polls()]).toEqual([last.map((id) => uriOf(id)).sort(), 1]);
  });

  test('are not missed when HighLevel’s clock is far behind', async () => {
    const clock = handClock();
    const theirs = () => clock.now() - 600_000;
    let box: Sandbox | undefined;
    const { others, pass, subscribe, notified, sandbox } = await subscribedHost({
      clock,
      sandbox: { now: theirs },
      api: {
        transport: async (request) => {
          const answer = await fetchTransport(async (sent) => (box as Sandbox).fetch(sent))(request);
          return { ...answer, headers: { ...answer.headers, date: new Date(theirs()).toUTCString() } };
        },
      },
    });
    box = sandbox;
    await subscribe(ALL);
    await pass(10_000);
    await others('POST', '/contacts/', { firstName: 'Nora' });
    await pass(60_000);
    expect(await notified()).toEqual([ALL]);
  });
});

describe('polling ends', () => {
  test('with the last unsubscription, and starts with the first subscription', async () => {
    const { client, call, subscribe, notified, others, pass, polls } = await subscribedHost();
    const maria = await idOf(call, 'maria');
    await polls();
    await pass(600_000);
    expect(await polls()).toBe(0);
    await subscribe(uriOf(maria), ALL);
    await client.unsubscribeResource({ uri: ALL });
    await pass(30_000);
    expect(await polls()).toBe(1);
    await client.unsubscribeResource({ uri: uriOf(maria) });
    await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
    await call('add_contact_tags', { contactId: maria, tags: ['x'] });
    await pass(900_000);
    expect([await notified(), await polls()]).toEqual([[], 0]);
    await subscribe(uriOf(maria));
    await pass(30_000);
    expect([await notified(), await polls()]).toEqual([[], 1]);
  });

  test('when the transport closes', async () => {
    const { client, subscribe, pass, polls } = await subscribedHost();
    await subscribe(ALL);
    await pass(30_000);
    expect(await polls()).toBe(1);
    await client.close();
    await pass(900_000);
    expect(await polls()).toBe(0);
  });

  test('with the process, which a subscription does not keep running', async () => {
    const program = start(['--sandbox']);
    program.send(HELLO);
    await program.answer(1);
    program.send(rpc(2, 'resources/subscribe', { uri: ALL }));
    expect((await program.answer(2)).result).toEqual({});
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
  });
});

test('a failing poll is logged, polls become less frequent, and the change is notified later', async () => {
  const lines: string[] = [];
  const log = (level: string, message: string) => void (level === 'warn' && lines.push(message));
  const { call, subscribe, notified, others, pass, polls, sandbox } = await subscribedHost({ log });
  const maria = await idOf(call, 'maria');
  await polls();
  await subscribe(uriOf(maria));
  await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
  sandbox.setFaults([{ route: SEARCH, fault: { status: 403 } }]);
  await pass(90_000);
  expect([await notified(), await polls(), lines]).toEqual([[], 2, Array(2).fill('polling for changes failed')]);
  sandbox.setFaults([]);
  await pass(115_000);
  expect([await notified(), await polls()]).toEqual([[], 0]);
  await pass(5_000);
  expect([await notified(), await polls()]).toEqual([[uriOf(maria)], 1]);
});

describe('refused subscriptions', () => {
  test.each([
    ['ghl://people', -32002],
    ['ghl://contacts/abc/files', -32002],
    ['ghl://contacts/../users', -32002],
    ['ghl://contacts?query=maria', -32002],
    ['ghl://status', -32602],
  ])('%s is rejected with %d', async (uri, code) => {
    const { client, pass, sent } = await subscribedHost();
    await expect(client.subscribeResource({ uri })).rejects.toMatchObject({ code });
    await pass(60_000);
    expect(await sent()).toEqual([]);
  });

  test('a contact, if contacts may not be read', async () => {
    const { client, pass, sent } = await subscribedHost({ scopes: ['contacts.write'] });
    await expect(client.subscribeResource({ uri: ALL })).rejects.toThrow('needs the scope contacts.readonly');
    await pass(60_000);
    expect(await sent()).toEqual([]);
  });
});
