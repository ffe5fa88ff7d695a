import assert from 'node:assert/strict';
import { type Json, rowsIn } from '../../src/lib/json.ts';

import { type Conversation, dayOf, findContact, nameOf, type System } from './conversation.ts';

/** 1: a new contact initialises a profile. */
async function profile(conversation: Conversation) {
  const since = conversation.now();
  const created = await conversation.otherClient('A prospective tenant fills in the form.', (api) =>
    api.create({ firstName: 'Pilar', lastName: 'Ortiz', email: 'pilar@ortiz.example', phone: '+13125550193' }),
  );
  conversation.waitForIndex();
  conversation.user('Any new prospects? I need their profile.');
  const [pilar] = rowsIn(await conversation.call('list_changed_contacts', { since }), 'contacts');
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
      contactId: created,
      fullName: 'Pilar Ortiz',
      email: 'pilar@ortiz.example',
      phone: '+13125550193',
      status: 'lead',
      change: 'created',
    },
  );
  conversation.assistant(`One: ${nameOf(row)}, ${row.email}, ${row.phone}, status ${row.status}.`);
}

/** 2: tasks are mirrored with title, status and due date. */
async function mirroredTasks(conversation: Conversation) {
  conversation.user('From now on, mirror the tasks.');
  const { id } = await findContact(conversation, 'ben carter');
  const start = await conversation.call('list_changed_contacts', { since: conversation.now(), tasks: true });
  assert.ok(start.cursor);
  const task = await conversation.otherClient(
    'An agent completes a task of Ben Carter and adds another.',
    async (api) => {
      const [first] = (await api.get(`/contacts/${id}/tasks`)).body.tasks;
      await api.put(`/contacts/${id}/tasks/${first.id}/completed`, { completed: true });
      await api.post(`/contacts/${id}/tasks`, {
        title: 'Show the flat',
        dueDate: conversation.inDays(3),
        completed: false,
      });
      return first;
    },
  );
  conversation.user('What changed?');
  const { changedTasks } = await conversation.call('list_changed_contacts', { cursor: start.cursor, tasks: true });
  const changes = (changedTasks as Json[]).map(({ change, title, status }) => ({ change, title, status }));
  assert.deepEqual(changes, [
    { change: 'changed', title: task.title, status: 'completed' },
    { change: 'created', title: 'Show the flat', status: 'open' },
  ]);
  conversation.assistant(`“${task.title}” is completed; “Show the flat” is new, due ${dayOf(conversation.inDays(3))}.`);
}

/** 3: notes and appointments in one activity timeline with their original timestamps. */
async function activity(conversation: Conversation) {
  conversation.user('Show me Maria’s activity.');
  const { id: contactId } = await findContact(conversation, 'maria lopez');
  const answer = await conversation.call('get_contact_timeline', { contactId, kinds: ['note', 'appointment'] });
  const timeline = rowsIn(answer, 'timeline');
  const notes = rowsIn(await conversation.call('list_contact_notes', { contactId }), 'notes');
  for (const { id, dateAdded } of notes) assert.equal(timeline.find((row) => row.id === id)?.at, dateAdded);
  for (const row of timeline.filter(({ kind }) => kind === 'appointment'))
    assert.match(String(row.at), /T\d\d:00-0[56]:00$/);
  const times = timeline.map(({ at }) => Date.parse(String(at)));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  );
  conversation.assistant(
    timeline
      .map(({ at, kind, title, text }) => `${dayOf(at)} ${kind}: ${title ?? String(text).slice(0, 40)}`)
      .join('; '),
  );
}

export const tenantTurner: System = {
  name: 'Tenant Turner',
  about: 'Rentals: prospects, showings as tasks, one timeline.',
  flows: [
    { title: 'A new contact initialises a profile', run: profile },
    { title: 'Tasks are mirrored with title, status and due date', run: mirroredTasks },
    { title: 'Notes and appointments in one activity timeline with their original timestamps', run: activity },
  ],
};
