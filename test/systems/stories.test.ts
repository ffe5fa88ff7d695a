import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import { connect, find, INDEX_DELAY_MS, type Options } from '../connect.ts';

const contactOf = (data: Json) => data.contact as Json & { id: string; tags?: string[] };

describe.each([0, INDEX_DELAY_MS, 45_000])('with an index delay of %i ms', (indexDelayMs) => {
  const open = ({ sandbox, ...options }: Options = {}) =>
    connect({ ...options, sandbox: { indexDelayMs, ...sandbox } });

  describe('the life of a contact', () => {
    test('it is created, found as a duplicate, changed, tagged, given a note and a task, and deleted', async () => {
      const { call, refused } = await open({ timezone: 'America/Chicago' });
      const created = contactOf(
        await call('create_contact', {
          firstName: 'Ida',
          lastName: 'McTavish',
          phone: '(512) 555-0142',
          email: 'Ida@Example.com',
          tags: ['VIP'],
        }),
      );
      expect(created).toMatchObject({ firstName: 'Ida', phone: '+15125550142', tags: ['vip'] });

      expect(await refused('create_contact', { firstName: 'I.', phone: '+15125550142' })).toContain(
        `already exists as ${created.id}`,
      );
      expect(contactOf(await call('find_duplicate_contact', { number: '+15125550142' })).id).toBe(created.id);

      const contactId = created.id;
      expect((await call('add_contact_tags', { contactId, tags: ['Newsletter'] })).tags).toEqual(['vip', 'newsletter']);
      expect((await call('remove_contact_tags', { contactId, tags: ['vip'] })).tags).toEqual(['newsletter']);
      expect(
        contactOf(await call('update_contact', { contactId, tags: ['only'], city: 'Austin', clear: ['lastName'] })),
      ).toMatchObject({ tags: ['only'], city: 'Austin' });
      expect(contactOf(await call('get_contact', { contactId }))).not.toHaveProperty('lastName');

      const { note } = (await call('create_contact_note', { contactId, body: 'Likes mornings.' })) as { note: Json };
      await call('update_contact_note', { contactId, noteId: note.id, body: 'Likes evenings.' });
      expect(((await call('list_contact_notes', { contactId })).notes as Json[]).map((n) => n.body)).toEqual([
        'Likes evenings.',
      ]);
      const deleted = await call('delete_contact_note', { contactId, noteId: note.id });
      expect(deleted).toMatchObject({ succeeded: true, note: { id: note.id } });

      const { task } = (await call('create_contact_task', {
        contactId,
        title: 'Call',
        dueDate: '2026-11-24T09:00',
      })) as {
        task: Json;
      };
      expect(task).toMatchObject({ completed: false, dueDate: '2026-11-24T09:00-06:00' });
      expect(
        ((await call('set_contact_task_completed', { contactId, taskId: task.id, completed: true })).task as Json)
          .completed,
      ).toBe(true);
      expect(
        ((await call('update_contact_task', { contactId, taskId: task.id, title: 'Call again' })).task as Json).title,
      ).toBe('Call again');
      await call('delete_contact_task', { contactId, taskId: task.id });
      expect(await refused('get_contact_task', { contactId, taskId: task.id })).toContain(`finds no taskId ${task.id}`);

      expect(await call('delete_contact', { contactId })).toMatchObject({
        succeeded: true,
        contact: { id: contactId },
      });
      expect(await refused('get_contact', { contactId })).toContain(`There is no contact ${contactId}`);
    });

    test('names are returned as typed, also in lists', async () => {
      const { call, indexed } = await open();
      await call('create_contact', { firstName: 'DeShawn', lastName: 'van der Berg', email: 'd@example.com' });
      indexed();
      for (const tool of ['list_contacts', 'search_contacts']) {
        const { contacts } = await call(tool, { query: 'd@example.com' });
        expect(contacts).toMatchObject([{ firstName: 'DeShawn', lastName: 'van der Berg' }]);
      }
    });

    test('custom fields by id and by key are stored, and an empty value clears one', async () => {
      const { call } = await open();
      const { customFields } = (await call('list_custom_fields')) as { customFields: Json[] };
      const text = customFields.find((f) => f.dataType === 'TEXT') as Json;
      const number = customFields.find((f) => f.dataType === 'NUMERICAL') as Json;
      const fields = [
        { field: text.id, value: 'blue' },
        { field: String(number.fieldKey), value: 7 },
      ];
      const { id } = contactOf(await call('create_contact', { firstName: 'Bo', customFields: fields }));
      expect(contactOf(await call('get_contact', { contactId: id })).customFields).toEqual({
        [String(text.name)]: 'blue',
        [String(number.name)]: 7,
      });
      await call('update_contact', { contactId: id, customFields: [{ field: text.id, value: '' }] });
      expect(contactOf(await call('get_contact', { contactId: id })).customFields).toEqual({
        [String(number.name)]: 7,
      });
    });
  });

  describe('search_contacts', () => {
    test('filters by tag, group and date, and by name in any case', async () => {
      const { call } = await open();
      const maria = await find(call, 'maria');
      const byName = { filters: [{ field: 'firstName', operator: 'eq', value: 'MARIA' }] };
      expect(((await call('search_contacts', byName)).contacts as Json[]).map((c) => c.id)).toContain(maria.id);
      const [tag] = contactOf(await call('get_contact', { contactId: maria.id })).tags ?? [];
      const grouped = {
        filters: [
          {
            group: 'OR',
            filters: [
              { field: 'tags', operator: 'eq', value: String(tag).toUpperCase() },
              { field: 'email', operator: 'eq', value: 'x@y.example' },
            ],
          },
        ],
        pageLimit: 100,
      };
      expect(((await call('search_contacts', grouped)).contacts as Json[]).map((c) => c.id)).toContain(maria.id);
      const none = { filters: [{ field: 'dateAdded', operator: 'range', value: { gt: '2030-01-01' } }] };
      expect((await call('search_contacts', none)).contacts).toEqual([]);
    });

    test('returns a new contact at once, marked until the index shows it', async () => {
      const { call, advance } = await open({ sandbox: { indexDelayMs: 15_000 } });
      const { id } = contactOf(await call('create_contact', { firstName: 'Zebulon', email: 'zeb@example.com' }));
      const search = async () => (await call('search_contacts', { query: 'zebulon' })).contacts;
      expect(await search()).toMatchObject([{ id, notYetIndexed: true }]);
      advance(15_001);
      expect(await search()).toEqual([{ id, firstName: 'Zebulon', email: 'zeb@example.com' }]);
    });
  });

  describe('bulk tools', () => {
    test('bulk_update_contact_tags returns counts and names only the failures', async () => {
      const { call } = await open();
      const contacts = ((await call('list_contacts', { limit: 5 })).contacts as Json[]).map((c) => c.id);
      const answer = await call('bulk_update_contact_tags', {
        type: 'add',
        contacts: [...contacts, 'nonsense'],
        tags: ['Season'],
      });
      expect(answer).toMatchObject({
        succeeded: true,
        asked: 6,
        updated: 5,
        errorCount: 1,
        failed: [{ contactId: 'nonsense' }],
      });
    });

    test('bulk_assign_contact_business assigns and unlinks a business', async () => {
      const { call, indexed } = await open();
      const [business] = (await call('list_businesses')).businesses as Json[];
      const [contact] = (await call('list_contacts', { limit: 1 })).contacts as Json[];
      expect(
        await call('bulk_assign_contact_business', { ids: [contact?.id], businessId: business?.id }),
      ).toMatchObject({
        succeeded: true,
        updated: 1,
        failed: [],
      });
      indexed();
      const members = await call('list_contacts_by_business', { businessId: business?.id });
      expect((members.contacts as Json[]).map((c) => c.id)).toContain(contact?.id);
      await call('bulk_assign_contact_business', { ids: [contact?.id], unlinkBusiness: true });
      expect(contactOf(await call('get_contact', { contactId: contact?.id }))).not.toHaveProperty('businessId');
    });

    test('an upsert with a secondary email replaces the primary one, as its description warns', async () => {
      const { call, client } = await open();
      const { tools } = await client.listTools();
      expect(tools.find((t) => t.name === 'upsert_contact')?.description).toContain('the old primary is lost');
      const { contacts } = await call('search_contacts', {
        pageLimit: 100,
        fields: ['id', 'email', 'additionalEmails'],
      });
      const [person] = (contacts as Json[]).filter((c) => c.additionalEmails) as {
        id: string;
        email: string;
        additionalEmails: unknown[];
      }[];
      const second = person?.additionalEmails[0] as string | { email: string };
      const secondary = typeof second === 'string' ? second : second.email;
      await call('upsert_contact', { email: secondary, city: 'Waco' });
      expect(contactOf(await call('get_contact', { contactId: person?.id })).email).toBe(secondary);
    });
  });
});
