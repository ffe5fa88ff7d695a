import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { type Json, rowsIn } from '../../../src/lib/json.ts';
import { parseLocalTime } from '../../../src/lib/time.ts';
import { formatTime, parseTime, withLocalTimes } from '../../../src/lib/time-format.ts';
import { edgeOfDay } from '../../../src/lib/zoned-time.ts';
import { READ } from '../../connect.ts';
import { randomOf } from '../../random.ts';
import { volume } from '../../volume.ts';
import { ANN, DANA, data, type Intercept, openNames } from '../names/world.ts';

/** TIMES_SEED=n repeats a run that failed. */
const SEED = Number(process.env.TIMES_SEED ?? 20_261_121);
const RUNS = volume(5_000, 1_000);
const ZONES = ['America/Chicago', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Monrovia', 'Pacific/Apia', 'UTC'];

describe('a time in a zone', () => {
  test.each([
    ['to the minute', '2026-11-20T23:00:00.000Z', 'America/Chicago', '2026-11-20T17:00-06:00'],
    ['to the second if it is not zero', '2026-11-20T23:00:23.987Z', 'America/Chicago', '2026-11-20T17:00:23-06:00'],
    ['in summer', '2026-07-01T23:00:00Z', 'America/Chicago', '2026-07-01T18:00-05:00'],
    ['before clocks are set back', '2026-11-01T06:30:00Z', 'America/Chicago', '2026-11-01T01:30-05:00'],
    ['after clocks are set back', '2026-11-01T07:30:00Z', 'America/Chicago', '2026-11-01T01:30-06:00'],
    ['with an offset of 45 minutes', '2026-11-20T23:00:00Z', 'Asia/Kathmandu', '2026-11-21T04:45+05:45'],
    ['given with another offset', '2026-11-20T23:00:00+0100', 'America/Chicago', '2026-11-20T16:00-06:00'],
    ['before 1970', '1955-06-01T12:00:00Z', 'America/Chicago', '1955-06-01T07:00-05:00'],
    ['before zones, with whole minutes', '1870-01-01T12:00:00Z', 'America/Chicago', '1870-01-01T06:10-05:50'],
    ['in UTC', '2026-11-20T23:00:00Z', 'UTC', '2026-11-20T23:00+00:00'],
    ['without a zone', '2026-11-20T23:00:05.5Z', undefined, '2026-11-20T23:00:05Z'],
    [
      'in a year that the zone gives in six digits',
      '9999-12-31T23:00:00Z',
      'Asia/Kathmandu',
      '9999-12-31T23:00:00.000Z',
    ],
  ])('%s', (_, given, zone, shown) => {
    expect(formatTime(parseTime(given), zone)).toBe(shown);
  });

  test('is the same moment to the second, and Temporal gives the same text (random)', () => {
    console.log(`TIMES_SEED=${SEED}`);
    const random = randomOf(SEED);
    for (let n = 0; n < RUNS; n += 1) {
      const zone = ZONES[n % ZONES.length] ?? 'UTC';
      const ms = Math.floor((random() * 130 - 10) * 31_557_600_000);
      const shown = formatTime(ms, zone);
      expect(Date.parse(shown), `${ms} ${zone}`).toBe(Math.floor(ms / 1_000) * 1_000);
      const moment = Temporal.Instant.fromEpochMilliseconds(Math.floor(ms / 1_000) * 1_000).toZonedDateTimeISO(zone);
      const smallestUnit = moment.second === 0 ? 'minute' : 'second';
      // Offsets with seconds were in use in Monrovia until 1972.
      if (moment.offsetNanoseconds % 60e9 === 0)
        expect(shown).toBe(moment.toString({ timeZoneName: 'never', smallestUnit, roundingMode: 'floor' }));
    }
  });

  test('a local time is read as Temporal reads it, also where clocks change (random)', () => {
    console.log(`TIMES_SEED=${SEED}`);
    const random = randomOf(SEED);
    const near = [
      '2026-03-08T08:00Z',
      '2026-11-01T07:00Z',
      '2026-04-04T15:00Z',
      '2026-10-03T15:30Z',
      '2011-12-30T10:00Z',
    ];
    for (let n = 0; n < RUNS; n += 1) {
      const zone = ZONES[n % ZONES.length] ?? 'UTC';
      const ms = Date.parse(near[n % near.length] ?? '') + Math.floor((random() - 0.5) * 4_000) * 60_000;
      const local = new Date(ms).toISOString().slice(0, 19);
      const expected = Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
      expect(parseLocalTime(local.replace('T', ' '), zone), `${local} ${zone}`).toBe(expected);
    }
  });

  test('a day starts and ends as Temporal has it, also where clocks change (random)', () => {
    console.log(`TIMES_SEED=${SEED}`);
    const random = randomOf(SEED);
    const zones = [...ZONES, 'America/Sao_Paulo', 'Asia/Beirut', 'America/Havana'];
    for (let n = 0; n < 3_000; n += 1) {
      const zone = zones[n % zones.length] ?? 'UTC';
      const date = Temporal.PlainDate.from('2005-01-01').add({ days: Math.floor(random() * 8_000) });
      const start = date.toZonedDateTime(zone);
      const next = start.add({ days: 1 }).startOfDay();
      const isSkipped = !start.toPlainDate().equals(date);
      const edges = (['start', 'end'] as const).map((edge) => edgeOfDay(date.toString(), zone, edge)?.epochMs);
      expect(edges, `${date} ${zone}`).toEqual(
        isSkipped ? [undefined, undefined] : [start.epochMilliseconds, next.epochMilliseconds - 1_000],
      );
    }
    expect(edgeOfDay('2011-12-30', 'Pacific/Apia', 'start')).toBeUndefined();
  });

  test.each(['2026-11-31 10:00:00', '0000-00-00 00:00:00', '2026-11-20', '2026-11-20T10:00Z', ''])(
    '%j is no local time',
    (text) => {
      expect(parseLocalTime(text, 'UTC')).toBeNaN();
    },
  );

  test('in a sentence only what is not quoted is changed', () => {
    expect(withLocalTimes('Try "2026-11-20T15:00:00Z \\" x" at 2026-11-20T15:00:00.000Z.', 'America/Chicago')).toBe(
      'Try "2026-11-20T15:00:00Z \\" x" at 2026-11-20T09:00-06:00.',
    );
  });
});

const isLocation = (request: string) => /^GET \/locations\/\w+$/.test(request);
const locationWith =
  (location: Json): Intercept =>
  (request) =>
    isLocation(`${request.method} ${new URL(request.url).pathname}`)
      ? Response.json({ location: { id: 'x', ...location } })
      : undefined;
const timeOf = ({ contact }: Json) => String((contact as Json).dateAdded);
const get = { contactId: ANN };

describe('the zone of the times of an answer', () => {
  test('is asked for once, side by side with the names, and not for an answer without times', async () => {
    const waiting: (() => void)[] = [];
    let held: string[] = [];
    const { call, intercept, requests, advance } = await openNames({ timezone: undefined });
    await call('search_contacts', { query: 'ann' });
    await call('get_contact', { ...get, fields: ['email', 'tags'] });
    expect(requests().filter(isLocation)).toEqual([]);
    advance(700_000);
    intercept(async (request) => {
      const path = new URL(request.url).pathname;
      if (path.startsWith('/contacts/')) return undefined;
      held.push(path);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return undefined;
    });
    const answer = call('get_contact', get);
    while (held.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(held.map((path) => path.split('/').at(-1) || 'users').length).toBe(4);
    for (const resolve of waiting) resolve();
    expect(timeOf(await answer)).toMatch(/-0[56]:00$/);
    held = [];
    requests();
    await call('get_contact', get);
    expect(requests().filter((request) => !request.includes('/contacts/'))).toEqual([]);
  });

  test('is UTC while it cannot be read, which is tried again after 30 s, and at once before a write', async () => {
    const down: Intercept = (request) =>
      new URL(request.url).pathname.startsWith('/locations/') && !request.url.includes('custom')
        ? new Response('{}', { status: 403 })
        : undefined;
    const { call, refused, intercept, requests, advance } = await openNames({ timezone: undefined, intercept: down });
    const task = { contactId: ANN, title: 'x', dueDate: '2026-12-01T09:00' };
    expect(timeOf(await call('get_contact', get))).toMatch(/Z$/);
    advance(20_000);
    expect(timeOf(await call('get_contact', get))).toMatch(/Z$/);
    expect(requests().filter(isLocation)).toHaveLength(1);
    expect(await refused('create_contact_task', task)).toContain('could not be read just now');
    expect(requests().filter(isLocation)).toHaveLength(1);
    advance(31_000);
    intercept(() => undefined);
    expect(timeOf(await call('get_contact', get))).toMatch(/-0[56]:00$/);
    expect(requests().filter(isLocation)).toHaveLength(1);
    expect((await call('create_contact_task', task)).notice).toContain('2026-12-01T09:00-06:00 [America/Chicago]');
    expect(requests().filter(isLocation)).toEqual([]);
  });

  test('is no longer asked for when the host cancels, and the next call asks again', async () => {
    const { client, call, intercept, requests } = await openNames({ timezone: undefined });
    for (const [name, args] of [
      ['get_contact', get],
      ['search_contacts', { createdAfter: '2026-11-01' }],
      ['find_duplicate_contact', { number: '(312) 555-0100' }],
    ] as const) {
      const cancel = new AbortController();
      let ended = false;
      intercept((request) => {
        if (!isLocation(`${request.method} ${new URL(request.url).pathname}`)) return undefined;
        return new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => {
            ended = true;
            reject(request.signal.reason);
          });
          setImmediate(() => cancel.abort());
        });
      });
      const options = { signal: cancel.signal };
      await expect(client.callTool({ name, arguments: args }, undefined, options)).rejects.toThrow();
      while (!ended) await new Promise((resolve) => setImmediate(resolve));
    }
    intercept(() => undefined);
    requests();
    expect(timeOf(await call('get_contact', get))).toMatch(/-0[56]:00$/);
    expect(requests().filter(isLocation)).toHaveLength(1);
  });

  test.each([['Mars/Olympus'], [''], [null], [7]])('is UTC if that of the location is %j', async (timezone) => {
    const { call } = await openNames({ timezone: undefined, intercept: locationWith({ timezone }) });
    expect(timeOf(await call('get_contact', get))).toMatch(/Z$/);
  });

  test('is that of the machine without the scope, or where the owner forbids to read the location', async () => {
    const machine = formatTime(0, Intl.DateTimeFormat().resolvedOptions().timeZone).slice(-6);
    for (const options of [{ scopes: READ }, { select: '-get_location' }]) {
      const { call, requests } = await openNames({ timezone: undefined, ...options });
      expect(timeOf(await call('get_contact', get)).slice(-6)).toBe(machine);
      expect(requests().filter(isLocation)).toEqual([]);
    }
  });

  test('and the country of phone numbers come from one request', async () => {
    const { call, requests } = await openNames({ timezone: undefined });
    await call('update_contact', { contactId: ANN, phone: '(312) 555-0100' });
    await call('get_contact', get);
    await call('create_contact_task', { contactId: ANN, title: 'x', dueDate: '2026-12-01T09:00', assignedTo: DANA });
    expect(requests().filter(isLocation)).toHaveLength(1);
  });
});

test('appointments without an offset are local to the location, whatever the zone of the owner', async () => {
  const contacts = [
    {
      id: ANN,
      appointments: [
        { title: 'Check', calendarId: 'Shop', startTime: '2026-11-01T07:30:00Z', endTime: '2026-11-01T08:30:00Z' },
      ],
    },
  ];
  const { call } = await openNames({ timezone: 'Asia/Kathmandu', sandbox: { data: { ...data, contacts } as never } });
  const [event] = rowsIn(await call('list_contact_appointments', get), 'events');
  // Clocks show 01:30 twice that night: the first is taken.
  expect(event).toMatchObject({ startTime: '2026-11-01T12:15+05:45', endTime: '2026-11-01T14:15+05:45' });
  const { past } = await call('get_contact_overview', get);
  expect(past).toMatchObject([{ startTime: '2026-11-01T12:15+05:45' }]);
});
