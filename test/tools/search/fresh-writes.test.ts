import { expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { INDEX_DELAY_MS } from '../../connect.ts';
import { namesOf, openSearch } from './world.ts';

const bySpent = { sort: [{ field: 'customFields.Spent', direction: 'desc' }] };
const spent = (value: number) => [{ field: 'Spent', value }];
const domain = [{ field: 'email', operator: 'contains', value: '@acme' }];

test('what is sorted and compared here includes the writes that the index does not show yet', async () => {
  const people = [{ firstName: 'Ann', email: 'ann@acme.example', customFields: [{ id: 'fieldSpent', value: 10 }] }];
  const { call } = await openSearch(people, { sandbox: { indexDelayMs: INDEX_DELAY_MS } });
  const { contact } = await call('create_contact', {
    ...{ firstName: 'Ben', email: 'ben@acme.example', customFields: spent(20) },
  });
  expect(namesOf(await call('search_contacts', bySpent))).toEqual(['Ben', 'Ann']);
  expect(await call('count_contacts', { filters: domain })).toMatchObject({ total: 2 });
  const { id: contactId } = contact as Json;
  await call('update_contact', { contactId, customFields: spent(5) });
  expect(namesOf(await call('search_contacts', bySpent))).toEqual(['Ann', 'Ben']);
  await call('delete_contact', { contactId });
  expect(namesOf(await call('search_contacts', { ...bySpent, filters: domain }))).toEqual(['Ann']);
});
