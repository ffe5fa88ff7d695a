import assert from 'node:assert/strict';
import { type Json, rowsIn } from '../../src/lib/json.ts';

import { type Conversation, findContact, nameOf, recordIn, type System } from './conversation.ts';

/** 1: a created or updated contact, with details, tasks, notes and appointments. */
async function changedClient(conversation: Conversation) {
  const since = conversation.now();
  const id = await conversation.otherClient('The reception changes the address of Ben Carter.', async (api) => {
    const ben = await api.idOf('ben carter');
    await api.put(`/contacts/${ben}`, { address1: '12 Harbor Way' });
    return ben;
  });
  conversation.waitForIndex();
  conversation.user('Did any of our clients change? Give me everything on them.');
  const changed = await conversation.call('list_changed_contacts', { since });
  const [ben] = rowsIn(changed, 'contacts');
  assert.equal(ben?.id, id);
  assert.equal(ben?.change, 'updated');
  const overview = await conversation.call('get_contact_overview', { contactId: id });
  assert.equal(recordIn(overview, 'contact').address1, '12 Harbor Way');
  const { overdue, open, notes, appointments } = recordIn(overview, 'counts');
  conversation.assistant(
    `${nameOf(ben as Json)} has a new address, 12 Harbor Way. ${Number(open) + Number(overdue)} tasks to do (${overdue} overdue), notes: ${notes}, appointments: ${appointments}.`,
  );
}

/** 2: tasks are created, updated, completed, listed and deleted. */
async function taskLifecycle(conversation: Conversation) {
  conversation.user('Ben starts a new program: put the fitness test on his list.');
  const { id: contactId } = await findContact(conversation, 'ben carter');
  const created = await conversation.call('create_contact_task', {
    contactId,
    title: 'Fitness test',
    dueDate: conversation.inDays(3),
  });
  const taskId = recordIn(created, 'task').id;
  conversation.user('Two days later, please.');
  const moved = await conversation.call('update_contact_task', { contactId, taskId, dueDate: conversation.inDays(5) });
  assert.equal(Date.parse(String(recordIn(moved, 'task').dueDate)), Date.parse(conversation.inDays(5)));
  conversation.user('He did it. What else is on his list?');
  await conversation.call('set_contact_task_completed', { contactId, taskId, completed: true });
  const all = rowsIn(await conversation.call('list_contact_tasks', { contactId }), 'tasks');
  assert.equal(all.find(({ id }) => id === taskId)?.status, 'completed');
  conversation.assistant(
    `Completed. Still open: ${all
      .filter(({ status }) => status !== 'completed')
      .map(({ title }) => `“${title}”`)
      .join(', ')}.`,
  );
  conversation.user('Remove the test from the list.');
  await conversation.call('delete_contact_task', { contactId, taskId });
  const remaining = rowsIn(await conversation.call('list_contact_tasks', { contactId }), 'tasks');
  assert.equal(remaining.length, all.length - 1);
  conversation.assistant('The fitness test is deleted.');
}

/** 3: a full sync over contacts, notes, tags and businesses. */
async function fullSync(conversation: Conversation) {
  conversation.user('Sync everything: contacts, notes, tags, businesses. After that, only the changes.');
  const contacts: Json[] = [];
  const fields = ['id', 'firstName', 'lastName', 'tags', 'businessId'];
  for (let args: Json | undefined = { pageLimit: 100, fields }; args; ) {
    const page: Json = await conversation.call('search_contacts', args);
    contacts.push(...rowsIn(page, 'contacts'));
    args = page.next as Json | undefined;
  }
  const { total } = await conversation.call('count_contacts', {});
  assert.equal(contacts.length, total);
  const tags = rowsIn(await conversation.call('list_location_tags', {}), 'tags');
  const businesses = rowsIn(await conversation.call('list_businesses', {}), 'businesses');
  const withBusiness = contacts.filter(({ businessId }) => businesses.some(({ id }) => id === businessId));
  assert.ok(tags.length > 0 && withBusiness.length > 0);
  let notes = 0;
  for (const { id } of contacts)
    notes += rowsIn(await conversation.call('list_contact_notes', { contactId: id }), 'notes').length;
  const { cursor } = await conversation.call('list_changed_contacts', { since: conversation.now() });
  assert.equal(typeof cursor, 'string');
  conversation.assistant(
    `${contacts.length} contacts, ${tags.length} tags, ${businesses.length} businesses (${withBusiness.length} contacts belong to one), and ${notes} notes, read for each contact.`,
  );
  await conversation.otherClient('A trainer tags Keiko Tanaka.', async (api) =>
    api.post(`/contacts/${await api.idOf('keiko')}/tags`, { tags: ['spring plan'] }),
  );
  conversation.waitForIndex();
  conversation.user('Anything new since the sync?');
  const changed = rowsIn(await conversation.call('list_changed_contacts', { since: 'last' }), 'contacts');
  assert.deepEqual(changed.map(nameOf), ['Keiko Tanaka']);
  conversation.assistant('Keiko Tanaka now has the tag “spring plan”.');
}

export const ptDistinction: System = {
  name: 'PT Distinction',
  about: 'Coaching: clients, their programs as tasks, and a synchronised copy.',
  flows: [
    { title: 'A created or updated contact: details, tasks, notes, appointments', run: changedClient },
    { title: 'Tasks are created, updated, completed, listed and deleted', run: taskLifecycle },
    { title: 'A full sync over contacts, notes, tags and businesses', run: fullSync },
  ],
};
