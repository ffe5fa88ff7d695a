import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/api/scopes.ts';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Json } from '../../../src/lib/json.ts';
import type { StateStore } from '../../../src/lib/state-file.ts';
import { inMemoryStore } from '../../../src/lib/state-file.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { MAX_BYTES } from '../../../src/tools/core/tool-result.ts';
import { CONTACTS, type Connected, connect, find, NOW, READ, textOf } from '../../connect.ts';
import { client } from '../../sandbox/api.ts';
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
    const { call, advance, indexed, sandbox } = await connect({ scopes: CONTACTS });
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
    indexed();
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
    const memory = inMemoryStore();
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
    sandbox.setFaults([
      { route: 'POST /locations/{locationId}/tasks/search', fault: { status: 401, body: { message: 'Unauthorized' } } },
    ]);
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
    const { call, advance, indexed, sandbox } = await connect({ scopes: CONTACTS });
    const others = client(sandbox);
    const { cursor } = await call('list_changed_contacts', { since: new Date(NOW).toISOString() });
    advance(5_000);
    const [one, two] = [await others.create({ firstName: 'One' }), await others.create({ firstName: 'Two' })];
    indexed();
    // The index has it until the deletion arrives there as well.
    await others.remove(`/contacts/${one}`);
    const early = await call('list_changed_contacts', { cursor, tasks: true });
    expect((early.contacts as Json[]).map(({ id, tasksFailed }) => [id, tasksFailed !== undefined])).toEqual([
      [one, true],
      [two, false],
    ]);
    indexed();
    const answer = await call('list_changed_contacts', { cursor, tasks: true });
    expect((answer.contacts as Json[]).map(({ id }) => id)).toEqual([two]);
  });
});

/** Connects over a way that changes answers. */
async function connectVia(
  change: (request: Request, answer: Response) => Response | Promise<Response>,
  options: Parameters<typeof connect>[0] = {},
): Promise<Connected> {
  let sandbox: Sandbox | undefined;
  const transport = fetchTransport(async (request) => change(request, await (sandbox as Sandbox).fetch(request)));
  const connected = await connect({ ...options, api: { transport } });
  sandbox = connected.sandbox;
  return connected;
}

const isTaskSearch = ({ url }: Request) => url.endsWith('/tasks/search');
const task = (id: string, more: Json = {}) => ({
  id,
  title: `Task ${id}`,
  dueDate: '2026-12-01T10:00:00Z',
  contactId: 'one',
  ...more,
});
const since = new Date(NOW - 3_600_000).toISOString();

describe('what is remembered', () => {
  const cursor = '20261120T140000Z-abcdef';
  const good = { contacts: { from: NOW - 3_600_000, seen: {} } };
  const memoryOf = (changes: unknown): StateStore => {
    const memory = inMemoryStore();
    return { ...memory, read: async (name) => (await memory.read(name)) ?? changes };
  };

  test.each([
    ['nothing at all', null],
    ['text', 'x'],
    ['a list', []],
    ['no places', { last: cursor }],
    ['null for places', { last: cursor, places: null }],
    ['a list of places', { last: cursor, places: [good] }],
    ['a place that is text', { last: cursor, places: { [cursor]: 'x' } }],
    ['no contacts', { last: cursor, places: { [cursor]: { tasks: {} } } }],
    ['a time that is text', { last: cursor, places: { [cursor]: { contacts: { from: 'x', seen: {} } } } }],
    ['a time beyond all times', { last: cursor, places: { [cursor]: { contacts: { from: 1e300, seen: {} } } } }],
    ['a place in the future', { last: cursor, places: { [cursor]: { contacts: { from: NOW * 2, seen: {} } } } }],
    ['seen that is null', { last: cursor, places: { [cursor]: { contacts: { ...good.contacts, seen: null } } } }],
    [
      'an odd search cursor',
      { last: cursor, places: { [cursor]: { contacts: { ...good.contacts, after: { a: 1 } } } } },
    ],
    ['a last that is none', { last: 7, places: { [cursor]: good } }],
    ['tasks that are text', { last: cursor, places: { [cursor]: { ...good, tasks: 'x' } } }],
    ['a task that is no pair', { last: cursor, places: { [cursor]: { ...good, tasks: { a: 7, b: ['x', 7] } } } }],
    ['a task whose id is none', { last: cursor, places: { [cursor]: { ...good, tasks: { 'a/b': ['x', 'y'] } } } }],
  ])('%s: is used or dropped, and never fatal', async (_, changes) => {
    const { call } = await connect({ memory: memoryOf(changes) });
    const answer = await call('list_changed_contacts', { since: 'last', tasks: true });
    expect(Date.parse(String(answer.completeTo))).toBeLessThanOrEqual(NOW + 2_000);
    expect(await call('list_changed_contacts', { since: 'last', tasks: true })).toMatchObject({ contacts: [] });
    expect(await call('list_changed_contacts', { cursor })).toHaveProperty('contacts');
  });

  test('an unusable last place leaves the one before it', async () => {
    const late = '29991120T140000Z-abcdef';
    const places = { [cursor]: good, [late]: { contacts: { from: NOW * 2, seen: {} } } };
    const { call } = await connect({ memory: memoryOf({ last: late, places }) });
    expect((await call('list_changed_contacts', { since: 'last' })).notice).toBeUndefined();
  });

  test('a Date header of 2100 moves no cursor beyond our own clock', async () => {
    const memory = inMemoryStore();
    const lying = await connectVia(
      (_, { body, status, headers }) => {
        const late = new Headers(headers);
        late.set('date', 'Fri, 01 Jan 2100 00:00:00 GMT');
        return new Response(body, { status, headers: late });
      },
      { memory },
    );
    const told = await lying.call('list_changed_contacts', { since });
    expect(Date.parse(String(told.completeTo))).toBeLessThanOrEqual(NOW + 2_000);
    const again = await lying.call('list_changed_contacts', { since: 'last' });
    expect(Date.parse(String(again.completeTo))).toBeLessThanOrEqual(NOW + 2_000);
    const honest = await connect({ memory });
    honest.advance(5_000);
    const id = await client(honest.sandbox).create({ firstName: 'Nora' });
    honest.indexed();
    expect((await honest.call('list_changed_contacts', { since: 'last' })).contacts).toMatchObject([{ id }]);
  });

  test('a clock that is set back by an hour loses nothing', async () => {
    const memory = inMemoryStore();
    const before = await connect({ memory });
    before.advance(3_600_000);
    const { cursor } = await before.call('list_changed_contacts', { since });
    const after = await connect({ memory });
    after.sandbox.advance(3_660_000);
    const id = await client(after.sandbox).create({ firstName: 'Nora' });
    after.indexed();
    for (const from of [{ since: 'last' }, { cursor }])
      expect((await after.call('list_changed_contacts', from)).contacts).toContainEqual(
        expect.objectContaining({ id }),
      );
  });
});

