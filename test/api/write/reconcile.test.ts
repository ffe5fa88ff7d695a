import { describe, expect, test } from 'vitest';
import { matchFields } from '../../../src/api/write/compare.ts';
import type { Entry } from '../../../src/api/write/journal.ts';
import type { Json } from '../../../src/lib/json.ts';
import type { Fault } from '../../../src/sandbox/index.ts';
import { endpoints } from '../../../src/tools/index.ts';
import { connect, find, NOW, textOf } from '../../connect.ts';
import { virtualClock } from '../virtual-clock.ts';

describe('every write', () => {
  const writes = endpoints.filter(({ effect }) => effect !== 'read');

  test.each(writes)('$name describes how it is reconciled', ({ reconcile }) => {
    expect(reconcile?.description).toMatch(/\w/);
  });

  test('that creates a record declares it, so that it is not created twice', () => {
    const making = writes.filter(({ reconcile }) => reconcile?.createsRecord).map(({ name }) => name);
    expect(making).toEqual(['create_contact', 'create_contact_task', 'create_contact_note']);
  });
});

describe('comparison of the fields sent with the stored ones', () => {
  const id = 'FieldFieldFieldFie01';
  const kept = { customFields: [{ id, value: 'Trek' }] };
  test.each<[string, Json, Json, ReturnType<typeof matchFields>]>([
    ['nothing sent', {}, { city: 'Chicago' }, 'match'],
    ['text', { city: ' Chicago ' }, { city: 'Chicago' }, 'match'],
    ['another text', { city: 'Chicago', state: 'IL' }, { city: 'Chicago', state: 'WI' }, 'mismatch'],
    ['an email in capitals', { email: 'Ada@Old.Example' }, { email: 'ada@old.example' }, 'match'],
    ['tags in capitals, twice, in another order', { tags: ['VIP', 'old', 'vip'] }, { tags: ['old', 'vip'] }, 'match'],
    ['a tag too many', { tags: ['vip'] }, { tags: ['old', 'vip'] }, 'mismatch'],
    ['no tags', { tags: [] }, {}, 'match'],
    ['a phone with blanks', { phone: '+1 (312) 555-0101' }, { phone: '+13125550101' }, 'match'],
    ['a phone without country', { phone: '(312) 555-0101' }, { phone: '+13125550101' }, 'match'],
    ['a phone with a leading zero', { phone: '0151 23456789' }, { phone: '+4915123456789' }, 'match'],
    ['another phone', { phone: '+13125550199' }, { phone: '+13125550101' }, 'unknown'],
    ...[
      '1988-04-09',
      '1988/04/09',
      '1988.04.09',
      '1988_04_09',
      '04-09-1988',
      '04/09/1988',
      '04.09.1988',
      '04_09_1988',
    ].map((dateOfBirth): [string, Json, Json, 'match'] => [
      dateOfBirth,
      { dateOfBirth },
      { dateOfBirth: '1988-04-09' },
      'match',
    ]),
    [
      'a birthday as create answers it',
      { dateOfBirth: '04/09/1988' },
      { dateOfBirth: '1988-04-09T00:00:00.000Z' },
      'match',
    ],
    ['another birthday', { dateOfBirth: '09/04/1988' }, { dateOfBirth: '1988-04-09' }, 'mismatch'],
    ['a custom field by id', { customFields: [{ id, field_value: 'Trek' }] }, kept, 'match'],
    ['another value', { customFields: [{ id, field_value: 'Cube' }] }, kept, 'unknown'],
    ['a custom field by key', { customFields: [{ key: 'bike', field_value: 'Trek' }] }, kept, 'unknown'],
    ['a custom field emptied', { customFields: [{ id, field_value: '' }] }, { customFields: [] }, 'match'],
    [
      'choices in another order',
      { customFields: [{ id, field_value: ['b', 'a'] }] },
      { customFields: [{ id, value: ['a', 'b'] }] },
      'match',
    ],
    ['a number', { customFields: [{ id, field_value: '12' }] }, { customFields: [{ id, value: 12 }] }, 'match'],
    ['a field cleared', { city: null }, {}, 'match'],
    ['a field to be cleared', { city: null }, { city: 'Chicago' }, 'mismatch'],
    ['clear as it was asked for', { clear: ['city', 'state'] }, { state: 'IL' }, 'mismatch'],
    ['a note as HTML', { body: 'Likes <gravel> & cargo' }, { body: '<p>Likes &amp; cargo</p>' }, 'match'],
    ['another note', { body: 'Likes gravel' }, { body: '<p>Likes cargo</p>' }, 'mismatch'],
    [
      'one instant in two zones',
      { dueDate: '2026-11-24T09:00:00-05:00' },
      { dueDate: '2026-11-24T14:00:00.000Z' },
      'match',
    ],
    ['not completed', { completed: false }, {}, 'match'],
    ['a gender, which may be dropped', { gender: 'female', city: 'Chicago' }, { city: 'Chicago' }, 'unknown'],
    ['a gender beside a wrong city', { gender: 'female', city: 'Chicago' }, { city: 'Boston' }, 'mismatch'],
  ])('%s', (_, sent, stored, answer) => {
    expect(matchFields(sent, stored)).toBe(answer);
  });
});

