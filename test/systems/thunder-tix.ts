import assert from 'node:assert/strict';
import { rowsIn } from '../../src/lib/json.ts';
import { type Conversation, dayOf, findContact, nameOf, recordIn, type System } from './conversation.ts';

/** 1: a contact with details and related tasks, as a dashboard. */
async function dashboard(conversation: Conversation) {
  conversation.user('Maria Lopez is calling. What do I need to know?');
  const { id } = await findContact(conversation, 'maria lopez');
  const overview = await conversation.call('get_contact_overview', { contactId: id });
  const contact = recordIn(overview, 'contact');
  const tasks = rowsIn(overview, 'tasks');
  assert.deepEqual(
    tasks.map(({ status }) => status),
    ['overdue', 'open'],
  );
  assert.equal(recordIn(overview, 'counts').completed, 1);
  assert.equal(rowsIn(overview, 'coming').length, 1);
  conversation.assistant(
    `${nameOf(contact)}, ${contact.phone}, ${(contact.tags as string[]).join(', ')}. Overdue: “${tasks[0]?.title}”. Open: “${tasks[1]?.title}”. Next appointment: ${dayOf(rowsIn(overview, 'coming')[0]?.startTime)}.`,
  );
}

/** 2: a new person creates or updates the contact and gets initial tasks. */
async function newPatron(conversation: Conversation) {
  conversation.user(
    'Nora Whelan just bought season tickets (nora@whelan.example, 312-555-0187). Welcome call Tuesday, seat check next week.',
  );
  const nora = {
    firstName: 'Nora',
    lastName: 'Whelan',
    email: 'nora@whelan.example',
    phone: '+1 312-555-0187',
    tags: ['season tickets'],
    tasks: [
      { title: 'Welcome call', dueDate: conversation.inDays(4) },
      { title: 'Check the seats', dueDate: conversation.inDays(8) },
    ],
  };
  const first = await conversation.call('onboard_contact', nora);
  assert.equal(first.created, true);
  assert.deepEqual(
    rowsIn(first, 'tasks').map(({ created }) => created),
    [true, true],
  );
  conversation.assistant('Nora is added, tagged “season tickets”, with both tasks.');
  conversation.user('The box office sent her order again, now with her city: Chicago.');
  const again = await conversation.call('onboard_contact', { ...nora, city: 'Chicago' });
  assert.equal(again.created, false);
  assert.equal(recordIn(again, 'contact').id, recordIn(first, 'contact').id);
  assert.deepEqual(
    rowsIn(again, 'changed').map(({ field }) => field),
    ['city'],
  );
  assert.deepEqual(
    rowsIn(again, 'tasks').map(({ created }) => created),
    [false, false],
  );
  conversation.assistant('The contact existed: I added the city, Chicago. Both tasks existed too, so none was added.');
}

/** 3: a task is marked completed. */
async function taskDone(conversation: Conversation) {
  conversation.user('The call about the motor noise is done.');
  const { id } = await findContact(conversation, 'maria lopez');
  const open = rowsIn(await conversation.call('list_contact_tasks', { contactId: id }), 'tasks');
  const task = open.find(({ title }) => title === 'Call about the motor noise');
  const done = await conversation.call('set_contact_task_completed', {
    contactId: id,
    taskId: task?.id,
    completed: true,
  });
  assert.equal(recordIn(done, 'task').completed, true);
  const { counts } = await conversation.call('get_contact_overview', { contactId: id });
  assert.deepEqual(counts, { open: 1, overdue: 0, completed: 2, notes: 2, appointments: 2 });
  conversation.assistant('Done. One task is left for Maria, and nothing is overdue.');
}

export const thunderTix: System = {
  name: 'ThunderTix',
  about: 'Box office: who is calling, new patrons, follow-ups.',
  flows: [
    { title: 'A contact with details and related tasks, as a dashboard', run: dashboard },
    { title: 'A new person creates or updates the contact and gets initial tasks', run: newPatron },
    { title: 'A task is marked completed', run: taskDone },
  ],
};
