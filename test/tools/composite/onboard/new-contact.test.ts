import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { recordingJournal } from '../../../recording-journal.ts';
import { allContacts, CLEO, CLUB, EXTERNAL, world, writes } from './world.ts';

describe('a new person', () => {
  test('is created with every part; the same call again writes nothing', async () => {
    const { journal, entries } = recordingJournal();
    const server = await world({ user: 'dana@shop.example', api: { journal } });
    const first = await server.call('onboard_contact', CLEO);
    const contact = first.contact as Json;
    expect(first).toMatchObject({ created: true, changed: [], business: { businessId: CLUB, assigned: true } });
    expect(contact).toMatchObject({
      email: CLEO.email,
      gender: 'female',
      phone: '+13125550103',
      tags: ['new', 'lead'],
      businessId: CLUB,
    });
    expect(first.tagsAdded).toEqual(['new', 'lead']);
    expect(first.tasks).toMatchObject([
      { title: 'Welcome call', dueDate: '2026-11-24T09:00-06:00', created: true },
      { title: 'Send contract', dueDate: '2026-11-25T09:00-06:00', created: true },
    ]);
    expect(entries[0]?.sent).toMatchObject({ phone: '+13125550103' });
    expect(first).not.toHaveProperty('failed');
    expect(first.notice).toContain('2026-11-24T09:00-06:00 [America/Chicago]');
    const { tasks } = await server.call('list_contact_tasks', { contactId: contact.id });
    expect(tasks).toMatchObject([{}, { assignedToName: 'Dana', body: 'The new one' }]);

    await server.sent();
    const second = await server.call('onboard_contact', CLEO);
    expect(await writes(server)).toEqual([]);
    expect(second).not.toHaveProperty('notStored');
    expect(second).toMatchObject({ created: false, changed: [], tagsAdded: [], business: { assigned: false } });
    expect(second.note).toEqual({ ...(first.note as Json), created: false });
    expect(second.contact).toEqual(contact);
    expect((second.tasks as Json[]).map(({ id, created }) => [id, created])).toEqual(
      (first.tasks as Json[]).map(({ id }) => [id, false]),
    );
    expect(await allContacts(server)).toHaveLength(3);
  });
});

describe('a person given by name', () => {
  const customFields = [{ field: EXTERNAL, value: 'N-1' }];

  test.each([
    ['Cleo Ann Park', { firstName: 'Cleo', lastName: 'Ann Park' }],
    [' Cher ', { firstName: 'Cher' }],
  ])('%j is created with first and last name, and found again', async (name, parts) => {
    const server = await world({}, { indexDelayMs: 60_000 });
    const args = { name, matchField: EXTERNAL, customFields };
    const first = await server.call('onboard_contact', args);
    expect(first).toMatchObject({ created: true, contact: parts });
    expect(await server.call('onboard_contact', args)).toMatchObject({ created: false, changed: [] });
  });

  test('a row without name, email and phone fails; the other rows are processed', async () => {
    const server = await world();
    const message = await server.refused('onboard_contact', { matchField: EXTERNAL, customFields });
    expect(message).toContain('A new contact needs at least one of email, phone, firstName, lastName');
    const nameless = Array.from({ length: 6 }, (_, n) => ({ customFields: [{ field: EXTERNAL, value: `N-${n}` }] }));
    const rows = [...nameless, { customFields, firstName: 'Cleo' }];
    expect(await server.call('bulk_upsert_contacts', { matchField: EXTERNAL, rows })).toMatchObject({
      asked: 7,
      failed: 6,
      created: 1,
    });
    expect(await allContacts(server)).toHaveLength(3);
  });
});
