import assert from 'node:assert/strict';
import { type Json, rowsIn } from '../../src/lib/json.ts';

import { type Conversation, dayOf, findContact, nameOf, recordIn, type System } from './conversation.ts';

/** 1: new or updated contacts are detected and come with their tasks. */
async function detected(conversation: Conversation) {
  const since = conversation.now();
  const created = await conversation.otherClient(
    'A customer books a repair on the web: a new contact with a task.',
    async (api) => {
      const id = await api.create({
        firstName: 'Ines',
        lastName: 'Park',
        email: 'ines@park.example',
        phone: '+13125550190',
      });
      await api.post(`/contacts/${id}/tasks`, {
        title: 'Screen repair',
        dueDate: conversation.inDays(2),
        completed: false,
      });
      return id;
    },
  );
  conversation.waitForIndex();
  conversation.user('Any new repairs?');
  const fields = ['id', 'firstName', 'lastName', 'email', 'phone'];
  const [ines] = rowsIn(await conversation.call('list_changed_contacts', { since, tasks: true, fields }), 'contacts');
  const [task] = rowsIn(ines as Json, 'tasks');
  assert.deepEqual(
    { id: ines?.id, name: nameOf(ines as Json), email: ines?.email, phone: ines?.phone },
    { id: created, name: 'Ines Park', email: 'ines@park.example', phone: '+13125550190' },
  );
  assert.deepEqual(
    [task?.title, task?.status, Date.parse(String(task?.dueDate))],
    ['Screen repair', 'open', Date.parse(conversation.inDays(2))],
  );
  conversation.assistant(
    `${nameOf(ines as Json)} (${ines?.email}, ${ines?.phone}): “${task?.title}”, ${task?.status}, due ${dayOf(task?.dueDate)}.`,
  );
}

/** 2: on an update, notes and upcoming appointments, and a new note. */
async function notesAndVisits(conversation: Conversation) {
  conversation.user(
    'Maria’s ticket changed. Show me our notes and her next visit, and add a note that the part has arrived.',
  );
  const { id: contactId } = await findContact(conversation, 'maria lopez');
  const { timeline } = await conversation.call('get_contact_timeline', { contactId, kinds: ['note', 'appointment'] });
  const all = timeline as Json[];
  const upcoming = all.filter(
    ({ kind, at }) => kind === 'appointment' && Date.parse(String(at)) > Date.parse(conversation.now()),
  );
  assert.equal(upcoming.length, 1);
  assert.equal(all.filter(({ kind }) => kind === 'note').length, 2);
  const note = recordIn(
    await conversation.call('create_contact_note', { contactId, body: 'The motor part has arrived.' }),
    'note',
  );
  const after = await conversation.call('get_contact_timeline', { contactId, kinds: ['note'], limit: 1 });
  assert.equal(rowsIn(after, 'timeline')[0]?.id, note.id);
  conversation.assistant(
    `There were two notes; her next visit is on ${dayOf(upcoming[0]?.at)} for “${upcoming[0]?.title}”. I added the note.`,
  );
}

/** 3: tasks with title, due date, status and notes (the task's body). */
async function pushedTasks(conversation: Conversation) {
  conversation.user(
    'Add two tasks for Maria: the battery swap, completed today; a brake check tomorrow, the pads are in drawer 4.',
  );
  const { id: contactId } = await findContact(conversation, 'maria lopez');
  const jobs = [
    { title: 'Battery swap', dueDate: conversation.inDays(0), completed: true, body: 'Swapped under warranty.' },
    { title: 'Brake check', dueDate: conversation.inDays(1), completed: false, body: 'Pads are in drawer 4.' },
  ];
  for (const job of jobs) {
    const { task } = await conversation.call('create_contact_task', { contactId, ...job });
    const { title, completed, body, dueDate } = task as Json;
    assert.deepEqual({ title, completed, body }, { title: job.title, completed: job.completed, body: job.body });
    assert.equal(Date.parse(String(dueDate)), Date.parse(job.dueDate));
  }
  conversation.assistant('Both tasks are added: the battery swap is completed, the brake check is open.');
}

export const myGadgetRepairs: System = {
  name: 'MyGadgetRepairs',
  about: 'Repair shop: new jobs, notes and visits, and work as tasks.',
  flows: [
    { title: 'New or updated contacts are detected and come with their tasks', run: detected },
    { title: 'On an update: notes and upcoming appointments, and a new note', run: notesAndVisits },
    { title: 'Tasks with title, due date, status and notes', run: pushedTasks },
  ],
};
