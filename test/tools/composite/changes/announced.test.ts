import { describe, expect, test } from 'vitest';
import { fileEventLog } from '../../../../src/api/webhooks/file-event-log.ts';
import type { Json } from '../../../../src/lib/json.ts';
import { silent } from '../../../../src/lib/log.ts';
import { find } from '../../../connect.ts';
import { client } from '../../../sandbox/api.ts';
import { connectAnnouncing } from './announced.ts';

const MINUTE = 60_000;
const idsOf = (rows: unknown) => ((rows as Json[] | undefined) ?? []).map(({ id, change }) => `${change} ${id}`);

/** A reader who has looked once, after which a first event was received. */
async function follow(...args: Parameters<typeof connectAnnouncing>) {
  const world = await connectAnnouncing(...args);
  const api = client(world.sandbox);
  const { id: maria } = await find(world.call, 'maria lopez');
  let { cursor } = await world.call('list_changed_contacts', { since: 'last' });
  const look = async (asked: Json = {}): Promise<Json> => {
    const answer = await world.call('list_changed_contacts', { cursor, ...asked });
    ({ cursor } = answer);
    return answer;
  };
  const note = async (contactId = maria, body = 'Called.') =>
    (await api.post(`/contacts/${contactId}/notes`, { body })).body.note.id as string;
  await note();
  await world.pass(1_000);
  await look();
  return { ...world, api, maria, look, note };
}

