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
/** Turns of the event loop within which everything in memory is over. */
const TURNS = 20;
const STEP_MS = 5_000;

/** A host that notes what it is told of, and other people who work in the same CRM. */
async function office(options: Options & { clock?: HandClock } = {}) {
  const clock = options.clock ?? handClock();
  const host = await connect({ timers: clock, ...options });
  const told: string[] = [];
  host.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri));
  const settled = async () => {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...host,
    clock,
    subscribe: (...uris: string[]) => Promise.all(uris.map((uri) => host.client.subscribeResource({ uri }))),
    /** What it was told of since the last look, in order of name. */
    async told() {
      await settled();
      return told.splice(0).sort();
    },
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= STEP_MS) {
        await clock.advance(Math.min(left, STEP_MS));
        await settled();
      }
    },
    polls: async () => (await host.sent()).filter((line) => line.startsWith(SEARCH)).length,
    /** Somebody else's write. */
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

describe('own writes', () => {
  test('notify at once for each subscription to that contact and for the collection', async () => {
    const { call, subscribe, told } = await office();
    const [maria, ben] = [await idOf(call, 'maria'), await idOf(call, 'ben carter')];
    const parts = ['', '/tasks', '/notes', '/appointments', '/overview', '/timeline'];
    await subscribe(ALL, uriOf(ben), ...parts.map((part) => uriOf(maria, part)));
    await call('create_contact_note', { contactId: maria, body: 'Called.' });
    expect(await told()).toEqual([ALL, ...parts.map((part) => uriOf(maria, part)).sort()]);
    await call('get_contact', { contactId: ben });
    expect(await told()).toEqual([]);
  });

  test.each<[string, (ids: string[]) => Json]>([
    ['bulk_update_contact_tags', (contacts) => ({ type: 'add', contacts, tags: ['x'] })],
    ['bulk_assign_contact_business', (ids) => ({ ids, unlinkBusiness: true })],
    ['bulk_update_contacts', (contacts) => ({ contacts, addTags: ['x'] })],
    ['bulk_update_contacts', (contacts) => ({ contacts, set: { city: 'Evanston' } })],
  ])('%s notifies of each contact it changed', async (tool, args) => {
    const { call, subscribe, told } = await office();
    const ids = [await idOf(call, 'maria'), await idOf(call, 'ben carter')];
    const untouched = await idOf(call, 'ruth');
    await subscribe(...ids.map((id) => uriOf(id)), uriOf(untouched));
    await call(tool, args(ids));
    expect(await told()).toEqual(ids.map((id) => uriOf(id)).sort());
  });

  test('notify also inside composite tools', async () => {
    const { call, subscribe, told } = await office();
    const maria = await idOf(call, 'maria');
    await subscribe(uriOf(maria), uriOf(maria, '/tasks'));
    const tasks = [{ title: 'Call', dueDate: '2026-12-01T09:00:00Z' }];
    await call('onboard_contact', { email: 'maria.lopez@northshoremed.example', tasks });
    expect(await told()).toEqual([uriOf(maria), uriOf(maria, '/tasks')]);
  });

  test('that create or upsert a contact notify for the collection and its pages', async () => {
    const { client, call, subscribe, told, pass } = await office();
    const { contents } = await client.readResource({ uri: ALL });
    const { nextUri } = JSON.parse((contents[0] as { text: string }).text) as { nextUri: string };
    await subscribe(ALL, nextUri);
    await call('create_contact', { firstName: 'Nora', email: 'nora@example.com' });
    expect(await told()).toEqual([ALL, nextUri]);
    await pass(STEP_MS);
    await call('upsert_contact', { email: 'nora@example.com', city: 'Austin' });
    expect(await told()).toEqual([ALL, nextUri]);
  });

  test('in quick succession notify at once and again at their end', async () => {
    const { call, subscribe, told, clock } = await office();
    const maria = await idOf(call, 'maria');
    await subscribe(uriOf(maria));
    for (const tag of ['a', 'b', 'c', 'd']) await call('add_contact_tags', { contactId: maria, tags: [tag] });
    expect(await told()).toEqual([uriOf(maria)]);
    await clock.advance(1_000);
    expect(await told()).toEqual([uriOf(maria)]);
    await clock.advance(10_000);
    expect(await told()).toEqual([]);
  });

  test('that were rejected do not notify; those with an unknown outcome do', async () => {
    const { call, refused, subscribe, told, sandbox, clock } = await office();
    const maria = await idOf(call, 'maria');
    await subscribe(uriOf(maria));
    await refused('update_contact_task', { contactId: maria, taskId: 'seD4PfOuKoVMLkEZqohJ', title: 'x' });
    expect(await told()).toEqual([]);
    const cut = { connection: 'cut', strikes: 'after' } as const;
    sandbox.setFaults([
      { route: 'POST /contacts/{contactId}/notes', fault: cut },
      { route: 'GET /contacts/{contactId}/notes', fault: { status: 403 } },
    ]);
    const answer = refused('create_contact_note', { contactId: maria, body: 'Perhaps.' });
    await clock.advance(60_000);
    expect(await answer).toContain('is not known');
    expect(await told()).toEqual([uriOf(maria)]);
  });

  test('the resource then has the new content', async () => {
    const { client, call, subscribe } = await office();
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

describe('changes by others', () => {
  test('are found with one search for all subscriptions and notify only for their contacts', async () => {
    const { call, subscribe, told, others, pass, polls, sent } = await office();
    const [maria, ben, ruth] = [await idOf(call, 'maria'), await idOf(call, 'ben carter'), await idOf(call, 'ruth')];
    await others('PUT', `/contacts/${ruth}`, { city: 'Before' });
    await pass(STEP_MS);
    await sent();
    await subscribe(ALL, ...[maria, ben, ruth].flatMap((id) => [uriOf(id), uriOf(id, '/overview')]));
    expect(await sent()).toEqual([]);
    await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
    await pass(25_000);
    expect([await told(), await polls()]).toEqual([[], 0]);
    await pass(5_000);
    expect(await told()).toEqual([ALL, uriOf(maria), uriOf(maria, '/overview')].sort());
    expect(await polls()).toBe(1);
    await pass(30_000);
    expect([await told(), await polls()]).toEqual([[], 1]);
  });

  test('the poll interval grows while nothing changes and is short again after a change', async () => {
    const { call, subscribe, told, others, pass, polls } = await office();
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
    expect(await told()).toEqual([uriOf(maria), uriOf(maria, '/tasks')]);
    for (const ms of [30_000, 60_000]) expect(await pollsIn(ms)).toEqual([0, 1]);
  });

  test('a new subscription does not wait for the end of a long interval', async () => {
    const { call, subscribe, pass, polls } = await office();
    const [maria, ben] = [await idOf(call, 'maria'), await idOf(call, 'ben carter')];
    await subscribe(uriOf(maria));
    await pass(210_000);
    expect(await polls()).toBeGreaterThan(0);
    await subscribe(uriOf(ben));
    await pass(30_000);
    expect(await polls()).toBe(1);
  });

  test('notify also for contacts created by others and for changes that the index shows late', async () => {
    const { call, subscribe, told, others, pass } = await office({ sandbox: { indexDelayMs: 100_000 } });
    const maria = await idOf(call, 'maria');
    await subscribe(ALL, uriOf(maria));
    await pass(20_000);
    await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
    await others('POST', '/contacts/', { firstName: 'Nora' });
    await pass(70_000);
    expect(await told()).toEqual([]);
    await pass(240_000);
    expect([...new Set(await told())]).toEqual([ALL, uriOf(maria)]);
    await pass(600_000);
    expect(await told()).toEqual([]);
  });

  test('notify for all, also if they exceed one page', async () => {
    const { call, subscribe, told, others, pass, polls, clock } = await office();
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
    expect([await told(), await polls()]).toEqual([[], 1]);
    await pass(30_000);
    expect([await told(), await polls()]).toEqual([last.map((id) => uriOf(id)).sort(), 1]);
  });

  test('are not missed if HighLevel’s clock is far behind the local clock', async () => {
    const clock = handClock();
    const theirs = () => clock.now() - 600_000;
    let box: Sandbox | undefined;
    const { others, pass, subscribe, told, sandbox } = await office({
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
    expect(await told()).toEqual([ALL]);
  });
});

describe('the end of polling', () => {
  test('comes with the last unsubscribe; without a subscription nothing is requested', async () => {
    const { client, call, subscribe, told, others, pass, polls } = await office();
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
    expect([await told(), await polls()]).toEqual([[], 0]);
    await subscribe(uriOf(maria));
    await pass(30_000);
    expect([await told(), await polls()]).toEqual([[], 1]);
  });

  test('comes when the transport closes', async () => {
    const { client, subscribe, pass, polls } = await office();
    await subscribe(ALL);
    await pass(30_000);
    expect(await polls()).toBe(1);
    await client.close();
    await pass(900_000);
    expect(await polls()).toBe(0);
  });

  test('comes with the process, which a subscription does not keep alive', async () => {
    const program = start(['--sandbox']);
    program.send(HELLO);
    await program.answer(1);
    program.send(rpc(2, 'resources/subscribe', { uri: ALL }));
    expect((await program.answer(2)).result).toEqual({});
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
  });
});

test('a failed poll is logged, polls become less frequent, and the change is notified later', async () => {
  const lines: string[] = [];
  const log = (level: string, message: string) => void (level === 'warn' && lines.push(message));
  const { call, subscribe, told, others, pass, polls, sandbox } = await office({ log });
  const maria = await idOf(call, 'maria');
  await polls();
  await subscribe(uriOf(maria));
  await others('PUT', `/contacts/${maria}`, { city: 'Evanston' });
  sandbox.setFaults([{ route: SEARCH, fault: { status: 403 } }]);
  await pass(90_000);
  expect([await told(), await polls(), lines]).toEqual([[], 2, Array(2).fill('polling for changes failed')]);
  sandbox.setFaults([]);
  await pass(115_000);
  expect([await told(), await polls()]).toEqual([[], 0]);
  await pass(5_000);
  expect([await told(), await polls()]).toEqual([[uriOf(maria)], 1]);
});

describe('a subscription that is not possible', () => {
  test.each([
    ['ghl://people', -32002],
    ['ghl://contacts/abc/files', -32002],
    ['ghl://contacts/../users', -32002],
    ['ghl://contacts?query=maria', -32002],
    ['ghl://status', -32602],
  ])('%s is rejected with %d', async (uri, code) => {
    const { client, pass, sent } = await office();
    await expect(client.subscribeResource({ uri })).rejects.toMatchObject({ code });
    await pass(60_000);
    expect(await sent()).toEqual([]);
  });

  test('a contact, without the scope to read contacts', async () => {
    const { client, pass, sent } = await office({ scopes: ['contacts.write'] });
    await expect(client.subscribeResource({ uri: ALL })).rejects.toThrow('needs the scope contacts.readonly');
    await pass(60_000);
    expect(await sent()).toEqual([]);
  });
});
