import { describe, expect, test } from 'vitest';
import { type Json, recordIn, rowsIn } from '../../../src/lib/json.ts';
import { connect } from '../../connect.ts';

const contactId = 'contactAnn0000000001';
const [past, future] = ['2026-11-19T10:00:00Z', '2026-11-21T10:00:00Z'];
const data = {
  contacts: [
    {
      id: contactId,
      firstName: 'Ann',
      notes: [{ body: 'Called.' }],
      tasks: [
        { title: 'open', dueDate: future },
        { title: 'overdue', dueDate: past },
        { title: 'completed', dueDate: past, completed: true },
      ],
      appointments: [{ title: 'Check', startTime: future, endTime: future, calendarId: 'Shop' }],
    },
  ],
  calendars: [{ id: 'calendarShop00000001', name: 'Shop' }],
};
const open = () => connect({ sandbox: { data: data as never } });

describe('every task says whether it is open, overdue or completed', () => {
  const statusOf = (rows: readonly Json[]) => Object.fromEntries(rows.map(({ title, status }) => [title, status]));
  const expected = { open: 'open', overdue: 'overdue', completed: 'completed' };

  test('in lists of a contact and of the location, in place of completed', async () => {
    const { call } = await open();
    for (const [tool, args] of [
      ['list_contact_tasks', { contactId }],
      ['search_location_tasks', {}],
    ] as const) {
      const rows = rowsIn(await call(tool, args), 'tasks');
      expect(statusOf(rows)).toEqual(expected);
      expect(rows.filter((row) => 'completed' in row)).toEqual([]);
    }
    const changed = await call('list_changed_contacts', { since: '2020-01-01', tasks: true });
    expect(statusOf(rowsIn(rowsIn(changed, 'contacts')[0], 'tasks'))).toEqual(expected);
  });

  test('in the record of one task, after each write, and in what was deleted', async () => {
    const { call } = await open();
    const task = (answer: Json) => recordIn(answer, 'task') ?? {};
    const created = task(await call('create_contact_task', { contactId, title: 'Call', dueDate: future }));
    const one = { contactId, taskId: created.id };
    expect(created.status).toBe('open');
    expect(task(await call('get_contact_task', one))).toMatchObject({ status: 'open', completed: false });
    expect(task(await call('update_contact_task', { ...one, dueDate: past })).status).toBe('overdue');
    expect(task(await call('set_contact_task_completed', { ...one, completed: true })).status).toBe('completed');
    expect(task(await call('delete_contact_task', one)).status).toBe('completed');
  });

  test('in onboarding, of new and existing tasks', async () => {
    const { call } = await open();
    const tasks = [{ title: 'Welcome call', dueDate: past }];
    const person = { email: 'cleo@example.com', firstName: 'Cleo', tasks };
    for (const created of [true, false])
      expect((await call('onboard_contact', person)).tasks).toMatchObject([{ status: 'overdue', created }]);
  });

  test('by the clock of the call, not by that of an earlier one', async () => {
    const { call, advance } = await open();
    expect(statusOf(rowsIn(await call('list_contact_tasks', { contactId }), 'tasks')).open).toBe('open');
    advance(86_400_000);
    expect(statusOf(rowsIn(await call('list_contact_tasks', { contactId }), 'tasks')).open).toBe('overdue');
  });
});

describe('the id of the contact', () => {
  test.each([
    ['list_contact_tasks', 'tasks'],
    ['list_contact_notes', 'notes'],
    ['list_contact_appointments', 'events'],
  ])('is in rows of %s only if it is asked for', async (tool, key) => {
    const { call } = await open();
    const [row] = rowsIn(await call(tool, { contactId }), key);
    expect(row).toHaveProperty('id');
    expect(row).not.toHaveProperty('contactId');
    const asked = rowsIn(await call(tool, { contactId, fields: ['id', 'contactId'] }), key);
    expect(asked[0]).toEqual({ id: row?.id, contactId });
  });

  test('completed may be asked for as well', async () => {
    const { call } = await open();
    const { tasks } = await call('list_contact_tasks', { contactId, fields: ['title', 'completed'] });
    expect(rowsIn({ tasks }, 'tasks').map(({ completed }) => completed)).toEqual([false, false, true]);
  });
});

test('a row of a changed contact says how it changed, whatever fields are asked for', async () => {
  const { call } = await open();
  const since = new Date(Date.UTC(2020, 0)).toISOString();
  expect((await call('list_changed_contacts', { since, fields: ['firstName'] })).contacts).toEqual([
    { id: contactId, change: 'created', firstName: 'Ann' },
  ]);
});
