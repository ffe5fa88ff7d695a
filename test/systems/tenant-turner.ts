import assert from 'node:assert/strict';
import type { Json } from '../../src/lib/json.ts';

import { type Desk, dayOf, find, nameOf, rows, type System } from './desk.ts';

/** 1: a new contact initialises a profile. */
async function profile(desk: Desk) {
  const since = desk.now();
  const made = await desk.elsewhere('A prospective tenant fills in the form.', (api) =>
    api.create({ firstName: 'Pilar', lastName: 'Ortiz', email: 'pilar@ortiz.example', phone: '+13125550193' }),
  );
  desk.later();
  desk.says('Any new prospects? I need their profile.');
  const [pilar] = rows(await desk.call('list_changed_contacts', { since }), 'contacts');
  const row = pilar as Json;
  assert.deepEqual(
    {
      contactId: row.id,
      fullName: nameOf(row),
      email: row.email,
      phone: row.phone,
      status: row.status,
      change: row.change,
    },
    {
      contactId: made,
      fullName: 'Pilar Ortiz',
      email: 'pilar@ortiz.example',
      phone: '+13125550193',
      status: 'lead',
      change: 'created',
    },
  );
  desk.answers(`One: ${nameOf(row)}, ${row.email}, ${row.phone}, status ${row.status}.`);
}

/** 2: tasks mirrored with title, status and due date. */
async function mirroredTasks(desk: Desk) {
  desk.says('Start mirroring the tasks.');
  const { id } = await find(desk, 'ben carter');
  const begin = await desk.call('list_changed_contacts', { since: desk.now(), tasks: true });
  assert.ok(begin.cursor);
  const task = await desk.elsewhere('An agent completes a task of Ben Carter and adds another.', async (api) => {
    const [first] = (await api.get(`/contacts/${id}/tasks`)).body.tasks;
    await api.put(`/contacts/${id}/tasks/${first.id}/completed`, { completed: true });
    await api.post(`/contacts/${id}/tasks`, { title: 'Show the flat', dueDate: desk.day(3), completed: false });
    return first;
  });
  desk.says('What changed?');
  const { changedTasks } = await desk.call('list_changed_contacts', { cursor: begin.cursor, tasks: true });
  const told = (changedTasks as Json[]).map(({ change, title, status }) => ({ change, title, status }));
  assert.deepEqual(told, [
    { change: 'changed', title: task.title, status: 'completed' },
    { change: 'created', title: 'Show the flat', status: 'open' },
  ]);
  desk.answers(`“${task.title}” is completed; “Show the flat” is new, due ${dayOf(desk.day(3))}.`);
}

/** 3: notes and appointments in one activity timeline with kept timestamps. */
async function activity(desk: Desk) {
  desk.says('Show me Maria’s activity.');
  const { id: contactId } = await find(desk, 'maria lopez');
  const answer = await desk.call('get_contact_timeline', { contactId, kinds: ['note', 'appointment'] });
  const timeline = rows(answer, 'timeline');
  const notes = rows(await desk.call('list_contact_notes', { contactId }), 'notes');
  for (const { id, dateAdded } of notes) assert.equal(timeline.find((row) => row.id === id)?.at, dateAdded);
  for (const row of timeline.filter(({ kind }) => kind === 'appointment')) {
    assert.equal(row.zone, 'America/Chicago');
    assert.match(String(row.at), /T\d\d:00:00-0[56]:00$/);
  }
  const times = timeline.map(({ at }) => Date.parse(String(at)));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  );
  desk.answers(
    timeline
      .map(({ at, kind, title, text }) => `${dayOf(at)} ${kind}: ${title ?? String(text).slice(0, 40)}`)
      .join('; '),
  );
}

export const tenantTurner: System = {
  name: 'Tenant Turner',
  about: 'Rentals: prospects, showings as tasks, one timeline.',
  flows: [
    { title: 'A new contact initialises a profile', play: profile },
    { title: 'Tasks mirrored with title, status and due date', play: mirroredTasks },
    { title: 'Notes and appointments in one activity timeline with kept timestamps', play: activity },
  ],
};