describe('tasks of changed contacts', () => {
  const contacts = [{ id: 'one', firstName: 'One' }] as never;

  test.each([['a/b'], [''], ['..'], [7], [null], [undefined]])(
    'one whose id is %j is passed over, now and ever after',
    async (id) => {
      const memory = inMemoryStore();
      const answer = { tasks: [{ ...task('good'), id }, task('other', { contactId: id }), task('good')] };
      const odd = await connectVia((request, real) => (isTaskSearch(request) ? Response.json(answer) : real), {
        memory,
      });
      await odd.call('list_changed_contacts', { since, tasks: true });
      answer.tasks[2] = task('good', { title: 'Changed' });
      odd.advance(10_000);
      const { changedTasks } = await odd.call('list_changed_contacts', { since: 'last', tasks: true });
      expect(changedTasks).toMatchObject([{ id: 'good', change: 'changed' }]);
      const later = await connect({ memory, sandbox: { data: { contacts } } });
      expect(await later.call('list_changed_contacts', { since: 'last', tasks: true })).toMatchObject({
        changedTasks: [{ id: 'good', change: 'deleted' }],
      });
    },
  );

  test('a contact whose id is no id is passed over', async () => {
    const odd = await connectVia(async (request, real) => {
      if (!request.url.endsWith('/contacts/search')) return real;
      const data = (await real.json()) as { contacts: Json[] };
      return Response.json({ ...data, contacts: [{ ...data.contacts[0], id: 'a/b' }, ...data.contacts] });
    });
    const { contacts: given } = await odd.call('list_changed_contacts', { since: '2026-01-01', tasks: true, limit: 2 });
    expect((given as Json[]).map(({ id }) => id)).not.toContain('a/b');
    expect(given).toHaveLength(2);
  });

  test('over 3,000 tasks of the location are too many to compare: those of the changed contacts are read', async () => {
    const data = { contacts: [{ id: 'one', firstName: 'One', tasks: [task('own')] }] as never };
    let pages = 0;
    const there = await connectVia(
      (request, real) => {
        if (!isTaskSearch(request)) return real;
        pages += 1;
        return Response.json({ tasks: Array.from({ length: 100 }, (_, i) => task(`t${pages * 100 + i}`)) });
      },
      { sandbox: { data } },
    );
    const answer = await there.call('list_changed_contacts', { since: '2020-01-01', tasks: true });
    expect(pages).toBe(31);
    expect(answer.contacts).toMatchObject([{ id: 'one', tasks: [{ title: 'Task own' }] }]);
    expect(answer.unseen).toContain('tasks of other contacts');
    expect(answer.changedTasks).toBeUndefined();
  });

  test('where the tasks of one cannot be read its row says so, and the others have theirs', async () => {
    const two = ['one', 'two'].map((id) => ({ id, firstName: id, tasks: [task(`of-${id}`)] })) as never;
    const { call, sandbox } = await connect({ scopes: CONTACTS, sandbox: { data: { contacts: two } } });
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}/tasks', nth: 1, fault: { status: 403 } }]);
    const answer = await call('list_changed_contacts', { since: '2020-01-01', tasks: true });
    expect((answer.contacts as Json[]).filter(({ tasksFailed }) => tasksFailed !== undefined)).toHaveLength(1);
    expect((answer.contacts as Json[]).filter(({ tasks }) => (tasks as Json[] | undefined)?.length === 1)).toHaveLength(
      1,
    );
  });
});

describe('a call that the host cancels', () => {
  test('while tasks are read moves nothing: the next one gives the same', async () => {
    const memory = inMemoryStore();
    let hang = true;
    let asked: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const stopping = new AbortController();
    const there = await connectVia(
      async (request, real) => {
        if (hang && /\/tasks$/.test(request.url)) {
          asked();
          await new Promise((resolve) => request.signal.addEventListener('abort', resolve, { once: true }));
        }
        return real;
      },
      { memory, scopes: CONTACTS },
    );
    const first = await there.call('list_changed_contacts', { since, limit: 1 });
    there.advance(10_000);
    const id = await client(there.sandbox).create({ firstName: 'Nora' });
    there.indexed();
    const call = there.client.callTool(
      { name: 'list_changed_contacts', arguments: { since: 'last', tasks: true } },
      undefined,
      { signal: stopping.signal },
    );
    await hanging;
    stopping.abort();
    await expect(call).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    hang = false;
    const again = await there.call('list_changed_contacts', { since: 'last' });
    expect((again.contacts as Json[]).map((contact) => contact.id)).toContain(id);
    expect(first.cursor).not.toBe(again.cursor);
  });
});