describe('list_changed_contacts with a receiver', () => {
  test('reports what webhooks announced without being asked, each once, and names only what has no event', async () => {
    const { api, maria, look, note, pass, sandbox, call } = await follow();
    const { id: ben } = await find(call, 'ben carter');
    const calendars = (await api.get(`/calendars/?locationId=${sandbox.locationId}`)).body.calendars as Json[];
    const noteId = await note(maria, 'Wants a table at the window.');
    const task = (
      await api.post(`/contacts/${maria}/tasks`, { title: 'Call', dueDate: '2026-11-22T10:00:00Z', completed: false })
    ).body.task;
    const booked = await api.post('/calendars/events/appointments', {
      ...{ locationId: sandbox.locationId, calendarId: calendars[0]?.id, contactId: maria },
      startTime: '2027-03-01T10:00:00Z',
    });
    await api.post(`/contacts/${maria}/tags`, { tags: ['window table'] });
    await api.remove(`/contacts/${ben}`);
    await pass(1_000);
    const answer = await look();
    expect(answer).toMatchObject({
      contacts: [{ id: maria, change: 'updated', tags: expect.arrayContaining(['window table']) }],
      changedNotes: [{ id: noteId, change: 'added', contactId: maria, body: 'Wants a table at the window.' }],
      changedTasks: [{ id: task.id, change: 'created', contactId: maria, title: 'Call' }],
      changedAppointments: [{ id: booked.body.id, change: 'booked', contactId: maria }],
      deletedContacts: [{ id: ben, change: 'deleted' }],
      unseen: ['edits of tasks'],
    });
    await pass(10 * MINUTE);
    expect(await look({ appointments: true, deleted: true, tasks: true, notesOf: [maria] })).toMatchObject({
      contacts: [],
      unseen: [],
    });
    const again = await look({ appointments: true, deleted: true, tasks: true, notesOf: [maria] });
    expect(Object.keys(again).filter((key) => /changed|deleted/.test(key))).toEqual([]);
  });

  test('does-not-disturb and what happens to a known record are read from the API when they are announced', async () => {
    const { api, maria, look, note, pass } = await follow();
    const id = await note();
    await pass(1_000);
    await look();
    await api.put(`/contacts/${maria}`, { dnd: true });
    await api.put(`/contacts/${maria}/notes/${id}`, { body: 'First.' });
    await api.put(`/contacts/${maria}/notes/${id}`, { body: 'Second.' });
    await pass(1_000);
    expect(await look()).toMatchObject({
      contacts: [{ id: maria, status: expect.stringContaining('DND') }],
      changedNotes: [{ id, change: 'changed', body: 'Second.' }],
    });
    await api.remove(`/contacts/${maria}/notes/${id}`);
    await pass(1_000);
    expect(await look()).toMatchObject({ changedNotes: [{ id, change: 'deleted' }] });
  });

  test('the time in which no receiver ran is named, and what was lost in it is found by asking', async () => {
    const { maria, look, note, pass, startReceiver, stopReceivers, now } = await follow();
    stopReceivers();
    const from = new Date(now()).toISOString();
    const lost = await note();
    await pass(10 * MINUTE);
    const down = await look();
    expect(down.unseen).toEqual(expect.arrayContaining(['notes', 'webhooks: no receiver runs now']));
    await startReceiver();
    const until = new Date(now()).toISOString();
    await pass(1_000);
    const answer = await look({ notesOf: [maria] });
    expect(answer).toMatchObject({ changedNotes: [{ id: lost, change: 'added' }] });
    expect(answer.unseen).toContain(`webhooks from ${from} until ${until}`);
    expect(answer.unseen).toContain('notes of other contacts');
    await pass(1_000);
    expect((await look()).unseen).toEqual(['edits of tasks']);
  });

  test('what was lost before several looks is found by asking once', async () => {
    const { api, call, look, note, pass, startReceiver, stopReceivers, sandbox } = await follow();
    const { id: ben } = await find(call, 'ben carter');
    const calendars = (await api.get(`/calendars/?locationId=${sandbox.locationId}`)).body.calendars as Json[];
    stopReceivers();
    const lost = await note(ben);
    const booked = await api.post('/calendars/events/appointments', {
      ...{ locationId: sandbox.locationId, calendarId: calendars[0]?.id, contactId: ben },
      startTime: '2026-11-25T10:00:00Z',
    });
    for (let looks = 0; looks < 4; looks += 1) {
      await pass(15 * MINUTE);
      await look();
    }
    await startReceiver();
    await pass(1_000);
    await look();
    expect(await look({ appointments: true, notesOf: [ben] })).toMatchObject({
      changedNotes: [{ id: lost, change: 'added' }],
      changedAppointments: [{ id: booked.body.id, change: 'booked' }],
    });
  });

  test('a receiver for other locations covers nothing here, and its gaps are not named', async () => {
    const { look, pass, stopReceivers, now, events } = await follow();
    const locationId = 'otherLocation0000001';
    const time = new Date(now()).toISOString();
    await events.append([{ ...{ time, kind: 'gap', locationId }, ...{ from: time, until: time, reason: 'down' } }]);
    await pass(1_000);
    expect((await look()).unseen).toEqual(['edits of tasks']);
    stopReceivers();
    await pass(10 * MINUTE);
    await events.markAlive([locationId]);
    expect((await look()).unseen).toEqual(expect.arrayContaining(['notes', 'webhooks: no receiver runs now']));
  });

  test('a record that cannot be read does not hold back the others, and is named after a day', async () => {
    const { api, call, look, note, pass, sandbox } = await follow();
    const { id: ben } = await find(call, 'ben carter');
    const task = { title: 'Call', dueDate: '2026-11-22T10:00:00Z', completed: false };
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}/notes', fault: { status: 500 } }]);
    await note(ben);
    const { id } = (await api.post(`/contacts/${ben}/tasks`, task)).body.task;
    await pass(1_000);
    const first = await look();
    expect(first).toMatchObject({ changedTasks: [{ id, change: 'created' }] });
    expect(first.unseen).toEqual(expect.arrayContaining(['notes', 'edits of tasks']));
    await pass(23 * 60 * MINUTE);
    const { changedTasks, notice } = await look();
    expect([changedTasks, notice]).toEqual([undefined, expect.stringContaining('could not all be read')]);
    await pass(2 * 60 * MINUTE);
    const named = '1 records that webhooks announced and that could not be read for a day';
    expect((await look()).unseen).toContain(named);
    await pass(1_000);
    expect((await look()).unseen).toEqual(['edits of tasks']);
  });

  test('two receivers on one event log report nothing twice', async () => {
    const { look, note, pass, startReceiver } = await follow({ doubled: 1 });
    await startReceiver();
    const ids = [await note(), await note()];
    await pass(2 * MINUTE);
    expect(idsOf((await look()).changedNotes).sort()).toEqual(ids.map((id) => `added ${id}`).sort());
    await pass(2 * MINUTE);
    expect(idsOf((await look()).changedNotes)).toEqual([]);
  });

  test.each([
    ['ahead', 10 * MINUTE],
    ['behind', -10 * MINUTE],
  ])('a receiver whose clock is %s covers nothing, and what it stored is reported', async (_, ms) => {
    const { look, note, pass, path, now, sandbox } = await follow();
    const id = await note();
    await pass(1_000);
    const timers = { now: () => now() + ms, setTimer: () => () => undefined };
    await fileEventLog(path, silent, { timers }).markAlive([sandbox.locationId]);
    const { unseen, changedNotes } = await look();
    expect(idsOf(changedNotes)).toEqual([`added ${id}`]);
    expect(unseen).toEqual(expect.arrayContaining(['notes', 'webhooks: no receiver runs now']));
  });

  test('events of other locations are not read', async () => {
    const { look, events, pass, now, sent } = await follow();
    const time = new Date(now()).toISOString();
    await events.append([
      {
        ...{ time, announced: time, kind: 'event', webhookId: 'w1', type: 'NoteCreate' },
        ...{ locationId: 'otherLocation0000001', id: 'note1', contactId: 'contact1' },
      },
    ]);
    await pass(1_000);
    await sent();
    expect((await look()).unseen).toEqual(['edits of tasks']);
    expect(await sent()).toEqual(['POST /contacts/search']);
  });

  test('a note without its contact is not covered', async () => {
    const { look, events, pass, now, sandbox } = await follow();
    const time = new Date(now()).toISOString();
    const ids = { webhookId: 'w1', type: 'NoteDelete', locationId: sandbox.locationId, id: 'note1' };
    await events.append([{ ...{ time, announced: time, kind: 'event' }, ...ids }]);
    await pass(1_000);
    const { unseen } = await look();
    expect(unseen).toContain('notes');
    expect(unseen).not.toContain('appointments');
  });

  test('an answer that is full continues with the next record that was announced', async () => {
    const { look, note, pass } = await follow();
    const ids = [];
    for (let i = 0; i < 7; i += 1) ids.push(await note(undefined, `Note ${i}`));
    await pass(1_000);
    const rows = [];
    for (let answer = await look({ limit: 3 }); ; answer = await look({ limit: 3 })) {
      rows.push(...idsOf(answer.changedNotes));
      if (!answer.next) break;
      expect(answer.requests).toMatchObject({ left: expect.any(Number) });
    }
    expect(rows.sort()).toEqual(ids.map((id) => `added ${id}`).sort());
  });

  test('a record that cannot be read is read with the next look', async () => {
    const { look, note, pass, sandbox } = await follow();
    const id = await note();
    await pass(1_000);
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}/notes', fault: { status: 403 } }]);
    const failed = await look();
    expect(failed).toMatchObject({ notice: expect.stringContaining('webhooks announced') });
    expect(failed.unseen).toContain('notes');
    sandbox.setFaults([]);
    await pass(30 * MINUTE);
    expect(idsOf((await look()).changedNotes)).toEqual([`added ${id}`]);
  });
});
