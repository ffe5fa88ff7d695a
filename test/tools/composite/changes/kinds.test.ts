import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { realTimers } from '../../../../src/lib/scheduler.ts';
import { inMemoryStore } from '../../../../src/lib/state-file.ts';
import { DAY_MS } from '../../../../src/lib/time.ts';
import { createSandbox, type SandboxData } from '../../../../src/sandbox/index.ts';
import { CONTACTS, type Connected, connect, NOW, type Options } from '../../../connect.ts';
import { client } from '../../../sandbox/api.ts';
import { connectVia } from './changed-answers.ts';

const TOOL = 'list_changed_contacts';
const LAST = { since: 'last' };
const [SHOP, ROAD] = ['calendarShop00000001', 'calendarRoad00000001'];
const person = (i: number): Json => ({ id: `contact${i}`, firstName: `Person ${i}`, tags: ['watched'] });
const dataOf = (contacts: number): SandboxData =>
  ({
    location: { timezone: 'America/Chicago' },
    calendars: [SHOP, ROAD].map((id) => ({ id, name: id })),
    contacts: Array.from({ length: contacts }, (_, i) => person(i)),
  }) as unknown as SandboxData;
const sandboxOf = (contacts = 3) => ({ data: dataOf(contacts), indexDelayMs: 0 });

const inDays = (days: number): string => new Date(NOW + days * DAY_MS).toISOString().replace('.000', '');
async function book({ sandbox }: Connected, calendarId: string, days: number): Promise<string> {
  const appointment = { locationId: sandbox.locationId, calendarId, contactId: 'contact1', startTime: inDays(days) };
  return (await client(sandbox).post('/calendars/events/appointments', appointment)).body.id;
}

const viaOf = async (...args: Parameters<typeof connectVia>) => open({}, connectVia(...args));

/** Has had an answer that says that there is no rate limit: the clock, which bulk requests would wait for, stands still. */
async function open(options: Options = {}, connecting: Promise<Connected> = connect(options)): Promise<Connected> {
  const server = await connecting;
  await server.call('get_contact', { contactId: 'contact0' });
  return server;
}

/** The answers of a call and of those that its `next` names. */
async function answersOf({ call }: Pick<Connected, 'call'>, first: Json): Promise<Json[]> {
  const answers: Json[] = [];
  for (let args: Json | undefined = first; args; args = answers.at(-1)?.next as Json | undefined)
    answers.push(await call(TOOL, args));
  return answers;
}
const rowsIn = (answers: readonly Json[], key: string) => answers.flatMap((answer) => (answer[key] as Json[]) ?? []);
const shortOf = (answers: readonly Json[], key: string) =>
  rowsIn(answers, key).map(({ id, change }) => `${change} ${id}`);

