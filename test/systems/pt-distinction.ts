import assert from 'node:assert/strict';
import type { Json } from '../../src/lib/json.ts';

import { type Desk, find, nameOf, one, rows, type System } from './desk.ts';

/** 1: a created or updated contact, with details, tasks, notes and appointments. */
async function changedClient(desk: Desk) {
  const since = desk.now();
  const id = await desk.elsewhere('The front desk gives Ben Carter a new address.', async (api) => {
    const ben = await api.idOf('ben carter');
    await api.put(`/contacts/${ben}`, { address1: '12 Harbor Way' });
    return ben;
  });
  desk.later();
  desk.says('Did any of our clients change? Give me everything on them.');
  const changed = await desk.call('list_changed_contacts', { since });
  const [ben] = rows(changed, 'contacts');
  assert.equal(ben?.id, id);
  assert.equal(ben?.change, 'updated');
  const overview = await desk.call('get_contact_overview', { contactId: id });
  assert.equal(one(overview, 'contact').address1, '12 Harbor Way');
  const { overdue, open, notes, appointments } = one(overview, 'counts');
  desk.answers(
    `${nameOf(ben as Json)} has a new address, 12 Harbor Way. ${Number(open) + Number(overdue)} tasks to do (${overdue} overdue), notes: ${notes}, appointments: ${appointments}.`,
  );
}

/** 2: tasks created, updated, completed, listed and deleted in step. */
async function taskLife(desk: Desk) {
  desk.says('Ben starts a new program: put the fitness test on his list.');
  const { id: contactId } = await find(desk, 'ben carter');
  const made = await desk.call('create_contact_task', { contactId, title: 'Fitness test', dueDate: desk.day(3) });
  const taskId = one(made, 'task').id;
  desk.says('Two days later, please.');
  const moved = await desk.call('update_contact_task', { contactId, taskId, dueDate: desk.day(5) });
  assert.equal(Date.parse(String(one(moved, 'task').dueDate)), Date.parse(desk.day(5)));
  desk.says('He did it. What else is on his list?');
  await desk.call('set_contact_task_completed', { contactId, taskId, completed: true });
  const all = rows(await desk.call('list_contact_tasks', { contactId }), 'tasks');
  assert.equal(all.find(({ id }) => id === taskId)?.completed, true);
  desk.answers(
    `Completed. Still open: ${all
      .filter(({ completed }) => !completed)
      .map(({ title }) => `“${title}”`)
      .join(', ')}.`,
  );
  desk.says('Remove the test from the list.');
  await desk.call('delete_contact_task', { contactId, taskId });
  const left = rows(await desk.call('list_contact_tasks', { contactId }), 'tasks');
  assert.equal(left.length, all.length - 1);
  desk.answers('Gone.');
}

/** 3: a full sync over contacts, notes, tags and businesses. */
async function fullSync(desk: Desk) {
  desk.says('Sync everything: contacts, notes, tags, businesses. From then on only what changes.');
  const contacts: Json[] = [];
  const fields = ['id', 'firstName', 'lastName', 'tags', 'businessId'];
  for (let args: Json | undefined = { pageLimit: 100, fields }; args; ) {
    const page: Json = await desk.call('search_contacts', args);
    contacts.push(...rows(page, 'contacts'));
    args = page.next as Json | undefined;
  }
  const { total } = await desk.call('count_contacts', {});
  assert.equal(contacts.length, total);
  const tags = rows(await desk.call('list_location_tags', {}), 'tags');
  const businesses = rows(await desk.call('list_businesses', {}), 'businesses');
  const withBusiness = contacts.filter(({ businessId }) => businesses.some(({ id }) => id === businessId));
  assert.ok(tags.length > 0 && withBusiness.length > 0);
  let notes = 0;
  for (const { id } of contacts)
    notes += rows(await desk.call('list_contact_notes', { contactId: id }), 'notes').length;
  const { cursor } = await desk.call('list_changed_contacts', { since: desk.now() });
  assert.equal(typeof cursor, 'string');
  desk.answers(
    `${contacts.length} contacts, ${tags.length} tags, ${businesses.length} businesses (${withBusiness.length} contacts belong to one), and, contact by contact, ${notes} notes.`,
  );
  await desk.elsewhere('A trainer tags Keiko Tanaka.', async (api) =>
    api.post(`/contacts/${await api.idOf('keiko')}/tags`, { tags: ['spring plan'] }),
  );
  desk.later();
  desk.says('Anything new since the sync?');
  const changed = rows(await desk.call('list_changed_contacts', { since: 'last' }), 'contacts');
  assert.deepEqual(changed.map(nameOf), ['Keiko Tanaka']);
  desk.answers('Keiko Tanaka: she has the tag “spring plan” now.');
}

export const ptDistinction: System = {
  name: 'PT Distinction',
  about: 'Coaching: clients, their programs as tasks, and a copy kept in step.',
  flows: [
    { title: 'A created or updated contact: details, tasks, notes, appointments', play: changedClient },
    { title: 'Tasks created, updated, completed, listed and deleted in step', play: taskLife },
    { title: 'A full sync over contacts, notes, tags and businesses', play: fullSync },
  ],
};
