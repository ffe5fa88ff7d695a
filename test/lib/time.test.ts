import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import type { Json } from '../../src/lib/json.ts';

import { readTime } from '../../src/lib/time.ts';
import { createClock } from '../../src/tools/runtime/clock.ts';
import { createLocationReader } from '../../src/tools/runtime/location-reader.ts';
import { virtualClock } from '../api/virtual-clock.ts';
import { CONTACTS, connect, find, NOW } from '../connect.ts';

const clock = (zone: string) => ({ zone: async () => zone });
/** The zone is then that of the location. */
const NO_SETTING = { timezone: undefined };
const read = (text: string, zone = 'America/New_York', dateMeans?: 'start' | 'end') =>
  readTime('dueDate', text, clock(zone), dateMeans);

describe('a time', () => {
  test.each([
    ['with an offset is unchanged', '2026-11-24T09:00:00+02:00', '2026-11-24T07:00:00.000Z', undefined],
    ['in UTC is unchanged', '2026-11-24T09:00Z', '2026-11-24T09:00:00.000Z', undefined],
    [
      'without an offset is local (winter)',
      '2026-11-24T09:00',
      '2026-11-24T09:00:00-05:00',
      '2026-11-24T09:00-05:00 [America/New_York]',
    ],
    [
      'without an offset is local (summer)',
      '2026-07-01T09:00:30',
      '2026-07-01T09:00:30-04:00',
      '2026-07-01T09:00:30-04:00 [America/New_York]',
    ],
    [
      'that occurs twice is the first of the two',
      '2026-11-01T01:30',
      '2026-11-01T01:30:00-04:00',
      '2026-11-01T01:30-04:00 [America/New_York], the first of the two times that clocks show this; give an offset for the second',
    ],
    ['at 24:00 is the following midnight', '2026-11-24T24:00:00Z', '2026-11-25T00:00:00.000Z', undefined],
    ['on a leap day is valid', '2028-02-29T09:00:00-05:00', '2028-02-29T14:00:00.000Z', undefined],
    [
      'given as the date on which clocks are set back is its end in winter time',
      '2026-11-01',
      '2026-11-01T23:59:59-05:00',
      '2026-11-01T23:59:59-05:00 [America/New_York]',
    ],
    [
      'given as a date is its end',
      '2026-11-24',
      '2026-11-24T23:59:59-05:00',
      '2026-11-24T23:59:59-05:00 [America/New_York]',
    ],
  ])('%s', async (_, text, iso, echo) => {
    expect(await read(text)).toEqual(echo ? { iso, echo } : { iso });
  });
  test('given as a date is the start of the day at the start of a range', async () => {
    expect((await read('2026-11-24', 'Asia/Kolkata', 'start')).iso).toBe('2026-11-24T00:00:00+05:30');
  });
  test('given as a date without midnight is its first hour', async () => {
    expect((await read('2018-11-04', 'America/Sao_Paulo', 'start')).iso).toBe('2018-11-04T01:00:00-02:00');
    expect((await read('2018-11-03', 'America/Sao_Paulo')).iso).toBe('2018-11-03T23:59:59-03:00');
  });
});

describe('a time that does not exist is rejected', () => {
  test.each([
    ['a 31st of November with an offset', '2026-11-31T09:00:00-05:00'],
    ['a 30th of February in UTC', '2026-02-30T09:00:00Z'],
    ['a leap day in a common year', '2027-02-29T09:00Z'],
    ['a 31st of April with an offset without a colon', '2026-04-31T09:00:00+0200'],
    ['a thirteenth month', '2026-13-01T09:00:00Z'],
    ['a month and day of zero', '2026-00-00T09:00:00Z'],
    ['an hour of 25', '2026-11-24T25:00:00Z'],
    ['a minute after 24:00', '2026-11-24T24:01:00Z'],
    ['a second of 60', '2026-11-24T23:59:60Z'],
    ['a second of 60, local', '2026-11-24T23:59:60'],
    ['a minute of 60', '2026-11-24T09:60:00Z'],
    ['a 30th of February, local', '2026-02-30T09:00'],
    ['a 31st of June as a date', '2026-06-31'],
    ['an hour of 25, local', '2026-11-24T25:00'],
    ['the hour skipped by the change to summer time', '2026-03-08T02:30'],
    ['a day that a zone skipped', '2011-12-30', 'Pacific/Apia'],
    ['a time of a day that a zone skipped', '2011-12-30T12:00', 'Pacific/Apia'],
    ['a skipped midnight', '2018-11-04T00:00', 'America/Sao_Paulo'],
  ])('%s', async (_, text, zone = 'America/New_York') => {
    await expect(read(text, zone)).rejects.toThrow(`dueDate: "${text}" is not a valid date or time`);
  });
  test('before anything is sent, by every tool that takes a time', async () => {
    const { call, refused, sent } = await connect({ timezone: 'America/New_York' });
    const { id } = await find(call, 'maria');
    await sent();
    const dueDate = '2026-11-31T09:00:00-05:00';
    expect(await refused('create_contact_task', { contactId: id, title: 'x', dueDate })).toContain(
      'not a valid date or time',
    );
    expect(await refused('onboard_contact', { email: 'a@b.example', tasks: [{ title: 'x', dueDate }] })).toContain(
      'tasks[0].dueDate',
    );
    expect(await refused('search_location_tasks', { dueFrom: '2026-02-30T00:00:00Z' })).toContain('dueFrom');
    expect(await refused('list_changed_contacts', { since: '2026-03-08T02:30' })).toContain('since');
    expect(await sent()).toEqual([]);
  });
});