describe('appointments', () => {
  const asked = { ...LAST, appointments: true };

  test('are reported as booked, moved, with another status, cancelled and deleted, with what they were before', async () => {
    const server = await open({ sandbox: sandboxOf() });
    const others = client(server.sandbox);
    await server.call(TOOL, asked);
    const id = await book(server, SHOP, 3);
    expect(await server.call(TOOL, asked)).toMatchObject({
      changedAppointments: [{ id, change: 'booked', contact: 'Person 1', seenAt: '2026-11-20T09:00-06:00' }],
    });
    await others.put(`/calendars/events/appointments/${id}`, { startTime: inDays(4) });
    expect(await server.call(TOOL, asked)).toMatchObject({
      changedAppointments: [{ id, change: 'moved', previousStart: '2026-11-23T09:00-06:00' }],
    });
    await others.put(`/calendars/events/appointments/${id}`, { appointmentStatus: 'showed' });
    expect(await server.call(TOOL, asked)).toMatchObject({
      changedAppointments: [{ id, change: 'statusChanged', status: 'showed', previousStatus: 'confirmed' }],
    });
    await others.put(`/calendars/events/appointments/${id}`, { appointmentStatus: 'cancelled' });
    expect(shortOf([await server.call(TOOL, asked)], 'changedAppointments')).toEqual([`cancelled ${id}`]);
    await others.remove(`/calendars/events/${id}`, {});
    expect(shortOf([await server.call(TOOL, asked)], 'changedAppointments')).toEqual([`deleted ${id}`]);
    expect((await server.call(TOOL, asked)).changedAppointments).toBeUndefined();
  });

  test('that are moved out of the window and back are moved, and time alone reports none', async () => {
    const server = await open({ sandbox: sandboxOf() });
    await server.call(TOOL, asked);
    const id = await book(server, SHOP, 10);
    const far = await book(server, SHOP, 61);
    expect(shortOf([await server.call(TOOL, asked)], 'changedAppointments')).toEqual([`booked ${id}`]);
    const move = (days: number) =>
      client(server.sandbox).put(`/calendars/events/appointments/${id}`, { startTime: inDays(days) });
    await move(100);
    expect(shortOf([await server.call(TOOL, asked)], 'changedAppointments')).toEqual([`moved ${id}`]);
    await move(20);
    expect(shortOf([await server.call(TOOL, asked)], 'changedAppointments')).toEqual([`moved ${id}`]);
    // What was booked in the last minutes before a look is new to the next one.
    server.advance(200_000);
    await server.call(TOOL, asked);
    for (let day = 0; day < 30; day += 1) {
      server.advance(DAY_MS);
      expect((await server.call(TOOL, asked)).changedAppointments, `${day}`).toBeUndefined();
    }
    await client(server.sandbox).remove(`/calendars/events/${far}`, {});
    expect(shortOf([await server.call(TOOL, asked)], 'changedAppointments')).toEqual([`deleted ${far}`]);
  });

  test('of a calendar that fails are named as not seen, and come with the next look', async () => {
    const server = await open({ sandbox: sandboxOf() });
    const kept = await book(server, ROAD, 2);
    await server.call(TOOL, asked);
    const booked = [await book(server, SHOP, 3), await book(server, ROAD, 4)];
    server.sandbox.setFaults([{ route: 'GET /calendars/events', nth: 2, fault: { status: 403 } }]);
    const first = await server.call(TOOL, asked);
    expect(first.unseen).toContain(`appointments of calendar ${ROAD}`);
    expect(first.notice).toContain(`appointments of calendar ${ROAD} could not be read`);
    const all = shortOf([first, await server.call(TOOL, asked)], 'changedAppointments');
    expect(all).toEqual(booked.map((id) => `booked ${id}`));
    expect(all.join()).not.toContain(kept);
  });

  test('without the scopes of calendars are named as not seen, and the contacts are given', async () => {
    const server = await open({ scopes: CONTACTS, sandbox: sandboxOf() });
    const answer = await server.call(TOOL, { since: '2020-01-01', appointments: true });
    expect(answer.contacts).toHaveLength(3);
    expect(answer.unseen).toContain('appointments');
    expect(answer.notice).toContain('calendars.readonly');
  });

  test.each([-400, -30, 30])('are never taken for deleted because the clock is wrong by %i days', async (days) => {
    const memory = inMemoryStore();
    const sandboxed = createSandbox({ now: () => NOW, rate: 'off', ...sandboxOf() });
    const server = await open({ sandboxed, memory });
    for (const day of [-6, 0.5, 20, 59]) await book(server, SHOP, day);
    expect(rowsIn([await server.call(TOOL, asked)], 'changedAppointments')).toHaveLength(4);
    const clock = () => NOW + days * DAY_MS;
    const wrong = await open({ sandboxed, memory, timers: { ...realTimers, now: clock, wall: clock } });
    const isDeleted = ({ change }: Json) => change === 'deleted';
    expect(rowsIn([await wrong.call(TOOL, asked)], 'changedAppointments').filter(isDeleted)).toEqual([]);
    const right = await open({ sandboxed, memory });
    expect(rowsIn([await right.call(TOOL, asked)], 'changedAppointments').filter(isDeleted)).toEqual([]);
  });
});

