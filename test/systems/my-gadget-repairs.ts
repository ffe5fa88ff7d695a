import assert from 'node:assert/strict';
import type { Json } from '../../src/lib/json.ts';

import { type Desk, dayOf, find, nameOf, one, rows, type System } from './desk.ts';

/** 1: new or updated contacts are detected and come with their tasks. */
async function detected(desk: Desk) {
  const since = desk.now();
  const made = await desk.elsewhere('A customer books a repair on the web: a new contact with a task.', async (api) => {
    const id = await api.create({
      firstName: 'Ines',
      lastName: 'Park',
      email: 'ines@park.example',
      phone: '+13125550190',
    });
    await api.post(`/contacts/${id}/tasks`, { title: 'Screen repair', dueDate: desk.day(2), completed: false });
    return id;
  });
  desk.later();
  desk.says('Any new repairs?');
  const fields = ['id', 'firstName', 'lastName', 'email', 'phone'];
  const [ines] = rows(await desk.call('list_changed_contacts', { since, tasks: true, fields }), 'contacts');
  const [task] = rows(ines as Json, 'tasks');
  assert.deepEqual(
    { id: ines?.id, name: nameOf(ines as Json), email: ines?.email, phone: ines?.phone },
    { id: made, name: 'Ines Park', email: 'ines@park.example', phone: '+13125550190' },
  );
  assert.deepEqual(
    [task?.title, task?.status, Date.parse(String(task?.dueDate))],
    ['Screen repair', 'open', Date.parse(desk.day(2))],
  );
  desk.answers(
    `${nameOf(ines as Json)} (${ines?.email}, ${ines?.phone}): “${task?.title}”, ${task?.status}, due ${dayOf(task?.dueDate)}.`,
  );
}

/** 2: on an update, notes and coming appointments, and a new note. */
async function notesAndVisits(desk: Desk) {
  desk.says('Maria’s ticket changed. What did we note, when does she come, and note that the part has arrived.');
  const { id: contactId } = await find(desk, 'maria lopez');
  const { timeline } = await desk.call('get_contact_timeline', { contactId, kinds: ['note', 'appointment'] });
  const all = timeline as Json[];
  const coming = all.filter(
    ({ kind, at }) => kind === 'appointment' && Date.parse(String(at)) > Date.parse(desk.now()),
  );
  assert.equal(coming.length, 1);
  assert.equal(all.filter(({ kind }) => kind === 'note').length, 2);
  const note = one(await desk.call('create_contact_note', { contactId, body: 'The motor part has arrived.' }), 'note');
  const after = await desk.call('get_contact_timeline', { contactId, kinds: ['note'], limit: 1 });
  assert.equal(rows(after, 'timeline')[0]?.id, note.id);
  desk.answers(`Two notes so far; she comes on ${dayOf(coming[0]?.at)} for “${coming[0]?.title}”. Noted.`);
}

/** 3: tasks with title, due date, status and notes (the task's body). */
async function pushedTasks(desk: Desk) {
  desk.says('Put today’s two jobs on Maria’s card: battery swap, done; brake check tomorrow, pads are in drawer 4.');
  const { id: contactId } = await find(desk, 'maria lopez');
  const jobs = [
    { title: 'Battery swap', dueDate: desk.day(0), completed: true, body: 'Swapped under warranty.' },
    { title: 'Brake check', dueDate: desk.day(1), completed: false, body: 'Pads are in drawer 4.' },
  ];
  for (const job of jobs) {
    const { task } = await desk.call('create_contact_task', { contactId, ...job });
    const { title, completed, body, dueDate } = task as Json;
    assert.deepEqual({ title, completed, body }, { title: job.title, completed: job.completed, body: job.body });
    assert.equal(Date.parse(String(dueDate)), Date.parse(job.dueDate));
  }
  desk.answers('Both are on her card: the battery swap as completed, the brake check as open.');
}

export const myGadgetRepairs: System = {
  name: 'MyGadgetRepairs',
  about: 'Repair shop: new jobs noticed, what was said, and work pushed as tasks.',
  flows: [
    { title: 'New or updated contacts are detected and come with their tasks', play: detected },
    { title: 'On an update: notes and coming appointments, and a new note', play: notesAndVisits },
    { title: 'Tasks with title, due date, status and notes', play: pushedTasks },
  ],
};
