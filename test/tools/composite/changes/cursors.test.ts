import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import type { StateStore } from '../../../../src/lib/state-file.ts';
import { inMemoryStore } from '../../../../src/lib/state-file.ts';
import { createSandbox } from '../../../../src/sandbox/index.ts';
import { CONTACTS, connect, NOW } from '../../../connect.ts';
import { client } from '../../../sandbox/api.ts';
import { connectVia, since } from './changed-answers.ts';

/** What cursors of the sandbox's location have in common. */
const MARK = createHash('sha256').update(createSandbox().locationId).digest('hex').slice(0, 6);

describe('stored cursors', () => {
  const cursor = `20261120T140000Z-${MARK}abcdef`;
  const good = { contacts: { since: NOW - 3_600_000, delivered: {} } };
  const memoryOf = (changes: unknown, ids?: unknown): StateStore => {
    const memory = inMemoryStore();
    const stored = { ids, names: { '': changes } };
    return { ...memory, read: async (name) => (await memory.read(name)) ?? stored };
  };

  test.each([
    ['no content', null],
    ['text', 'x'],
    ['a list', []],
    ['no cursors', { last: cursor }],
    ['null for cursors', { last: cursor, cursors: null }],
    ['a list of cursors', { last: cursor, cursors: [good] }],
    ['a cursor that is text', { last: cursor, cursors: { [cursor]: 'x' } }],
    ['no contacts', { last: cursor, cursors: { [cursor]: { tasks: {} } } }],
    ['a time that is text', { last: cursor, cursors: { [cursor]: { contacts: { since: 'x', delivered: {} } } } }],
    [
      'a time beyond the range of dates',
      { last: cursor, cursors: { [cursor]: { contacts: { since: 1e300, delivered: {} } } } },
    ],
    [
      'a cursor in the future',
      { last: cursor, cursors: { [cursor]: { contacts: { since: NOW * 2, delivered: {} } } } },
    ],
    [
      'null for delivered',
      { last: cursor, cursors: { [cursor]: { contacts: { ...good.contacts, delivered: null } } } },
    ],
    [
      'a searchAfter that is an object',
      { last: cursor, cursors: { [cursor]: { contacts: { ...good.contacts, searchAfter: { a: 1 } } } } },
    ],
    ['a last cursor that is a number', { last: 7, cursors: { [cursor]: good } }],
    ['tasks that are text', { last: cursor, cursors: { [cursor]: { ...good, tasks: 'x' } } }],
    ['a task that is not a pair', { last: cursor, cursors: { [cursor]: { ...good, tasks: { a: 7, b: ['x', 7] } } } }],
    ['calendars that are text', { last: cursor, cursors: { [cursor]: { ...good, appointments: 'x' } } }],
    ['ids that no table has', { last: cursor, cursors: { [cursor]: { ...good, deleted: { known: 'x' } } } }],
    [
      'notes that are text',
      { last: cursor, cursors: { [cursor]: { ...good, notes: { since: 1, contacts: { a: 'x' } } } } },
    ],
    ['a task with an invalid id', { last: cursor, cursors: { [cursor]: { ...good, tasks: { 'a/b': ['x', 'y'] } } } }],
  ])('%s: is used or ignored, and is never an error', async (_, changes) => {
    const { call } = await connect({ memory: memoryOf(changes) });
    const answer = await call('list_changed_contacts', { since: 'last', tasks: true });
    expect(Date.parse(String(answer.completeTo))).toBeLessThanOrEqual(NOW + 2_000);
    expect(await call('list_changed_contacts', { since: 'last', tasks: true })).toMatchObject({ contacts: [] });
    expect(await call('list_changed_contacts', { cursor })).toHaveProperty('contacts');
  });

  test('an unusable last cursor falls back to the one before it', async () => {
    const late = `29991120T140000Z-${MARK}abcdef`;
    const cursors = { [cursor]: good, [late]: { contacts: { since: NOW * 2, delivered: {} } } };
    const { call } = await connect({ memory: memoryOf({ last: late, cursors }) });
    expect((await call('list_changed_contacts', { since: 'last' })).notice).toBeUndefined();
  });

  test('a Date header of 2100 moves no cursor beyond the local clock', async () => {
    const memory = inMemoryStore();
    const lying = await connectVia(
      (_, { body, status, headers }) => {
        const late = new Headers(headers);
        late.set('date', 'Fri, 01 Jan 2100 00:00:00 GMT');
        return new Response(body, { status, headers: late });
      },
      { memory },
    );
    const answer = await lying.call('list_changed_contacts', { since });
    expect(Date.parse(String(answer.completeTo))).toBeLessThanOrEqual(NOW + 2_000);
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

describe('a cancelled call', () => {
  test('does not advance the cursor while tasks are read: the next call gives the same contacts', async () => {
    const memory = inMemoryStore();
    let hang = true;
    let asked: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const stopping = new AbortController();
    const server = await connectVia(
      async (request, real) => {
        if (hang && /\/tasks$/.test(request.url)) {
          asked();
          await new Promise((resolve) => request.signal.addEventListener('abort', resolve, { once: true }));
        }
        return real;
      },
      { memory, scopes: CONTACTS },
    );
    const first = await server.call('list_changed_contacts', { since, limit: 1 });
    server.advance(10_000);
    const id = await client(server.sandbox).create({ firstName: 'Nora' });
    server.indexed();
    const call = server.client.callTool(
      { name: 'list_changed_contacts', arguments: { since: 'last', tasks: true } },
      undefined,
      { signal: stopping.signal },
    );
    await hanging;
    stopping.abort();
    await expect(call).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    hang = false;
    const again = await server.call('list_changed_contacts', { since: 'last' });
    expect((again.contacts as Json[]).map((contact) => contact.id)).toContain(id);
    expect(first.cursor).not.toBe(again.cursor);
  });
});
