import { describe, expect, test } from 'vitest';
import type { Json } from '../src/endpoint.ts';
import { readTime } from '../src/times.ts';
import { CONTACTS, connect, find } from './connect.ts';

const clock = (zone: string) => ({ now: () => 0, zone: async () => zone, locationZone: async () => zone });
const read = (text: string, zone = 'America/New_York', dateMeans?: 'start' | 'end') =>
  readTime('dueDate', text, clock(zone), dateMeans);

describe('a time', () => {
  test.each([
    ['with an offset stands as it is', '2026-11-24T09:00:00+02:00', '2026-11-24T07:00:00.000Z', undefined],
    ['in UTC stands as it is', '2026-11-24T09:00Z', '2026-11-24T09:00:00.000Z', undefined],
    [
      'without an offset is local, in winter',
      '2026-11-24T09:00',
      '2026-11-24T09:00:00-05:00',
      '2026-11-24T09:00:00-05:00 [America/New_York]',
    ],
    [
      'and in summer',
      '2026-07-01T09:00:30',
      '2026-07-01T09:00:30-04:00',
      '2026-07-01T09:00:30-04:00 [America/New_York]',
    ],
    [
      'that the clock skips is read after the gap',
      '2026-03-08T02:30',
      '2026-03-08T03:30:00-04:00',
      '2026-03-08T03:30:00-04:00 [America/New_York]',
    ],
    [
      'of a day alone is its end',
      '2026-11-24',
      '2026-11-24T23:59:59-05:00',
      '2026-11-24T23:59:59-05:00 [America/New_York]',
    ],
  ])('%s', async (_, text, iso, echo) => {
    expect(await read(text)).toEqual(echo ? { iso, echo } : { iso });
  });
  test('of a day alone is its start where a range begins', async () => {
    expect((await read('2026-11-24', 'Asia/Kolkata', 'start')).iso).toBe('2026-11-24T00:00:00+05:30');
  });
});

describe('which zone a local time is read in', () => {
  const task = { title: 'Call', dueDate: '2026-11-24T09:00' };
  const due = async (options: Parameters<typeof connect>[0]) => {
    const { call } = await connect(options);
    const { contacts } = await call('list_contacts', { limit: 1 });
    const result = await call('create_contact_task', { contactId: (contacts as Json[])[0]?.id, ...task });
    return { notice: result.notice, dueDate: (result.task as Json).dueDate };
  };
  test('the owner says', async () => {
    expect(await due({ timezone: 'Asia/Tokyo' })).toEqual({
      notice: 'dueDate read as 2026-11-24T09:00:00+09:00 [Asia/Tokyo].',
      dueDate: '2026-11-24T00:00:00.000Z',
    });
  });
  test("the location's where its scope allows", async () => {
    const { call } = await connect();
    const { location } = (await call('get_location')) as { location: Json };
    expect((await due({})).notice).toContain(`[${location.timezone}]`);
  });
  test("else the machine's, echoed all the same", async () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect((await due({ scopes: CONTACTS })).notice).toContain(`[${zone}]`);
  });
});

describe('search_location_tasks', () => {
  test('open holds overdue, overdue is past and not done, and each row says which', async () => {
    const { call } = await connect({ timezone: 'America/Chicago' });
    const statuses = async (status: string) => {
      const { tasks, asOf } = await call('search_location_tasks', { status, limit: 100 });
      expect(asOf).toBe('2026-11-20T09:00:00-06:00');
      return (tasks as Json[]).map((task) => task.status);
    };
    const [open, overdue, completed] = [await statuses('open'), await statuses('overdue'), await statuses('completed')];
    expect(overdue.length).toBeGreaterThan(0);
    expect(new Set(overdue)).toEqual(new Set(['overdue']));
    expect(open.filter((s) => s === 'overdue')).toHaveLength(overdue.length);
    expect(new Set(completed)).toEqual(new Set(['completed']));
  });

  test('due between two local days, page by page, none twice and none missed', async () => {
    const tasks = Array.from({ length: 150 }, (_, i) => ({
      title: `t${i}`,
      dueDate: new Date(Date.UTC(2026, 10, 1 + (i % 30), 18)).toISOString(),
    }));
    const { call } = await connect({
      timezone: 'America/Chicago',
      sandbox: { data: { contacts: [{ firstName: 'A', tasks }] } as never },
    });
    const found: unknown[] = [];
    let args: Json | undefined = { dueFrom: '2026-11-10', dueTo: '2026-11-12', limit: 4 };
    while (args) {
      const page: Json = await call('search_location_tasks', args);
      found.push(...(page.tasks as Json[]).map((task) => task.title));
      expect(page.notice).toContain('dueTo read as 2026-11-12T23:59:59-06:00');
      args = page.next as Json | undefined;
    }
    const expected = tasks.filter((t) => t.dueDate >= '2026-11-10' && t.dueDate < '2026-11-13').map((t) => t.title);
    expect(found.sort()).toEqual(expected.sort());
    expect(expected).toHaveLength(15);
  });
});

describe('"me"', () => {
  test('is the person of GHL_USER, by email', async () => {
    const users = ((await (await connect()).call('list_users')).users ?? []) as Json[];
    const { call } = await connect({ user: String(users[1]?.email).toUpperCase() });
    const contact = await find(call, 'maria');
    const { task } = await call('create_contact_task', {
      contactId: contact.id,
      title: 'x',
      dueDate: '2026-11-24T09:00:00Z',
      assignedTo: 'me',
    });
    expect((task as Json).assignedTo).toBe(users[1]?.id);
  });
  test('is refused while nobody said who that is', async () => {
    const { refused } = await connect();
    expect(await refused('search_location_tasks', { assignedTo: 'me' })).toContain('the owner sets GHL_USER');
  });
});
