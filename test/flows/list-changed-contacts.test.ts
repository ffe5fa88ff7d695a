import { describe, expect, test } from 'vitest';
import { type Json, SCOPES } from '../../src/endpoint.ts';
import { shortMemory } from '../../src/memory.ts';
import { MAX_BYTES } from '../../src/results.ts';
import { CONTACTS, type Connected, connect, find, NOW, READ, textOf } from '../connect.ts';
import { client } from '../sandbox/api.ts';
import { openWorld, randomOf } from './changes-world.ts';

/** CHANGES_SEED=n runs what a failure names. */
const SEED = Number(process.env.CHANGES_SEED ?? 20_261_121);
const EDITS = 2_000;

/** Reads on until there is nothing more, as a model does with `next`. */
async function readOn(call: (name: string, args: Json) => Promise<Json>, first: Json) {
  const [contacts, tasks]: [Json[], Json[]] = [[], []];
  for (let args: Json | undefined = first; ; ) {
    const answer: Json = await call('list_changed_contacts', args);
    contacts.push(...(answer.contacts as Json[]));
    tasks.push(...((answer.changedTasks as Json[] | undefined) ?? []));
    args = answer.next as Json | undefined;
    if (!args) return { contacts, tasks, cursor: answer.cursor as string, completeTo: String(answer.completeTo) };
  }
}

describe('2,000 random edits under an index that trails by 0 to 105 s', () => {
  test.each([
    ['contacts and, by the search over the location, tasks', SCOPES],
    ['contacts alone', READ],
  ] as const)('%s: none is missed, none comes twice', { timeout: 120_000 }, async (_, scopes) => {
    console.log(`CHANGES_SEED=${SEED}`);
    const random = randomOf(SEED);
    const world = await openWorld(random, { scopes });
    const { call, advance } = world.connected;
    const withTasks = (scopes as readonly string[]).includes('locations/tasks.readonly');
    const begin = await readOn(call, { since: new Date(NOW).toISOString(), ...(withTasks ? { tasks: true } : {}) });
    const before = await world.tasks();
    let { cursor } = begin;
    const [given, told]: [Json[], Json[]] = [[...begin.contacts], []];
    const edits: Record<string, number> = {};
    let promises = 0;

    async function read() {
      const asked = random() < 0.3 ? { limit: 1 + Math.floor(random() * 20) } : {};
      const answer = await readOn(call, { cursor, ...asked, ...(withTasks ? { tasks: true } : {}) });
      cursor = answer.cursor;
      given.push(...answer.contacts);
      told.push(...answer.tasks);
      const latest = new Map(given.map(({ id, dateUpdated }) => [id, String(dateUpdated)]));
      for (const [id, dateUpdated] of world.changed) {
        if (dateUpdated > answer.completeTo) continue;
        promises += 1;
        expect(latest.get(id), `${id}, complete to ${answer.completeTo}`).toBe(dateUpdated);
      }
    }
    for (let i = 1; i <= EDITS; i += 1) {
      const name = await world.edit();
      edits[name] = (edits[name] ?? 0) + 1;
      advance(1 + Math.floor(random() ** 3 * 20_000));
      if (random() < 0.05) await read();
    }
    advance(200_000);
    await read();

    const versions = given.map(({ id, dateUpdated }) => `${id} ${dateUpdated}`);
    expect(versions.filter((version, i) => versions.indexOf(version) !== i)).toEqual([]);
    const latest = new Map(given.map(({ id, dateUpdated }) => [id, dateUpdated]));
    expect([...world.changed].filter(([id, dateUpdated]) => latest.get(id) !== dateUpdated)).toEqual([]);
    console.log(
      `${JSON.stringify(edits)}: ${given.length} contacts given, ${promises} promises held, ${told.length} tasks told`,
    );
    expect(Math.min(...Object.values(edits))).toBeGreaterThan(20);
    if (!withTasks) return;

    const known = new Map([...before].map(([id, task]) => [id, { ...task } as Json]));
    for (const { change, id, ...task } of told) {
      const old = known.get(String(id));
      expect(change, String(id)).toBe(task.title === undefined ? 'deleted' : old ? 'changed' : 'created');
      if (change === 'deleted') expect(known.delete(String(id)), `${id} deleted twice`).toBe(true);
      else {
        const same = old && old.dueDate === task.dueDate && (old.completed === true) === (task.status === 'completed');
        expect(same, `${id} told twice`).not.toBe(true);
        known.set(String(id), { id, dueDate: task.dueDate, completed: task.status === 'completed' });
      }
    }
    const real = await world.tasks();
    const summary = (tasks: Map<string, Json>) =>
      [...tasks].map(([id, { dueDate, completed }]) => `${id} ${dueDate} ${completed}`).sort();
    expect(summary(known)).toEqual(summary(real));
  });
});

