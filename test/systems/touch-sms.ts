import assert from 'node:assert/strict';
import type { Json } from '../../src/lib/json.ts';

import { type Desk, one, rows, type System } from './desk.ts';

/** 1: a contact created or updated: tasks are created or updated. */
async function tasksFollow(desk: Desk) {
  desk.says(
    'Leo Brandt signed up for the SMS list: leo@brandt.example, +1 312 555 0191. Send him the opt-in check tomorrow.',
  );
  const leo = { firstName: 'Leo', lastName: 'Brandt', email: 'leo@brandt.example', phone: '+13125550191' };
  const first = await desk.call('onboard_contact', {
    ...leo,
    tasks: [{ title: 'Opt-in check', dueDate: desk.day(1) }],
  });
  assert.equal(first.created, true);
  const contactId = one(first, 'contact').id;
  desk.says('He changed his number to +1 312 555 0192; move the check by a day.');
  const second = await desk.call('onboard_contact', { email: leo.email, phone: '+13125550192' });
  assert.deepEqual(
    rows(second, 'changed').map(({ field, old }) => [field, old]),
    [['phone', '+13125550191']],
  );
  const taskId = rows(first, 'tasks')[0]?.id;
  const moved = await desk.call('update_contact_task', { contactId, taskId, dueDate: desk.day(2) });
  assert.equal(Date.parse(String(one(moved, 'task').dueDate)), Date.parse(desk.day(2)));
  assert.equal(rows(await desk.call('list_contact_tasks', { contactId }), 'tasks').length, 1);
  desk.answers('The number is changed (it was +13125550191), and the one check he has is a day later.');
}

/** 2: new notes or appointments, linked to the right contact. */
async function rightContact(desk: Desk) {
  desk.says(
    'A text came in from +1 312 555 0101: “Can I bring the charger?” Whose is it? Note it, and when do they come in?',
  );
  const { contact } = await desk.call('find_duplicate_contact', { number: '+13125550101' });
  const contactId = (contact as Json).id;
  await desk.call('create_contact_note', { contactId, body: 'SMS: Can I bring the charger?' });
  const { timeline } = await desk.call('get_contact_timeline', { contactId, kinds: ['note', 'appointment'] });
  const all = timeline as Json[];
  assert.equal((contact as Json).lastName, 'Lopez');
  assert.ok(all.some(({ kind, text }) => kind === 'note' && String(text).startsWith('SMS:')));
  const events = rows(
    await desk.call('list_contact_appointments', { contactId, fields: ['id', 'contactId'] }),
    'events',
  );
  assert.deepEqual(
    all
      .filter(({ kind }) => kind === 'appointment')
      .map(({ id }) => id)
      .sort(),
    events.map(({ id }) => id).sort(),
  );
  desk.answers('It is Maria Lopez; the text is a note on her card. Her next visit is the motor diagnosis.');
}

/** 3: bulk create or update with tags and a business, and segments by tag and field. */
async function bulkAndSegments(desk: Desk) {
  desk.says('Here is the list from the Acme event, 30 people. They belong to Acme Couriers; tag them “acme event”.');
  const businesses = rows(await desk.call('list_businesses', {}), 'businesses');
  const acme = businesses.find(({ name }) => name === 'Acme Couriers');
  const list = Array.from({ length: 30 }, (_, i) => ({
    firstName: `Guest ${i + 1}`,
    email: `guest${i + 1}@acme-event.example`,
    city: i % 3 === 0 ? 'Evanston' : 'Chicago',
    tags: ['acme event'],
    businessId: acme?.id,
  }));
  const account = await desk.call('bulk_upsert_contacts', { rows: list });
  assert.equal(rows(account, 'rows').length, 30);
  assert.deepEqual(new Set(rows(account, 'rows').map(({ outcome }) => outcome)), new Set(['created']));
  const again = await desk.call('bulk_upsert_contacts', { rows: list });
  assert.deepEqual(new Set(rows(again, 'rows').map(({ outcome }) => outcome)), new Set(['unchanged']));
  desk.answers('All 30 are in and belong to Acme Couriers. Sent once more, nothing changes.');
  desk.later();
  desk.says('How many of them are where?');
  const filters = [{ field: 'tags', operator: 'eq', value: 'acme event' }];
  const counted = await desk.call('count_contacts', { groupBy: 'city', filters });
  assert.deepEqual(
    rows(counted, 'groups').map(({ value, count }) => [value, count]),
    [
      ['Chicago', 20],
      ['Evanston', 10],
    ],
  );
  desk.answers('20 in Chicago, 10 in Evanston.');
  desk.says('Put the whole event on the winter campaign: tag “winter sms”.');
  const preview = await desk.call('bulk_update_contacts', { filters, addTags: ['winter sms'] });
  assert.equal(preview.total, 30);
  desk.answers('That is 30 people, and the tag may start automations for each. Shall I?');
  desk.says('Yes.');
  const done = await desk.call('bulk_update_contacts', { filters, addTags: ['winter sms'], confirm: true });
  assert.deepEqual([done.asked, done.done, done.failed], [30, 30, 0]);
  desk.later();
  const both = [
    ...filters,
    { field: 'tags', operator: 'eq', value: 'winter sms' },
    { field: 'city', operator: 'eq', value: 'Evanston' },
  ];
  assert.equal((await desk.call('search_contacts', { filters: both, pageLimit: 1 })).total, 10);
  desk.answers('All 30 are tagged; the segment “winter sms” in Evanston has 10.');
}

export const touchSms: System = {
  name: 'touchSMS',
  about: 'Texting: lists, segments, and every message with the right person.',
  flows: [
    { title: 'A contact created or updated: tasks are created or updated', play: tasksFollow },
    { title: 'New notes or appointments, linked to the right contact', play: rightContact },
    { title: 'Bulk create or update with tags and a business; segments by tag and field', play: bulkAndSegments },
  ],
};
