import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import type { Fault } from '../../../src/sandbox/index.ts';
import { endpoints } from '../../../src/tools/index.ts';
import { connect, find, NOW, textOf } from '../../connect.ts';
import { recordingJournal } from '../../recording-journal.ts';
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

const LOST: Fault = { connection: 'cut', strikes: 'after' };
const SILENT: Fault = { connection: 'hang', strikes: 'after' };
const NOTES = 'POST /contacts/{contactId}/notes';
const LISTED = 'GET /contacts/{contactId}/notes';

/** A server and a sandbox on one virtual clock, and a contact to write notes about. */
async function setUp() {
  const clock = virtualClock(NOW);
  const { journal, entries } = recordingJournal();
  const connected = await connect({
    sandbox: { now: clock.now, wait: clock.wait },
    api: { timers: clock, timeoutMs: 30_000, random: () => 0.5, journal },
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
  return { ...connected, clock, journal: entries, contactId, args, notes, add, later };
}

const idOf = (answer: Json) => (answer.note as Json).id;

describe('the same create again', () => {
  test.each([
    ['whose response was lost', LOST],
    ['that timed out', SILENT],
  ])('after one %s: returns the first outcome and creates no second record', async (_, fault) => {
    const { sandbox, add, notes, later } = await setUp();
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
    const { sandbox, client, clock, args, add, notes, journal } = await setUp();
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
    const { sandbox, client, args, add, notes, later } = await setUp();
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
    const { sandbox, client, args, add, notes, later } = await setUp();
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
    const { sandbox, client, args, add, notes, later } = await setUp();
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
    const { sandbox, add, notes, later } = await setUp();
    sandbox.setFaults([{ route: NOTES, nth: 1, fault: LOST }]);
    const first = await add();
    await later(601_000);
    expect(idOf(await add())).not.toBe(idOf(first));
    expect(await notes()).toBe(2);
  });

  test('after a success whose result was delivered: is sent', async () => {
    const { add, notes } = await setUp();
    const first = await add();
    expect(idOf(await add())).not.toBe(idOf(first));
    expect(await notes()).toBe(2);
  });

  test('after the first record was deleted: is sent', async () => {
    const { sandbox, call, contactId, add, notes } = await setUp();
    sandbox.setFaults([{ route: NOTES, nth: 1, fault: LOST }]);
    const first = await add();
    await call('delete_contact_note', { contactId, noteId: idOf(first) });
    expect(idOf(await add())).not.toBe(idOf(first));
    expect(await notes()).toBe(1);
  });

  test('of tags, which are idempotent: is sent', async () => {
    const { sandbox, call, contactId, sent } = await setUp();
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
  const { sandbox, add, notes } = await setUp();
  sandbox.setFaults([{ route: NOTES, nth: [1, 2], fault: LOST }]);
  const [one, other] = await Promise.all([add(), add()]);
  expect(idOf(one)).not.toBe(idOf(other));
  expect(await notes()).toBe(2);
});

test('two concurrent creates, one lost before it was written: one is done, one is not', async () => {
  const { sandbox, client, args, notes } = await setUp();
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
  const { sandbox, client, args, notes } = await setUp();
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