describe('deleted contacts', () => {
  const asked = { ...LAST, deleted: true };

  test('are reported once, page by page, without another sweep, for one request each', async () => {
    const server = await open({ sandbox: sandboxOf(620) });
    const others = client(server.sandbox);
    const last = (await answersOf(server, { ...asked, limit: 50 })).at(-1);
    expect(last?.notice).toContain('Deleted contacts are reported from the next answer on');
    await answersOf(server, LAST);
    for (let i = 0; i < 120; i += 1) await others.remove(`/contacts/contact${i}`);
    await server.sent();
    const answers = await answersOf(server, { ...asked, limit: 50 });
    const rows = rowsIn(answers, 'deletedContacts');
    expect(new Set(rows.map(({ id }) => id)).size).toBe(120);
    expect(rows).toHaveLength(120);
    const requests = answers.reduce((sum, { requests }) => sum + (requests as { sent: number }).sent, 0);
    expect((await server.sent()).length).toBe(requests);
    // One search for changes, one page of 500 for what is left, and the checks, of which a few are repeated.
    expect(requests).toBeLessThan(120 + 20 + 2);
    expect(answers[0]).toMatchObject({ requests: { left: 70 } });
  });

  test('are found by a sweep that a failed page interrupts, from that page on', async () => {
    const server = await open({ sandbox: sandboxOf(1_100) });
    server.advance(400_000);
    // The search for changes and the one for the number of contacts come before the pages.
    server.sandbox.setFaults([{ route: 'POST /contacts/search', nth: 4, fault: { status: 403 } }]);
    const answers = await answersOf(server, { since: new Date(server.now()).toISOString(), deleted: true });
    expect(answers).toMatchObject([{ requests: { left: 1 } }, {}]);
    expect(answers.at(-1)?.notice).toContain('Deleted contacts are reported from the next answer on');
    await client(server.sandbox).remove('/contacts/contact800');
    expect(shortOf([await server.call(TOOL, asked)], 'deletedContacts')).toEqual(['deleted contact800']);
  });

  test('that only the index lacks are not reported', async () => {
    let hides = false;
    const server = await viaOf(
      async (request, real) => {
        if (!hides || !request.url.endsWith('/contacts/search')) return real;
        const { contacts } = (await real.json()) as { contacts: Json[] };
        return Response.json({ contacts: contacts.filter(({ id }) => id !== 'contact1'), total: contacts.length - 1 });
      },
      { sandbox: sandboxOf() },
    );
    await server.call(TOOL, asked);
    hides = true;
    await client(server.sandbox).remove('/contacts/contact2');
    expect(shortOf([await server.call(TOOL, asked)], 'deletedContacts')).toEqual(['deleted contact2']);
  });
});

