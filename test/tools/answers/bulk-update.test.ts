import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import {
  BUSINESS,
  contactOf,
  FIELD,
  idOf,
  ids,
  PUT,
  people,
  previewed,
  TAGS,
  world,
} from '../composite/bulk-update/world.ts';

const SEARCH = 'POST /contacts/search';
const contactsOf = (answer: Json) => answer.contacts as { id: string; name?: string; changes: Json }[];

describe('bulk_update_contacts shows old and new values', () => {
  test('of fields, custom fields, business and tags, by name, with one search', async () => {
    const server = await world(
      people(3, (i) => ({ city: `City ${i}`, customFields: i === 0 ? [{ key: 'bike_model', value: 'Tern' }] : [] })),
    );
    await server.call('list_users');
    const result = await server.bulk({
      contacts: ids(3),
      businessId: BUSINESS,
      addTags: ['VIP'],
      removeTags: ['old'],
      set: { city: 'City 1', assignedTo: 'Dana Whitfield', customFields: [{ field: 'Bike model', value: 'Cargo' }] },
    });
    expect(result).toMatchObject({ asked: 3, changed: 3, unchanged: 0, skipped: 0, failed: 0, left: 0 });
    expect(contactsOf(result)[0]).toEqual({
      id: idOf(0),
      name: 'Person 0',
      changes: {
        businessName: { old: null, new: 'Lone Star Bikes' },
        tags: { old: ['old'], new: ['vip'] },
        city: { old: 'City 0', new: 'City 1' },
        assignedToName: { old: null, new: 'Dana Whitfield' },
        'customFields.Bike model': { old: 'Tern', new: 'Cargo' },
      },
    });
    expect(contactsOf(result)[1]?.changes).not.toHaveProperty('city');
    expect((await server.traffic()).reads.filter((line) => line === SEARCH)).toHaveLength(1);
  });

  test('a contact that has the values already is unchanged and not listed', async () => {
    const server = await world(people(4, (i) => (i < 3 ? { city: 'Oslo', dnd: true, businessId: BUSINESS } : {})));
    const set = { city: 'Oslo', dnd: true };
    const result = await server.bulk({ contacts: ids(4), businessId: BUSINESS, set });
    expect(result).toMatchObject({ changed: 1, unchanged: 3 });
    expect(contactsOf(result)).toEqual([
      {
        id: idOf(3),
        name: 'Person 3',
        changes: {
          businessName: { old: null, new: 'Lone Star Bikes' },
          city: { old: null, new: 'Oslo' },
          dnd: { old: false, new: true },
        },
      },
    ]);
  });

  test('of a contact that search does not show yet as it was written', async () => {
    const server = await world(people(1));
    await server.call('update_contact', { contactId: idOf(0), city: 'Oslo' });
    const unlinked = await server.bulk({ contacts: ids(1), unlinkBusiness: true });
    expect(unlinked).toMatchObject({ changed: 0, unchanged: 1 });
    const linked = await server.bulk({ contacts: ids(1), businessId: BUSINESS, set: { city: 'Rome', state: 'TX' } });
    expect(contactsOf(linked)[0]?.changes).toEqual({
      businessName: { old: null, new: 'Lone Star Bikes' },
      city: { old: 'Oslo', new: 'Rome' },
      state: { old: null, new: 'TX' },
    });
  });

  test('a custom field that was just emptied makes no contact unknown: the same again changes none', async () => {
    const server = await world(people(20));
    const set = { city: 'Oslo', customFields: [{ field: 'Bike model', value: '' }] };
    expect(await server.bulk({ contacts: ids(20), set })).toMatchObject({ changed: 20 });
    await server.traffic();
    expect(await server.bulk({ contacts: ids(20), set })).toMatchObject({ changed: 0, unchanged: 20 });
    expect((await server.traffic()).reads).toEqual([SEARCH]);
  });

  test('of the first 25 of more contacts, and repeated ids count once', async () => {
    const server = await world(people(60));
    const next = await previewed(server, { contacts: [...ids(60), idOf(0)], set: { city: 'Oslo' } });
    const result = await server.bulk(next);
    expect(result).toMatchObject({ asked: 60, changed: 60, repeatedIds: 1 });
    expect(contactsOf(result).map(({ id }) => id)).toEqual(ids(25));
    // The handle gives the same again.
    expect(contactsOf(await server.bulk(next))).toHaveLength(25);
  });

  test('a field that search does not show has no old value', async () => {
    const server = await world(people(1));
    const result = await server.bulk({ contacts: ids(1), set: { timezone: 'Europe/Oslo' } });
    expect(contactsOf(result)[0]?.changes).toEqual({ timezone: { new: 'Europe/Oslo' } });
    expect(result.notice).toBe(
      'Search does not show "timezone": contacts that had the values already count as changed.',
    );
  });

  test('a cleared field has no new value', async () => {
    const server = await world(people(1));
    const result = await server.bulk({ contacts: ids(1), set: { clear: ['source'] } });
    expect(contactsOf(result)[0]?.changes).toEqual({ source: { old: 'Website', new: null } });
  });

  test('values of 5,000 characters are cut, and the answer stays within its limit', async () => {
    const custom = Array.from({ length: 40 }, (_, i) => ({
      ...FIELD,
      id: `field${i}x00000000000000`.slice(0, 20),
      name: `F ${i}`,
      fieldKey: `f${i}`,
    }));
    const customFields = custom.map(({ fieldKey }) => ({ key: fieldKey, value: 'o'.repeat(5_000) }));
    const contacts = people(25, () => ({ customFields }));
    const server = await world(contacts, { sandbox: { data: { contacts, customFields: custom } } });
    const set = { customFields: custom.slice(0, 15).map(({ name }) => ({ field: name, value: 'n'.repeat(5_000) })) };
    const result = await server.bulk({ contacts: ids(25), set });
    expect(result).toMatchObject({ changed: 25, listsCut: { contacts: 25 } });
    expect(contactsOf(result)[0]?.changes['customFields.F 0']).toEqual({
      old: `${'o'.repeat(100)}… [cut: 5000 characters]`,
      new: `${'n'.repeat(100)}… [cut: 5000 characters]`,
    });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(40_000);
  });
});