const LOST: Fault = { connection: 'cut', strikes: 'after' };
const SILENT: Fault = { connection: 'hang', strikes: 'after' };
const NOTES = 'POST /contacts/{contactId}/notes';
const LISTED = 'GET /contacts/{contactId}/notes';

/** A server and sandbox on a clock of their own, and somebody to write notes about. */
async function office() {
  const clock = virtualClock(NOW);
  const journal: Entry[] = [];
  const connected = await connect({
    sandbox: { now: clock.now, wait: clock.wait },
    api: { timers: clock, timeoutMs: 30_000, random: () => 0.5, journal: async (entry) => journal.push(entry) > 0 },
  });
  const { call } = connected;
  const { id: contactId } = await find(call, 'maria');
  const args = { contactId, body: 'Wants the blue one.' };
  const notes = async () =>
    ((await call('list_contact_notes', { contactId })).notes as Json[]).filter(({ body }) => body === args.body).length;
  const add = () => call('create_contact_note', args);
  const later = async (ms: number) => {
    await clock.wait(ms);
  };
  return { ...connected, clock, journal, contactId, args, notes, add, later };
}

const idOf = (answer: Json) => (answer.note as Json).id;

describe('the same create again', () => {
  test.each([
    ['whose answer was lost', LOST],
    ['that timed out', SILENT],
  ])('after one %s: returns the first outcome and creates no second record', async (_, fault) => {
    const { sandbox, add, notes, later } = await office();
    sandbox.setFaults([{ route: NOTES, nth: 1, fault }]);
    const first = await add();
    expect(first.notice).toMatch(/Looked it up: it was done/);
    await later(540_000);
    const again = await add();
    expect(idOf(again)).toBe(idOf(first));
    expect(again.notice).toMatch(/same call was made \d+ s ago/);
    expect(await notes()).toBe(1);
  });

  test('after a cancelled one: waits for the first and returns its outcome', async () => {
    const { sandbox, client, clock, args, add, notes, journal } = await office();
    sandbox.setFaults([{ route: NOTES, nth: 1, fault: SILENT }]);
    const host = new AbortController();
    const cancelled = client.callTool({ name: 'create_contact_note', arguments: args }, undefined, {
      signal: host.signal,
    });
    cancelled.catch(() => {});
    await clock.wait(100);
    host.abort();
    await expect(cancelled).rejects.toThrow();
    const again = await add();
    expect(again.notice).toMatch(/same call was made/);
    expect(await notes()).toBe(1);
    expect(journal).toHaveLength(1);
    expect(journal[0]).toMatchObject({ outcome: 'done', reconciled: true, cancelled: true });
  });

  test('after an uncertain one: reads again and writes only what is missing', async () => {
    const { sandbox, client, args, add, notes, later } = await office();
    const attempt = () => client.callTool({ name: 'create_contact_note', arguments: args });
    const lostAndBlind: Parameters<typeof sandbox.setFaults>[0] = [
      { route: NOTES, nth: 1, fault: LOST },
      { route: LISTED, fault: { status: 500 } },
    ];
    sandbox.setFaults(lostAndBlind);
    expect(textOf(await attempt())).toMatch(/is not known: do not repeat it blindly/);
    await later(60_000);
    expect(textOf(await attempt())).toMatch(/answer was lost.*is not known/);
    sandbox.setFaults([]);
    await later(60_000);
    const found = await add();
    expect(found.notice).toMatch(/answer was lost. Looked it up: it was done/);
    expect(idOf(await add())).toBe(idOf(found));
    expect(await notes()).toBe(1);
  });

  test('after an uncertain one that was not done: is sent', async () => {
    const { sandbox, client, args, add, notes, later } = await office();
    sandbox.setFaults([
      { route: NOTES, nth: 1, fault: { connection: 'cut' } },
      { route: LISTED, fault: { status: 500 } },
    ]);
    expect(textOf(await client.callTool({ name: 'create_contact_note', arguments: args }))).toMatch(/is not known/);
    sandbox.setFaults([]);
    await later(60_000);
    expect((await add()).notice).toBeUndefined();
    expect(await notes()).toBe(1);
  });

  test('twice concurrently after an uncertain one: creates no second record', async () => {
    const { sandbox, client, args, add, notes, later } = await office();
    sandbox.setFaults([
      { route: NOTES, nth: 1, fault: { connection: 'cut' } },
      { route: LISTED, fault: { status: 500 } },
    ]);
    await client.callTool({ name: 'create_contact_note', arguments: args });
    sandbox.setFaults([]);
    await later(60_000);
    const [one, other] = await Promise.all([add(), add()]);
    expect(idOf(one)).toBe(idOf(other));
    expect(await notes()).toBe(1);
  });

  test('after ten minutes: is sent', async () => {
    const { sandbox, add, notes, later } = await office();
    sandbox.setFaults([{ route: NOTES, nth: 1, fault: LOST }]);
    const first = await add();
    await later(601_000);
    expect(idOf(await add())).not.toBe(idOf(first));
    expect(await notes()).toBe(2);
  });

  test('after a success whose result was delivered: is sent', async () => {
    const { add, notes } = await office();
    const first = await add();
    expect(idOf(await add())).not.toBe(idOf(first));
    expect(await notes()).toBe(2);
  });

  test('after the first record was deleted: is sent', async () => {
    const { sandbox, call, contactId, add, notes } = await office();
    sandbox.setFaults([{ route: NOTES, nth: 1, fault: LOST }]);
    const first = await add();
    await call('delete_contact_note', { contactId, noteId: idOf(first) });
    expect(idOf(await add())).not.toBe(idOf(first));
    expect(await notes()).toBe(1);
  });

  test('of tags, which are idempotent: is sent', async () => {
    const { sandbox, call, contactId, sent } = await office();
    sandbox.setFaults([{ route: 'POST /contacts/{contactId}/tags', nth: 1, fault: LOST }]);
    const tags = ['spring fair'];
    await call('add_contact_tags', { contactId, tags });
    await call('remove_contact_tags', { contactId, tags });
    await sent();
    expect((await call('add_contact_tags', { contactId, tags })).tags).toContain('spring fair');
    expect(await sent()).toEqual([`POST /contacts/${contactId}/tags`]);
  });
});