describe('while the time zone of the location is unknown', () => {
  const route = 'GET /locations/{locationId}';
  type Fault = (locationId: string) => { route: string; fault: Json };
  const failing: Fault = () => ({ route, fault: { status: 503 } });
  const naming =
    (timezone: unknown): Fault =>
    (id) => ({ route, fault: { status: 200, body: { location: { id, timezone } } } });
  const local = { title: 'Call', dueDate: '2026-12-01T09:00' };
  test.each<[string, Fault, string]>([
    ['cannot be read', failing, 'could not be read just now'],
    ['is not a zone', naming('US/Foo'), 'is none that is known'],
    ['is empty', naming(''), 'is not set'],
    ['is null', naming(null), 'is not set'],
    ['is absent', naming(undefined), 'is not set'],
    ['is a number', naming(5), 'is not set'],
  ])('because it %s, a local time is rejected and nothing is written', async (_, fault, why) => {
    const { call, refused, sent, sandbox } = await connect({ ...NO_SETTING, timers: virtualClock(NOW) });
    const { id } = await find(call, 'maria');
    sandbox.setFaults([fault(sandbox.locationId)]);
    await sent();
    for (const error of [
      await refused('create_contact_task', { contactId: id, ...local }),
      await refused('onboard_contact', { email: 'zone@less.example', tasks: [local] }),
    ]) {
      expect(error).toContain(why);
      expect(error).toContain('Nothing was written. Give the time with an offset');
      expect(error).toContain('GHL_TIMEZONE');
    }
    expect((await sent()).filter((line) => !line.startsWith('GET '))).toEqual([]);
    const offset = { ...local, dueDate: '2026-12-01T09:00:00-06:00' };
    await call('create_contact_task', { contactId: id, ...offset });
    sandbox.setFaults([]);
    expect(await call('create_contact_task', { contactId: id, ...local })).toMatchObject({
      notice: expect.stringContaining('[America/Chicago]'),
    });
  });

  test('results have UTC times and say so', async () => {
    const { call, sandbox } = await connect(NO_SETTING);
    const { id } = await find(call, 'maria');
    sandbox.setFaults([naming('US/Foo')(sandbox.locationId)]);
    expect((await call('get_contact_overview', { contactId: id })).asOf).toBe('2026-11-20T15:00Z');
    expect((await call('get_contact_timeline', { contactId: id })).asOf).toBe('2026-11-20T15:00Z');
    expect(await call('search_location_tasks', { dueFrom: '2026-11-10', limit: 1 })).toMatchObject({
      asOf: '2026-11-20T15:00Z',
      notice: expect.stringContaining("2026-11-10T00:00Z [UTC; the location's time zone in HighLevel is none"),
    });
    expect(await call('count_contacts', { groupBy: 'month' })).toMatchObject({ zone: 'UTC' });
  });

  test('GHL_TIMEZONE needs no location', async () => {
    const { call, sandbox } = await connect({ timezone: 'Asia/Tokyo' });
    const { id } = await find(call, 'maria');
    sandbox.setFaults([failing(sandbox.locationId)]);
    expect((await call('create_contact_task', { contactId: id, ...local })).notice).toContain('[Asia/Tokyo]');
  });
});