describe('notes', () => {
  const note = ({ sandbox }: Connected, i: number, body: string) =>
    client(sandbox).post(`/contacts/contact${i}/notes`, { body });

  test('of named contacts are reported as added, changed and deleted', async () => {
    const server = await open({ sandbox: sandboxOf() });
    const asked = { ...LAST, notesOf: ['contact0', 'contact1'] };
    const { id } = (await note(server, 0, 'Old')).body.note;
    expect(await server.call(TOOL, asked)).toMatchObject({
      changedNotes: [{ id, change: 'added', contactId: 'contact0', body: 'Old' }],
      unseen: expect.arrayContaining(['notes of other contacts']),
    });
    await client(server.sandbox).put(`/contacts/contact0/notes/${id}`, { body: 'New' });
    await note(server, 2, 'Of somebody else');
    expect(await server.call(TOOL, asked)).toMatchObject({ changedNotes: [{ id, change: 'changed', body: 'New' }] });
    await client(server.sandbox).remove(`/contacts/contact0/notes/${id}`);
    expect(shortOf([await server.call(TOOL, asked)], 'changedNotes')).toEqual([`deleted ${id}`]);
  });

  test('of a tag are complete where a page of the search ends early', async () => {
    const server = await open({ sandbox: sandboxOf() });
    await server.call(TOOL, { ...LAST, notesOfTag: 'watched' });
    for (const i of [0, 2]) await note(server, i, `Note ${i}`);
    const page = (...contacts: number[]) => ({
      status: 200,
      body: { total: 3, contacts: contacts.map((i) => ({ ...person(i), searchAfter: [i, `contact${i}`] })) },
    });
    // The first search is that for changed contacts.
    const route = 'POST /contacts/search';
    server.sandbox.setFaults([page(0, 1), page(2)].map((fault, at) => ({ route, nth: at + 2, fault })));
    const { changedNotes } = await server.call(TOOL, { ...LAST, notesOfTag: 'watched' });
    expect(changedNotes).toMatchObject([{ body: 'Note 0' }, { body: 'Note 2' }]);
  });

  test('a look that would take a notable share of the day is first announced, then started by next, and costs that', async () => {
    const server = await viaOf(
      (_, { body, status, headers }) => {
        const low = new Headers(headers);
        for (const [name, value] of [['limit-daily', 400], ['daily-remaining', 300]]) low.set(`x-ratelimit-${name}`, `${value}`); // biome-ignore format: one line
        return new Response(body, { status, headers: low });
      },
      { sandbox: sandboxOf(60) },
    );
    await answersOf(server, { since: '2020-01-01', limit: 50 });
    await note(server, 7, 'Seven');
    const announced = await server.call(TOOL, { ...LAST, notesOfTag: 'Watched' });
    expect(announced.notice).toContain('It takes about 61 requests, 15 % of the 400 this location has a day');
    expect(announced).toMatchObject({ requests: { left: 61 }, next: { notesOfTag: 'Watched' } });
    expect(announced.changedNotes).toBeUndefined();
    const answers = await answersOf(server, announced.next as Json);
    expect(rowsIn(answers, 'changedNotes')).toMatchObject([{ body: 'Seven' }]);
    expect(answers.reduce((sum, { requests }) => sum + (requests as { sent: number }).sent, 0)).toBe(61);
  });

  test('a look that runs out of time is continued by next, in another process too: every row once', async () => {
    const memory = inMemoryStore();
    const sandboxed = createSandbox({ now: () => NOW, rate: 'off', ...sandboxOf(60) });
    let slow = 0;
    const reopen = async () => {
      const server = await viaOf(
        (request, real) => {
          if (/\/notes$/.test(request.url)) server.advance(slow);
          return real;
        },
        { sandboxed, memory },
      );
      return server;
    };
    const first = await reopen();
    await answersOf(first, { ...LAST, limit: 50 });
    for (let i = 0; i < 60; i += 1) await note(first, i, `Note ${i}`);
    slow = 1_500;
    const answers = [await first.call(TOOL, { ...LAST, notesOfTag: 'watched', limit: 50 })];
    while (answers.at(-1)?.next) answers.push(await (await reopen()).call(TOOL, answers.at(-1)?.next as Json));
    expect(answers.length).toBeGreaterThan(1);
    const bodies = rowsIn(answers, 'changedNotes').map(({ body }) => body);
    expect([bodies.length, new Set(bodies).size]).toEqual([60, 60]);
  });

  test('a cancelled look is repeated as a whole', async () => {
    const memory = inMemoryStore();
    const stop = new AbortController();
    const server = await viaOf(
      (request, real) => {
        if (/\/notes$/.test(request.url) && request.method === 'GET') stop.abort();
        return real;
      },
      { sandbox: sandboxOf(30), memory },
    );
    await answersOf(server, { ...LAST, limit: 50 });
    for (let i = 0; i < 30; i += 1) await note(server, i, `Note ${i}`);
    const asked = { ...LAST, notesOfTag: 'watched', limit: 50 };
    const call = server.client.callTool({ name: TOOL, arguments: asked }, undefined, { signal: stop.signal });
    await expect(call).rejects.toThrow();
    expect(rowsIn(await answersOf(server, asked), 'changedNotes')).toHaveLength(30);
  });
});

test('a server that ends after its answer, and two on one state: nothing is missed, nothing repeated', async () => {
  const memory = inMemoryStore();
  const sandboxed = createSandbox({ now: () => NOW, rate: 'off', ...sandboxOf(30) });
  const asked = { ...LAST, appointments: true, deleted: true, notesOf: ['contact3'], limit: 50 };
  const first = await open({ sandboxed, memory });
  await answersOf(first, asked);
  const booked = await book(first, SHOP, 2);
  await client(sandboxed).remove('/contacts/contact9');
  expect(shortOf([await first.call(TOOL, asked)], 'changedAppointments')).toEqual([`booked ${booked}`]);
  const second = await open({ sandboxed, memory });
  const again = await second.call(TOOL, asked);
  for (const key of ['changedAppointments', 'deletedContacts', 'changedNotes']) expect(again[key]).toBeUndefined();
  await client(sandboxed).post('/contacts/contact3/notes', { body: 'Both' });
  await client(sandboxed).remove('/contacts/contact8');
  const { cursor } = again;
  const { since: _, ...rest } = asked;
  const both = await Promise.all([first, second].map(({ call }) => call(TOOL, { ...rest, cursor })));
  for (const answer of both)
    expect(answer).toMatchObject({ deletedContacts: [{ id: 'contact8' }], changedNotes: [{ body: 'Both' }] });
  expect(await first.call(TOOL, asked)).not.toHaveProperty('deletedContacts');
});
