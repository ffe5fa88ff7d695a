import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import type { SandboxData } from '../../../../src/sandbox/index.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { connect, NOW, type Options } from '../../../connect.ts';
import { answerWith, DANA, openNames, data as world } from '../../names/world.ts';

const TOOL = 'search_location_tasks';
const SEARCH = 'POST /contacts/search';
const HOUR = 3_600_000;

const at = (hours: number) => new Date(NOW + hours * HOUR).toISOString();
const personId = (n: number) => `person${String(n).padStart(14, '0')}`;
type Person = SandboxData['contacts'][number];
type Task = NonNullable<Person['tasks']>[number];

const task = (title: string, dueIn: number, more: Partial<Task> = {}): Task => ({
  title,
  dueDate: at(dueIn),
  assignedTo: DANA,
  ...more,
});
const person = (n: number, tasks: Task[]): Person => ({
  id: personId(n),
  firstName: 'Person',
  lastName: String(n),
  phone: `+1312555${String(1_000 + n)}`,
  email: `person${n}@example.com`,
  tasks,
});

const open = (contacts: Person[], options: Options = {}) =>
  openNames({ timezone: 'America/Chicago', ...options, sandbox: { data: { ...world, contacts } } });

const rowsOf = (answer: Json) => answer.tasks as Json[];
const titles = (answer: Json) => rowsOf(answer).map(({ title }) => title);
const ids = (requests: readonly string[], line: string) => requests.filter((each) => each === line);

describe('tasks of the location', () => {
  test('are sorted by due date over all pages of the API, and counted', async () => {
    const due = (n: number) => (n * 37) % 250;
    const people = Array.from({ length: 25 }, (_, n) =>
      person(
        n,
        Array.from({ length: 10 }, (__, i) => task(`t${due(n * 10 + i)}`, due(n * 10 + i))),
      ),
    );
    const server = await open(people);
    const found: unknown[] = [];
    for (let args: Json | undefined = { limit: 60 }; args; ) {
      const page: Json = await server.call(TOOL, args);
      expect(page.total).toBe(250);
      found.push(...titles(page));
      args = page.next as Json | undefined;
    }
    expect(found).toEqual(Array.from({ length: 250 }, (_, n) => `t${n}`));
  });

  test('are listed and counted once, also if a page repeats some of the page before', async () => {
    const row = (n: number) => ({ _id: `task${n}`, title: `t${n}`, dueDate: at(n), completed: false, contactId: 'c' });
    const page = (from: number, count: number) => Array.from({ length: count }, (_, n) => row(from + n));
    const server = await open([]);
    server.intercept(async (request) => {
      if (!request.url.endsWith('/tasks/search')) return undefined;
      const { skip = 0 } = (await request.json()) as { skip?: number };
      return Response.json({ tasks: skip === 0 ? page(0, 100) : page(97, 10) });
    });
    const answer = await server.call(TOOL, { skip: 90, limit: 100 });
    expect(answer).toMatchObject({ total: 107 });
    expect(titles(answer)).toEqual(Array.from({ length: 17 }, (_, n) => `t${90 + n}`));
  });

  test('without a due date are last, and in no range', async () => {
    const row = (id: string, dueDate?: unknown) => ({ _id: id, title: id, dueDate, completed: false, contactId: 'c' });
    const server = await open([]);
    const tasks = [row('none'), row('late', at(9)), row('unreadable', 'soon'), row('early', at(1)), row('null', null)];
    server.intercept(answerWith(`/locations/${server.sandbox.locationId}/tasks/search`, () => ({ tasks })));
    expect(await server.call(TOOL)).toMatchObject({ total: 5 });
    expect(titles(await server.call(TOOL))).toEqual(['early', 'late', 'none', 'unreadable', 'null']);
    expect(await server.call(TOOL, { dueFrom: '2026-11-01' })).toMatchObject({ total: 2 });
  });

  test('show phone and email of their contacts where asked for, with one search for the page', async () => {
    const people = Array.from({ length: 30 }, (_, n) => person(n, [task(`a${n}`, n), task(`b${n}`, n)]));
    const server = await open(people);
    const answer = await server.call(TOOL, { fields: ['title', 'contact', 'phone', 'email', 'assignedTo'], limit: 50 });
    expect(rowsOf(answer)[2]).toEqual({
      title: 'a1',
      contact: 'Person 1',
      phone: '+13125551001',
      email: 'person1@example.com',
      assignedTo: DANA,
      assignedToName: 'Dana Whitfield',
    });
    expect(ids(server.requests(), SEARCH)).toHaveLength(1);
    expect(rowsOf(await server.call(TOOL, { fields: ['id', 'contactId', 'status'], limit: 1 }))).toEqual([
      { id: expect.any(String), contactId: personId(0), status: 'open' },
    ]);
    await server.call(TOOL);
    expect(ids(server.requests(), SEARCH)).toEqual([]);
  });

  test('of a team member are paged: next has the id, which the tool takes', async () => {
    const server = await open([person(1, [task('one', 1), task('two', 2)])]);
    const first = await server.call(TOOL, { assignedTo: 'dana whitfield', limit: 1 });
    expect(first.next).toEqual({ assignedTo: DANA, limit: 1, skip: 1 });
    expect(titles(await server.call(TOOL, first.next as Json))).toEqual(['two']);
  });

  test('of the wrong range or with unknown fields are refused before anything is sent', async () => {
    const server = await open([]);
    expect(await server.refused(TOOL, { dueFrom: '2026-11-22', dueTo: '2026-11-21' })).toContain(
      'dueFrom is after dueTo; nothing was sent',
    );
    expect(await server.refused(TOOL, { fields: ['fax'] })).toMatch(/fields\[0\] must be one of id, title, .*email/);
    expect(server.requests()).toEqual([]);
  });

  test('are cut to size: a long title and a long body', async () => {
    const server = await open([person(1, [task('x'.repeat(4_000), 1, { body: 'y'.repeat(60_000) })])]);
    const [row] = rowsOf(await server.call(TOOL));
    expect(row?.title).toMatch(/^x{300}… \[cut: 4000 characters\]$/);
    expect(row?.body).toMatch(/^y{300}… \[cut: 60000 characters\]$/);
  });

  test('beyond 2,000 are not counted, and a notice says so', async () => {
    const many = Array.from({ length: 2_001 }, (_, n) => task(`t${n}`, n));
    const timers = virtualClock(NOW);
    const { now, wait } = timers;
    const { call } = await connect({
      timezone: 'America/Chicago',
      api: { timers },
      sandbox: { now, wait, rate: 5_000, data: { ...world, contacts: [person(1, many)] } },
    });
    const answer = await call(TOOL, { limit: 1 });
    expect(answer).toMatchObject({ tasks: [{ title: 't0' }], notice: expect.stringContaining('first 2000 tasks') });
    expect(answer).not.toHaveProperty('total');
    expect(await call(TOOL, { query: 't20', limit: 1 })).toMatchObject({ total: 12 });
  });
});
