import assert from 'node:assert/strict';
import { type Json, rowsIn } from '../../src/lib/json.ts';

import { type Conversation, recordIn, type System } from './conversation.ts';

/** 1: a contact created or updated: tasks are created or updated. */
async function tasksOfContact(conversation: Conversation) {
  conversation.user(
    'Leo Brandt signed up for the SMS list: leo@brandt.example, +1 312 555 0191. Add a task for tomorrow: opt-in check.',
  );
  const leo = { firstName: 'Leo', lastName: 'Brandt', email: 'leo@brandt.example', phone: '+13125550191' };
  const first = await conversation.call('onboard_contact', {
    ...leo,
    tasks: [{ title: 'Opt-in check', dueDate: conversation.inDays(1) }],
  });
  assert.equal(first.created, true);
  const contactId = recordIn(first, 'contact').id;
  conversation.user('He changed his number to +1 312 555 0192; move the task by a day.');
  const second = await conversation.call('onboard_contact', { email: leo.email, phone: '+13125550192' });
  assert.deepEqual(
    rowsIn(second, 'changed').map(({ field, old }) => [field, old]),
    [['phone', '+13125550191']],
  );
  const taskId = rowsIn(first, 'tasks')[0]?.id;
  const moved = await conversation.call('update_contact_task', { contactId, taskId, dueDate: conversation.inDays(2) });
  assert.equal(Date.parse(String(recordIn(moved, 'task').dueDate)), Date.parse(conversation.inDays(2)));
  assert.equal(rowsIn(await conversation.call('list_contact_tasks', { contactId }), 'tasks').length, 1);
  conversation.assistant('The number is changed (it was +13125550191), and his one task is due a day later.');
}

/** 2: a text message becomes a note of its sender, and the next visit is found. */
async function rightContact(conversation: Conversation) {
  conversation.user(
    'A text came in from +1 312 555 0101: “Can I bring the charger?” Who sent it? Add it as a note. When is their next visit?',
  );
  const { contact } = await conversation.call('find_duplicate_contact', { number: '+13125550101' });
  const contactId = (contact as Json).id;
  await conversation.call('create_contact_note', { contactId, body: 'SMS: Can I bring the charger?' });
  const { timeline } = await conversation.call('get_contact_timeline', { contactId, kinds: ['note', 'appointment'] });
  const all = timeline as Json[];
  assert.equal((contact as Json).lastName, 'Lopez');
  assert.ok(all.some(({ kind, text }) => kind === 'note' && String(text).startsWith('SMS:')));
  const events = rowsIn(
    await conversation.call('list_contact_appointments', { contactId, fields: ['id', 'contactId'] }),
    'events',
  );
  assert.deepEqual(
    all
      .filter(({ kind }) => kind === 'appointment')
      .map(({ id }) => id)
      .sort(),
    events.map(({ id }) => id).sort(),
  );
  conversation.assistant('Maria Lopez sent it; I added it as a note. Her next visit is the motor diagnosis.');
}

/** 3: bulk create or update with tags and a business, and segments by tag and field. */
async function bulkAndSegments(conversation: Conversation) {
  conversation.user(
    'Here is the list from the Acme event, 30 people. They belong to Acme Couriers; tag them “acme event”.',
  );
  const businesses = rowsIn(await conversation.call('list_businesses', {}), 'businesses');
  const acme = businesses.find(({ name }) => name === 'Acme Couriers');
  const list = Array.from({ length: 30 }, (_, i) => ({
    firstName: `Guest ${i + 1}`,
    email: `guest${i + 1}@acme-event.example`,
    city: i % 3 === 0 ? 'Evanston' : 'Chicago',
    tags: ['acme event'],
    businessId: acme?.id,
  }));
  assert.equal((await conversation.call('bulk_upsert_contacts', { rows: list })).preview, true);
  conversation.assistant('That is more than 25 people, and their tag may start automations. Shall I add them?');
  conversation.user('Yes.');
  const result = await conversation.call('bulk_upsert_contacts', { rows: list, confirm: true });
  assert.equal(rowsIn(result, 'rows').length, 30);
  assert.deepEqual(new Set(rowsIn(result, 'rows').map(({ outcome }) => outcome)), new Set(['created']));
  const again = await conversation.call('bulk_upsert_contacts', { rows: list.slice(0, 25) });
  assert.deepEqual(new Set(rowsIn(again, 'rows').map(({ outcome }) => outcome)), new Set(['unchanged']));
  conversation.assistant(
    'All 30 are added and belong to Acme Couriers. A second call with the first 25 of them changed nothing.',
  );
  conversation.waitForIndex();
  conversation.user('How many live in each city?');
  const filters = [{ field: 'tags', operator: 'eq', value: 'acme event' }];
  const counted = await conversation.call('count_contacts', { groupBy: 'city', filters });
  assert.deepEqual(
    rowsIn(counted, 'groups').map(({ value, count }) => [value, count]),
    [
      ['Chicago', 20],
      ['Evanston', 10],
    ],
  );
  conversation.assistant('20 in Chicago, 10 in Evanston.');
  conversation.user('Tag all of them “winter sms” for the winter campaign.');
  const preview = await conversation.call('bulk_update_contacts', { filters, addTags: ['winter sms'] });
  assert.equal(preview.total, 30);
  conversation.assistant('That is 30 people, and the tag may start automations for each. Go ahead?');
  conversation.user('Yes.');
  const done = await conversation.call('bulk_update_contacts', { filters, addTags: ['winter sms'], confirm: true });
  assert.deepEqual([done.asked, done.changed, done.failed], [30, 30, 0]);
  conversation.waitForIndex();
  const both = [
    ...filters,
    { field: 'tags', operator: 'eq', value: 'winter sms' },
    { field: 'city', operator: 'eq', value: 'Evanston' },
  ];
  assert.equal((await conversation.call('search_contacts', { filters: both, pageLimit: 1 })).total, 10);
  conversation.assistant('All 30 are tagged; the segment “winter sms” in Evanston has 10.');
}

export const touchSms: System = {
  name: 'touchSMS',
  about: 'Text messages: lists, segments, and each message linked to the right contact.',
  flows: [
    { title: 'A contact created or updated: tasks are created or updated', run: tasksOfContact },
    { title: 'A text message becomes a note of its sender, shown with their appointments', run: rightContact },
    { title: 'Bulk create or update with tags and a business; segments by tag and field', run: bulkAndSegments },
  ],
};
