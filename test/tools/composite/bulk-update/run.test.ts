import { describe, expect, test } from 'vitest';
import { BUSINESS, contactOf, idOf, ids, people, previewed, world } from './world.ts';

test('search rows without a usable id are left out and counted; the others are changed', async () => {
  const server = await world(people(3));
  const rows = [{ id: 'a/b' }, { id: 7 }, {}, { id: idOf(0) }, { id: idOf(2) }];
  const body = JSON.stringify({ contacts: rows, total: rows.length });
  server.sandbox.setFaults([{ route: 'POST /contacts/search', fault: { status: 200, body } }]);
  const result = await server.bulk({ query: 'a', set: { city: 'Austin' } });
  expect(result).toMatchObject({ asked: 2, changed: 2, left: 0 });
  expect(result.notice).toContain('3 found without a usable id');
});

describe('500 contacts by id', () => {
  test.each([
    ['a business', { businessId: BUSINESS }, 10],
    ['tags', { addTags: ['VIP', 'Spring'], removeTags: ['old'] }, 4],
    ['tags to add', { addTags: ['VIP'] }, 2],
    ['fields', { set: { source: 'Referral' } }, 500],
    ['all changes', { businessId: BUSINESS, addTags: ['VIP'], removeTags: ['old'], set: { source: 'Referral' } }, 514],
  ] as const)('%s: the fewest possible requests, and the counts add up', async (what, changes, calls) => {
    const server = await world(people(500));
    const next = await previewed(server, { contacts: ids(500), ...changes });
    const result = await server.bulk(next);
    const { writes, reads } = await server.traffic();
    console.log(`500 contacts, ${what}: ${writes.length} writes, ${reads.length} reads in the run`);
    expect(writes).toHaveLength(calls);
    expect(new Set(writes.filter((line) => line.startsWith('PUT'))).size).toBe('set' in changes ? 500 : 0);
    // One search for 50 contacts whose old values only a read tells; of tag changes the answer tells them.
    expect(reads).toEqual(Array(what.startsWith('tags') ? 1 : 10).fill('POST /contacts/search'));
    expect(result).toMatchObject({ asked: 500, changed: 500, unchanged: 0, skipped: 0, failed: 0, left: 0 });
    expect(result.contacts).toHaveLength(25);
    for (const i of [0, 250, 499]) {
      const contact = await contactOf(server, idOf(i));
      if ('businessId' in changes) expect(contact.businessId).toBe(BUSINESS);
      if ('set' in changes) expect(contact.source).toBe('Referral');
      if ('addTags' in changes) expect(contact.tags).toContain('vip');
      if ('removeTags' in changes) expect(contact.tags).not.toContain('old');
    }
  });
});

describe('25 contacts or fewer', () => {
  test('run without a preview', async () => {
    const server = await world(people(60, (i) => (i < 25 ? { city: 'Austin', businessId: BUSINESS } : {})));
    const result = await server.bulk({ contacts: ids(25), unlinkBusiness: true });
    expect(result).toMatchObject({ asked: 25, changed: 25, unchanged: 0, skipped: 0, failed: 0, left: 0 });
    expect((await server.traffic()).writes).toEqual(['POST /contacts/bulk/business']);
    const filters = [{ field: 'city', operator: 'eq', value: 'Austin' }];
    expect(await server.bulk({ filters, set: { source: 'Referral' } })).toMatchObject({ asked: 25, changed: 25 });
  });

  test('no match is reported and nothing is written', async () => {
    const server = await world(people(30));
    const nobody = await server.bulk({ query: 'nobody at all', addTags: ['vip'], confirm: true });
    expect(nobody).toMatchObject({ asked: 0, changed: 0, unchanged: 0, skipped: 0, failed: 0, left: 0 });
    expect(nobody.notice).toMatch(/No contact matches; nothing was written/);
    expect((await server.traffic()).writes).toEqual([]);
  });

  test('a repeated id is counted once and reported; a contact that does not change is unchanged', async () => {
    const server = await world(people(10, (i) => ({ tags: i < 4 ? ['vip'] : [] })));
    const result = await server.bulk({ contacts: [...ids(10), idOf(2), idOf(2)], addTags: ['VIP'] });
    const counts = { asked: 10, changed: 6, unchanged: 4, skipped: 0, failed: 0, left: 0, repeatedIds: 2 };
    expect(result).toEqual({ ...counts, contacts: expect.any(Array) });
    expect(await server.bulk({ contacts: ids(10), removeTags: ['none'] })).toMatchObject({ changed: 0, unchanged: 10 });
  });

  test('"me" is the user in GHL_USER', async () => {
    const server = await world(people(2), { user: 'dana@example.com' });
    expect(await server.bulk({ contacts: ids(2), set: { assignedTo: 'me' } })).toMatchObject({ changed: 2 });
    expect((await contactOf(server, idOf(1))).assignedTo).toBe('userDana000000000000');
  });
});
