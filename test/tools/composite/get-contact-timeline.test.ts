import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';

import { connect, find, READ } from '../../connect.ts';

async function mariasTimeline(options: Parameters<typeof connect>[0] = {}) {
  const connected = await connect(options);
  const { id } = await find(connected.call, 'maria lopez');
  const timeline = async (args: Json = {}) => connected.call('get_contact_timeline', { contactId: id, ...args });
  return { ...connected, id, timeline };
}
const rowsOf = (answer: Json) => answer.timeline as Json[];

describe('get_contact_timeline', () => {
  test('lists all records of one contact, newest first', async () => {
    const { timeline, call, id } = await mariasTimeline();
    const rows = rowsOf(await timeline());
    expect(rows.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      'appointment: Motor diagnosis',
      'task: Order brake pads for the GSD',
      'task: Call about the motor noise',
      'task: Send the invoice of the last service',
      'note: How to reach Maria',
      'note: undefined',
      'appointment: Yearly inspection',
      'created: Contact created',
    ]);
    const times = rows.map(({ at }) => Date.parse(String(at)));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const { notes } = await call('list_contact_notes', { contactId: id });
    expect(rows.find(({ kind }) => kind === 'note')?.at).toBe((notes as Json[])[0]?.dateAdded);
    expect(rows[2]).toMatchObject({
      status: 'overdue',
      dueDate: '2026-11-18T11:00-06:00',
      text: 'Clicks under load.',
    });
  });

  test('reads an appointment time without a zone as local time of the location', async () => {
    const { timeline } = await mariasTimeline({ timezone: 'Europe/Berlin' });
    expect(rowsOf(await timeline({ kinds: ['appointment'] }))).toMatchObject([
      { at: '2026-11-22T16:00+01:00', status: 'confirmed' },
      { at: '2026-10-11T18:00+02:00', status: 'showed' },
    ]);
  });

  test('leaves it without a zone, and marks it, if the location cannot be read', async () => {
    const { timeline } = await mariasTimeline({ scopes: READ, timezone: 'America/Chicago' });
    expect(rowsOf(await timeline({ kinds: ['appointment'], limit: 1 }))).toMatchObject([
      { at: '2026-11-22 09:00:00', zone: 'unknown' },
    ]);
  });

  test('reads only the kinds requested', async () => {
    const { timeline, sent } = await mariasTimeline();
    await sent();
    expect(rowsOf(await timeline({ kinds: ['note'] })).map(({ kind }) => kind)).toEqual(['note', 'note']);
    expect((await sent()).map((request) => request.split('/').at(-1))).toEqual(['notes']);
  });

  test('lists the oldest first, and marks what lies ahead', async () => {
    const { timeline, now } = await mariasTimeline();
    const [newest, oldest] = [rowsOf(await timeline()), rowsOf(await timeline({ order: 'oldest' }))];
    expect(oldest).toEqual(newest.toReversed());
    const ahead = newest.filter((row) => row.ahead !== undefined);
    expect(ahead).toEqual(newest.filter(({ at }) => Date.parse(String(at)) > now()));
    expect(ahead.map(({ title, ahead }) => [title, ahead])).toEqual([
      ['Motor diagnosis', true],
      ['Order brake pads for the GSD', true],
    ]);
  });

  test.each((['newest', 'oldest'] as const).flatMap((order) => [1, 2, 3, 7].map((limit) => [order, limit] as const)))(
    '%s first, returns every row once in pages of %i',
    async (order, limit) => {
      const { timeline } = await mariasTimeline();
      const all = rowsOf(await timeline({ order }));
      const paged: Json[] = [];
      let args: Json | undefined = { order, limit };
      while (args) {
        const answer: Json = await timeline(args);
        paged.push(...rowsOf(answer));
        args = answer.next as Json | undefined;
      }
      expect(paged).toEqual(all);
    },
  );

  test('continues a cursor whose row was deleted, and is not shifted by a new row', async () => {
    const { timeline, call, id } = await mariasTimeline();
    const all = rowsOf(await timeline());
    const first = await timeline({ limit: 3 });
    await call('delete_contact_task', { contactId: id, taskId: all[2]?.id });
    await call('create_contact_note', { contactId: id, body: 'Called back.' });
    expect(rowsOf(await timeline(first.next as Json))).toEqual(all.slice(3, 6));
  });

  test('rows of one time come once, in either order', async () => {
    const dueDate = '2026-12-01T10:00:00Z';
    const tasks = Array.from({ length: 9 }, (_, i) => ({ title: `Task ${i}`, dueDate }));
    const { call } = await connect({ sandbox: { data: { contacts: [{ id: 'one', tasks }] } as never } });
    for (const order of ['newest', 'oldest']) {
      const titles: unknown[] = [];
      for (let args: Json | undefined = { contactId: 'one', kinds: ['task'], order, limit: 2 }; args; ) {
        const answer: Json = await call('get_contact_timeline', args);
        titles.push(...rowsOf(answer).map(({ title }) => title));
        args = answer.next as Json | undefined;
      }
      expect(titles.toSorted()).toEqual(tasks.map(({ title }) => title));
    }
  });

  test.each(['nonsense', '12.files.abc', '../x', ''])('rejects %j as cursor', async (cursor) => {
    const { refused, id, sent } = await mariasTimeline();
    await sent();
    expect(await refused('get_contact_timeline', { contactId: id, cursor })).toContain('cursor');
    expect(await sent()).toEqual([]);
  });

  test('returns an error for a contact deleted meanwhile, for all kinds', async () => {
    const { call, refused, id } = await mariasTimeline();
    await call('delete_contact', { contactId: id });
    for (const kinds of [['note'], ['task', 'appointment'], ['created']])
      expect(await refused('get_contact_timeline', { contactId: id, kinds })).toContain(`There is no contact ${id}`);
  });

  test('names a part that failed and returns the others', async () => {
    const { timeline, sandbox } = await mariasTimeline();
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}/tasks', fault: { status: 403 } }]);
    const answer = await timeline();
    expect(answer.failed).toMatchObject([{ part: 'tasks', reason: expect.any(String) }]);
    expect(rowsOf(answer).map(({ kind }) => kind)).toEqual(['appointment', 'note', 'note', 'appointment', 'created']);
  });
});
