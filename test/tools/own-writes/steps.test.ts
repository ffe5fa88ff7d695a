import { expect, test } from 'vitest';
import { type Json, recordIn, rowsIn } from '../../../src/lib/json.ts';
import { BUSINESSES, openTwins } from './twins.ts';

const READS: readonly (readonly [tool: string, args: Json])[] = [
  ['list_contacts', { limit: 3 }],
  ['list_contacts', { limit: 2, query: 'new' }],
  ['search_contacts', { pageLimit: 2 }],
  ['search_contacts', { pageLimit: 3, filters: [{ field: 'tags', operator: 'eq', value: 'vip' }] }],
  ['search_contacts', { pageLimit: 2, sort: [{ field: 'lastName', direction: 'asc' }] }],
  ['list_contacts_by_business', { businessId: BUSINESSES[0], limit: 2 }],
];

test('after each write every list is right', async () => {
  const twins = await openTwins();
  const check = async () => {
    for (const [tool, args] of READS) await twins.expectSameList(tool, args);
    await twins.expectSame('count_contacts', { query: 'new' });
    await twins.expectSame('count_contacts', { filters: [{ field: 'tags', operator: 'eq', value: 'vip' }] });
    await twins.expectSame('find_duplicate_contact', { email: 'new@example.com' });
  };
  const created = await twins.write('create_contact', {
    firstName: 'New',
    lastName: 'Person',
    email: 'new@example.com',
    tags: ['vip'],
  });
  const contactId = recordIn(created, 'contact')?.id;
  await check();
  await twins.write('update_contact', { contactId, lastName: 'Zed', tags: ['gold'] });
  await check();
  await twins.write('bulk_assign_contact_business', { ids: [contactId], businessId: BUSINESSES[0] });
  await check();
  await twins.write('add_contact_tags', { contactId, tags: ['vip'] });
  await check();
  twins.advance(50_000);
  await twins.write('delete_contact', { contactId });
  await check();
  twins.advance(60_000);
  await check();
  twins.advance(60_000);
  await check();
});

test('long names are sorted as the index sorts them', async () => {
  const twins = await openTwins();
  const long = (last: string) => 'x'.repeat(140) + last;
  const ids = [];
  for (const firstName of ['b', 'a'].map(long))
    ids.push(recordIn(await twins.write('create_contact', { firstName }), 'contact')?.id);
  const check = async () => {
    for (const direction of ['asc', 'desc'])
      await twins.expectSameList('search_contacts', { sort: [{ field: 'firstName', direction }], pageLimit: 1 });
  };
  await check();
  for (const contactId of ids) {
    twins.advance(60_000);
    await twins.write('update_contact', { contactId, city: 'Rome' });
    await check();
  }
});

test('rows that the index does not show yet are marked', async () => {
  const { late } = await openTwins();
  await late.call('create_contact', { firstName: 'New', lastName: 'Person' });
  const rows = rowsIn(await late.call('list_contacts'), 'contacts');
  expect(rows[0]).toMatchObject({ firstName: 'New', notYetIndexed: true });
  expect(rows.slice(1).some((row) => 'notYetIndexed' in row)).toBe(false);
  late.advance(105_000);
  expect(rowsIn(await late.call('list_contacts'), 'contacts')[0]).not.toHaveProperty('notYetIndexed');
});

test('the last page that HighLevel gives by number is right after writes before it', async () => {
  const contacts = Array.from({ length: 10_030 }, (_, at) => ({ firstName: `Seed ${at}` }));
  const twins = await openTwins({ sandbox: { data: { contacts } } });
  const { contacts: first } = await twins.current.call('search_contacts', { pageLimit: 5 });
  for (const { id } of rowsIn({ first }, 'first')) await twins.write('delete_contact', { contactId: id });
  const check = async () => {
    for (const [page, pageLimit] of [[100, 100], [20, 500], [3333, 3], [10_000, 1]]) // biome-ignore format: pairs
      await twins.expectSame('search_contacts', { page, pageLimit, fields: ['firstName'] });
  };
  await check();
  for (const firstName of ['New', 'Newer']) await twins.write('create_contact', { firstName });
  await check();
});
