import assert from 'node:assert/strict';
import { type Desk, dayOf, find, nameOf, one, rows, type System } from './desk.ts';

/** 1: a contact with details and related tasks, as a dashboard. */
async function dashboard(desk: Desk) {
  desk.says('Maria Lopez is on the line. What do I need to know?');
  const { id } = await find(desk, 'maria lopez');
  const overview = await desk.call('get_contact_overview', { contactId: id });
  const contact = one(overview, 'contact');
  const tasks = rows(overview, 'tasks');
  assert.deepEqual(
    tasks.map(({ status }) => status),
    ['overdue', 'open'],
  );
  assert.equal(one(overview, 'counts').completed, 1);
  assert.equal(rows(overview, 'coming').length, 1);
  desk.answers(
    `${nameOf(contact)}, ${contact.phone}, ${(contact.tags as string[]).join(', ')}. Overdue: “${tasks[0]?.title}”. Open: “${tasks[1]?.title}”. She comes in on ${dayOf(rows(overview, 'coming')[0]?.startTime)}.`,
  );
}

/** 2: a new person creates or updates the contact and gets initial tasks. */
async function newPatron(desk: Desk) {
  desk.says(
    'Nora Whelan just bought season tickets (nora@whelan.example, 312-555-0187). Welcome call Tuesday, seat check next week.',
  );
  const nora = {
    firstName: 'Nora',
    lastName: 'Whelan',
    email: 'nora@whelan.example',
    phone: '+1 312-555-0187',
    tags: ['season tickets'],
    tasks: [
      { title: 'Welcome call', dueDate: desk.day(4) },
      { title: 'Check the seats', dueDate: desk.day(8) },
    ],
  };
  const first = await desk.call('onboard_contact', nora);
  assert.equal(first.created, true);
  assert.deepEqual(
    rows(first, 'tasks').map(({ created }) => created),
    [true, true],
  );
  desk.answers('Nora is in, tagged “season tickets”, with both tasks.');
  desk.says('The box office sent her order again, now with her town: Chicago.');
  const again = await desk.call('onboard_contact', { ...nora, city: 'Chicago' });
  assert.equal(again.created, false);
  assert.equal(one(again, 'contact').id, one(first, 'contact').id);
  assert.deepEqual(
    rows(again, 'changed').map(({ field }) => field),
    ['city'],
  );
  assert.deepEqual(
    rows(again, 'tasks').map(({ created }) => created),
    [false, false],
  );
  desk.answers('The same Nora: I filled in Chicago; both tasks were there already, so nothing was doubled.');
}

/** 3: a task is marked completed. */
async function taskDone(desk: Desk) {
  desk.says('The call about the motor noise is done.');
  const { id } = await find(desk, 'maria lopez');
  const open = rows(await desk.call('list_contact_tasks', { contactId: id }), 'tasks');
  const task = open.find(({ title }) => title === 'Call about the motor noise');
  const done = await desk.call('set_contact_task_completed', { contactId: id, taskId: task?.id, completed: true });
  assert.equal(one(done, 'task').completed, true);
  const { counts } = await desk.call('get_contact_overview', { contactId: id });
  assert.deepEqual(counts, { open: 1, overdue: 0, completed: 2, notes: 2, appointments: 2 });
  desk.answers('Done. One task is left for Maria, and nothing is overdue.');
}

export const thunderTix: System = {
  name: 'ThunderTix',
  about: 'Box office: who is calling, new patrons, follow-ups.',
  flows: [
    { title: 'A contact with details and related tasks, as a dashboard', play: dashboard },
    { title: 'A new person creates or updates the contact and gets initial tasks', play: newPatron },
    { title: 'A task is marked completed', play: taskDone },
  ],
};