describe('the time zone of the location', () => {
  const clockOf = (ask: () => Json, state: { location: string; now: number }) => {
    const now = () => state.now;
    const location = createLocationReader({
      api: { call: async () => ask(), now } as never,
      access: () => ({ scopes: ['locations.readonly'], forbidden: new Map() }),
      locationId: () => state.location,
      now,
    });
    return createClock({ location, now });
  };

  test('is read once an hour and after a sign-in to another location', async () => {
    const state = { location: 'one', now: NOW };
    const zones: Record<string, string> = { one: 'America/Chicago', two: 'Europe/Rome' };
    let asked = 0;
    const clock = clockOf(() => {
      asked += 1;
      return { location: { timezone: zones[state.location] } };
    }, state);
    expect([await clock.zone(), await clock.locationZone(), asked]).toEqual(['America/Chicago', 'America/Chicago', 1]);
    state.location = 'two';
    expect([await clock.zone(), asked]).toEqual(['Europe/Rome', 2]);
    zones.two = 'Europe/Paris';
    state.now += 3_599_000;
    expect([await clock.zone(), asked]).toEqual(['Europe/Rome', 2]);
    state.location = 'one';
    expect([clock.knownZone(), await clock.shownZone(), asked]).toEqual(['America/Chicago', 'America/Chicago', 2]);
    state.location = 'two';
    state.now += 2_000;
    expect([await clock.zone(), asked]).toEqual(['Europe/Paris', 3]);
    state.now -= 7_200_000;
    expect([await clock.zone(), asked]).toEqual(['Europe/Paris', 4]);
  });

  test('stays the one read before where it cannot be read again, which is tried every 30 s', async () => {
    const state = { location: 'one', now: NOW };
    let answer = (): Json => ({ location: { timezone: 'America/Chicago', country: 'US' } });
    let asked = 0;
    const clock = clockOf(() => {
      asked += 1;
      return answer();
    }, state);
    await clock.zone();
    state.now += 3_600_000;
    answer = () => {
      throw new UserError('down');
    };
    const zones = async () => [await clock.shownZone(), clock.knownZone(), await clock.locationZone()];
    expect([await zones(), await clock.zone(), asked]).toEqual([
      Array(3).fill('America/Chicago'),
      'America/Chicago',
      2,
    ]);
    state.now += 30_000;
    answer = () => ({ location: { timezone: 'Europe/Rome' } });
    expect([await zones(), asked]).toEqual([Array(3).fill('Europe/Rome'), 3]);
  });

  test.each(['Asia/Kolkata', 'Europe/Kyiv', 'America/Chicago'])('keeps the name %s', async (timezone) => {
    expect(await clockOf(() => ({ location: { timezone } }), { location: 'one', now: NOW }).zone()).toBe(timezone);
  });

  test('is read again after a failure', async () => {
    const state = { location: 'one', now: NOW };
    let location: Json | null = null;
    const clock = clockOf(() => ({ location }), state);
    await expect(clock.zone()).rejects.toThrow('not set');
    expect(await clock.locationZone()).toBeUndefined();
    location = { timezone: 'America/Chicago' };
    expect(await clock.zone()).toBe('America/Chicago');
  });
});

describe('the time zone of a local time', () => {
  const task = { title: 'Call', dueDate: '2026-11-24T09:00' };
  const due = async (options: Parameters<typeof connect>[0]) => {
    const { call } = await connect({ ...NO_SETTING, ...options });
    const { contacts } = await call('list_contacts', { limit: 1 });
    const result = await call('create_contact_task', { contactId: (contacts as Json[])[0]?.id, ...task });
    return { notice: result.notice, dueDate: (result.task as Json).dueDate };
  };
  test('is GHL_TIMEZONE if set', async () => {
    expect(await due({ timezone: 'Asia/Tokyo' })).toEqual({
      notice: 'dueDate read as 2026-11-24T09:00+09:00 [Asia/Tokyo].',
      dueDate: '2026-11-24T09:00+09:00',
    });
  });
  test('is that of the location if the scope allows', async () => {
    const { call } = await connect(NO_SETTING);
    const { location } = (await call('get_location')) as { location: Json };
    expect((await due({})).notice).toContain(`[${location.timezone}]`);
  });
  test('is otherwise that of the machine, and the result repeats the time', async () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect((await due({ scopes: CONTACTS })).notice).toContain(`[${zone}]`);
  });
});

describe('search_location_tasks', () => {
  test('open includes overdue, overdue is past due and not completed, and each row has its status', async () => {
    const { call } = await connect({ timezone: 'America/Chicago' });
    const statuses = async (status: string) => {
      const { tasks, asOf } = await call('search_location_tasks', { status, limit: 100 });
      expect(asOf).toBe('2026-11-20T09:00-06:00');
      return (tasks as Json[]).map((task) => task.status);
    };
    const [open, overdue, completed] = [await statuses('open'), await statuses('overdue'), await statuses('completed')];
    expect(overdue.length).toBeGreaterThan(0);
    expect(new Set(overdue)).toEqual(new Set(['overdue']));
    expect(open.filter((s) => s === 'overdue')).toHaveLength(overdue.length);
    expect(new Set(completed)).toEqual(new Set(['completed']));
  });

  test('lists tasks due between two local dates page by page, each once', async () => {
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