describe('the read before a bulk update', () => {
  test.each([
    ['fails', { status: 500, body: {} }],
    ['has no answer', { connection: 'hang' as const }],
    [
      'has other contacts',
      { status: 200, body: { contacts: [{ id: 'someoneElse000000001', city: 'Rome' }], total: 1 } },
    ],
  ])('%s: the contacts are changed, and the answer has new values only', async (_, fault) => {
    const server = await world(people(2));
    server.sandbox.setFaults([{ route: SEARCH, fault }]);
    const result = await server.bulk({ contacts: ids(2), set: { city: 'Oslo' } });
    expect(result).toMatchObject({ changed: 2, failed: 0, left: 0 });
    expect(contactsOf(result)).toEqual(ids(2).map((id) => ({ id, changes: { city: { new: 'Oslo' } } })));
    expect(result.notice).toContain('count as changed');
  });

  test('of tags the answer of the write tells the old ones, also where search is behind', async () => {
    const server = await world(people(1), { sandbox: { indexDelayMs: 60_000 } });
    await server.call('add_contact_tags', { contactId: idOf(0), tags: ['new'] });
    const result = await server.bulk({ contacts: ids(1), addTags: ['vip'] });
    expect(contactsOf(result)[0]?.changes).toEqual({ tags: { old: ['old', 'new'], new: ['old', 'new', 'vip'] } });
  });

  test('tags are added and removed, and the answers do not list them: both are in the new value', async () => {
    const server = await world(people(2, () => ({ tags: ['old', 'keep'] })));
    server.sandbox.setFaults([{ route: TAGS, fault: { connection: 'cut', strikes: 'after' } }]);
    const result = await server.bulk({ contacts: ids(2), addTags: ['vip'], removeTags: ['old'] });
    const tags = { old: ['old', 'keep'], new: ['keep', 'vip'] };
    expect(contactsOf(result).map(({ changes }) => changes)).toEqual([{ tags }, { tags }]);
    expect((await contactOf(server, idOf(0))).tags).toEqual(tags.new);
  });

  test('a contact that the answer shows as it was, and not as asked, is no unchanged one', async () => {
    const server = await world(people(2));
    const contact = await contactOf(server, idOf(0));
    server.sandbox.setFaults([{ route: PUT, nth: 1, fault: { status: 200, body: { succeded: true, contact } } }]);
    const result = await server.bulk({ contacts: ids(2), set: { city: 'Oslo' } });
    expect(result).toMatchObject({ changed: 1, unchanged: 0, failed: 1 });
    expect(result.failures).toMatchObject([{ contactId: idOf(0), reason: expect.stringContaining('given for city') }]);
  });

  test('a bulk answer about tags that does not list them leaves the rows of search to tell', async () => {
    const server = await world(people(2, (i) => ({ tags: i === 0 ? ['vip'] : [] })));
    const responses = ids(2).map((contactId) => ({ contactId, type: 'success' }));
    server.sandbox.setFaults([{ route: TAGS, fault: { status: 201, body: { succeded: true, responses } } }]);
    const result = await server.bulk({ contacts: ids(2), addTags: ['vip'] });
    expect(result).toMatchObject({ changed: 1, unchanged: 1 });
    expect(contactsOf(result)).toMatchObject([{ id: idOf(1), changes: { tags: { old: [], new: ['vip'] } } }]);
  });
});