test('two concurrent creates whose responses are lost: each is reported with its own record', async () => {
  const { sandbox, add, notes } = await office();
  sandbox.setFaults([{ route: NOTES, nth: [1, 2], fault: LOST }]);
  const [one, other] = await Promise.all([add(), add()]);
  expect(idOf(one)).not.toBe(idOf(other));
  expect(await notes()).toBe(2);
});

test('two concurrent creates, one lost before it was written: one is done, one is not', async () => {
  const { sandbox, client, args, notes } = await office();
  sandbox.setFaults([
    { route: NOTES, nth: 1, fault: { connection: 'cut' } },
    { route: NOTES, nth: 1, fault: LOST },
  ]);
  const attempt = () => client.callTool({ name: 'create_contact_note', arguments: args });
  const both = await Promise.all([attempt(), attempt()]);
  expect(both.map(({ isError }) => isError ?? false).sort()).toEqual([false, true]);
  expect(await notes()).toBe(1);
});

test('two concurrent creates, one lost and one slow: the slow one is not reported as the lost one', async () => {
  const { sandbox, client, args, notes } = await office();
  sandbox.setFaults([
    { route: NOTES, nth: 1, fault: { connection: 'cut' } },
    { route: NOTES, nth: 2, fault: { delayMs: 4_000, strikes: 'after' } },
  ]);
  const attempt = () => client.callTool({ name: 'create_contact_note', arguments: args });
  const both = await Promise.all([attempt(), attempt()]);
  expect(both.map(({ isError }) => isError ?? false).sort()).toEqual([false, true]);
  expect(await notes()).toBe(1);
});

test('an upsert whose email and phone belong to two contacts is looked up by both', async () => {
  const clock = virtualClock(NOW);
  const { call, sandbox } = await connect({
    sandbox: { now: clock.now, switches: { duplicateOrder: 'phone first' } },
    api: { timers: clock },
  });
  const [maria, tomasz] = [await find(call, 'maria'), await find(call, 'tomasz')];
  sandbox.setFaults([{ route: 'POST /contacts/upsert', nth: 1, fault: LOST }]);
  const done = await call('upsert_contact', { email: maria.email, phone: tomasz.phone, city: 'Twofold' });
  expect((done.contact as Json).id).toBe(tomasz.id);
});