describe('list_changed_contacts', () => {
  test('tells new from changed, with status and tasks', async () => {
    const { call, advance, sandbox } = await connect({ scopes: CONTACTS });
    const others = client(sandbox);
    const { id: maria } = await find(call, 'maria lopez');
    advance(1_000);
    const nora = await others.create({ firstName: 'Nora', lastName: 'Whelan', email: 'nora@whelan.example' });
    await others.post(`/contacts/${nora}/tasks`, {
      title: 'Call Nora',
      dueDate: '2026-11-19T10:00:00Z',
      completed: false,
    });
    advance(1_000);
    await others.put(`/contacts/${maria}`, { dnd: true });
    const answer = await call('list_changed_contacts', { since: new Date(NOW).toISOString(), tasks: true });
    expect(answer.contacts).toMatchObject([
      {
        id: nora,
        change: 'created',
        firstName: 'Nora',
        status: 'lead',
        tasks: [{ title: 'Call Nora', status: 'overdue' }],
      },
      { id: maria, change: 'updated', status: 'lead, DND' },
    ]);
    expect(answer.unseen).toEqual(['deleted contacts', 'notes', 'appointments', 'tasks of other contacts']);
    expect(Date.parse(String(answer.completeTo))).toBeLessThanOrEqual(NOW + 2_000);
  });

  test('"last" goes on where the last conversation stopped, in another process as well', async () => {
    const memory = shortMemory();
    const first = await connect({ memory });
    const answer = await first.call('list_changed_contacts', { since: '2026-11-01', limit: 2 });
    expect(answer.next).toBeDefined();
    const second = await connect({ memory });
    const rest = await second.call('list_changed_contacts', { since: 'last' });
    const ids = [...(answer.contacts as Json[]), ...(rest.contacts as Json[])].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const whole = await (await connect()).call('list_changed_contacts', { since: '2026-11-01', limit: 50 });
    expect(ids).toEqual((whole.contacts as Json[]).map(({ id }) => id));
  });

  test('of two answers at once both cursors are remembered', async () => {
    const { call } = await connect();
    const since = { since: '2026-11-01', limit: 1 };
    const answers = await Promise.all([call('list_changed_contacts', since), call('list_changed_contacts', since)]);
    for (const { cursor } of answers) expect((await call('list_changed_contacts', { cursor })).notice).toBeUndefined();
  });

  test('where the search over all tasks fails, the tasks of each contact are read, and the answer says so', async () => {
    const { call, sandbox, advance } = await connect();
    const first = await call('list_changed_contacts', { since: '2026-11-01', tasks: true });
    sandbox.setFaults([{ route: 'POST /locations/{locationId}/tasks/search', fault: { status: 401 } }]);
    advance(20_000);
    const answer = await call('list_changed_contacts', { since: '2026-11-01', tasks: true });
    expect(answer.contacts).toEqual(first.contacts);
    expect(answer.unseen).toContain('tasks of other contacts');
    expect(answer.notice).toContain('could not be searched: HighLevel refused the sign-in (401)');
  });

  test('"last" without a last conversation is the last day, and says so', async () => {
    const { call } = await connect();
    expect((await call('list_changed_contacts', { since: 'last' })).notice).toContain('the last 24 hours');
  });

  test('a cursor that is not remembered goes on from its time and says what that means', async () => {
    const [first, second] = [await connect(), await connect()];
    const { cursor } = await first.call('list_changed_contacts', { since: '2026-11-01' });
    const answer = await second.call('list_changed_contacts', { cursor });
    expect(answer.notice).toContain('some rows may come again');
  });

  test.each([
    [{ cursor: 'nonsense' }, 'cursor is not one that list_changed_contacts gave'],
    [{ cursor: '20269999T999999Z-abcdef' }, 'cursor is not one that list_changed_contacts gave'],
    [{ cursor: '29990101T000000Z-abcdef' }, 'cursor is not one that list_changed_contacts gave'],
    [{ cursor: '__proto__' }, 'cursor is not one that list_changed_contacts gave'],
    [{ since: '2026-12-24' }, 'since lies in the future: it is 2026-11-20T15:00:00'],
    [{ since: 'yesterday' }, 'since must be a time'],
    [{}, 'give either since or cursor'],
    [{ since: 'last', cursor: 'x' }, 'give either since or cursor'],
  ])('%j is refused and nothing is sent', async (args, message) => {
    const { refused, sent } = await connect({ timezone: 'America/Chicago' });
    expect(await refused('list_changed_contacts', args)).toContain(message);
    expect(await sent()).toEqual([]);
  });

  test('a page that would be too long stops in time and goes on', async () => {
    const long = 'x'.repeat(190);
    const contacts = Array.from({ length: 60 }, (_, i) => ({
      firstName: `${i}`,
      lastName: long,
      companyName: long,
      tags: [long, `${long}2`],
    }));
    const { call, client: host } = await connect({ sandbox: { data: { contacts } as never } });
    const seen: unknown[] = [];
    for (let args: Json | undefined = { since: '2020-01-01' }; args; ) {
      const result = await host.callTool({ name: 'list_changed_contacts', arguments: args });
      const answer = result.structuredContent as Json;
      expect(JSON.stringify(answer).length).toBeLessThanOrEqual(8_000);
      seen.push(...(answer.contacts as Json[]).map(({ id }) => id));
      args = answer.next as Json | undefined;
    }
    expect([seen.length, new Set(seen).size]).toEqual([60, 60]);
    expect((await call('list_changed_contacts', { since: 'last' })).contacts).toEqual([]);
  });

  /** Every answer from `first` on, none longer than hosts take. */
  async function answers({ client: host, advance }: Connected, first: Json): Promise<Json[]> {
    const all: Json[] = [];
    for (let args: Json | undefined = first; args; args = all.at(-1)?.next as Json | undefined) {
      advance(10_000);
      const result = await host.callTool({ name: 'list_changed_contacts', arguments: args });
      expect(result.isError).toBeFalsy();
      expect(Buffer.byteLength(textOf(result))).toBeLessThanOrEqual(MAX_BYTES);
      all.push(result.structuredContent as Json);
    }
    return all;
  }
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

  test.each([
    ['all scopes', SCOPES],
    ['contacts alone', READ],
  ])('hundreds of tasks and tags of one contact are cut and counted, with %s', async (_, scopes) => {
    const task = (i: number) => ({ title: `Task ${i}`, body: '漢'.repeat(200), dueDate: '2026-12-01T10:00:00Z' });
    const tags = many(1_500, (i) => `a rather long tag number ${i}`);
    const contacts = [{ firstName: 'Busy', tags, tasks: many(300, task) }, { firstName: 'Next' }] as never;
    const connected = await connect({ scopes, sandbox: { data: { contacts } } });
    const rows = (await answers(connected, { since: '2020-01-01', tasks: true })).flatMap(({ contacts }) => contacts);
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual(expect.objectContaining({ firstName: 'Busy', listsCut: { tags: 1_500, tasks: 300 } }));
  });

  test('long changed tasks are told in several answers, each once', async () => {
    const contacts = [{ id: 'one' }] as never;
    const connected = await connect({ sandbox: { data: { contacts } } });
    const { cursor } = await connected.call('list_changed_contacts', {
      since: new Date(NOW).toISOString(),
      tasks: true,
    });
    const [title, dueDate] = ['漢'.repeat(200), '2026-12-01T10:00:00Z'];
    for (let i = 0; i < 50; i++)
      await client(connected.sandbox).post('/contacts/one/tasks', {
        title,
        body: title + i,
        dueDate,
        completed: false,
      });
    const all = await answers(connected, { cursor, tasks: true });
    const told = all.flatMap(({ changedTasks = [] }) => (changedTasks as Json[]).map(({ id }) => id));
    expect([told.length, new Set(told).size]).toEqual([50, 50]);
  });

  test('a contact deleted between two calls is not given, and does not stop its neighbours', async () => {
    const { call, advance, sandbox } = await connect({ scopes: CONTACTS });
    const others = client(sandbox);
    const { cursor } = await call('list_changed_contacts', { since: new Date(NOW).toISOString() });
    advance(5_000);
    const [one, two] = [await others.create({ firstName: 'One' }), await others.create({ firstName: 'Two' })];
    await others.remove(`/contacts/${one}`);
    const answer = await call('list_changed_contacts', { cursor, tasks: true });
    expect((answer.contacts as Json[]).map(({ id }) => id)).toEqual([two]);
  });
});
