import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/api/scopes.ts';
import { type Json, recordIn, rowsIn } from '../../../src/lib/json.ts';
import { CONTACTS } from '../../connect.ts';
import { ANN, answerWith, contactIn, DANA, openNames, THEO } from './world.ts';

const dueDate = '2026-11-24T09:00:00Z';
const isNamed = (row: Json) => [row.id, row.firstName];

describe('"me" is the user of GHL_USER', () => {
  const filters: [string, Json][] = [
    ['a filter', { field: 'assignedTo', operator: 'eq', value: 'me' }],
    ['a filter, in capitals', { field: 'assignedTo', operator: 'eq', value: 'Me' }],
    ['a filter of followers', { field: 'followers', operator: 'eq', value: 'me' }],
    [
      'a group of filters',
      {
        group: 'OR',
        filters: [
          { field: 'assignedTo', operator: 'eq', value: 'me' },
          { field: 'email', operator: 'eq', value: 'x@y.example' },
        ],
      },
    ],
  ];
  test.each(filters)('in %s', async (_, filter) => {
    const { call } = await openNames({ user: 'DANA@example.com' });
    const { contacts } = await call('search_contacts', { filters: [filter] });
    expect(rowsIn({ contacts }, 'contacts').map(isNamed)).toEqual([[ANN, 'Ann']]);
  });

  test('in arguments of searches', async () => {
    const { call } = await openNames({ user: 'theo@example.com' });
    await call('create_contact_task', { contactId: ANN, title: 'Mine', dueDate, assignedTo: 'me' });
    await call('create_contact_task', { contactId: ANN, title: 'Hers', dueDate, assignedTo: DANA });
    const { tasks } = await call('search_location_tasks', { assignedTo: 'me' });
    expect(tasks).toMatchObject([{ title: 'Mine', assignedToName: 'Theo Brandt' }]);
    expect(await call('count_contacts', { assignedTo: 'me' })).toMatchObject({ total: 0 });
  });

  test('in writes, also in rows and in what a bulk update sets', async () => {
    const { call } = await openNames({ user: THEO });
    const assigned = async (id: unknown) =>
      recordIn(await call('get_contact', { contactId: id }), 'contact')?.assignedTo;
    expect(contactIn(await call('update_contact', { contactId: ANN, assignedTo: 'me' })).assignedTo).toBe(THEO);
    await call('bulk_upsert_contacts', { rows: [{ email: 'cy@example.com', firstName: 'Cy', assignedTo: 'me' }] });
    const { contact } = await call('find_duplicate_contact', { email: 'cy@example.com' });
    expect(await assigned((contact as Json).id)).toBe(THEO);
    await call('update_contact', { contactId: ANN, assignedTo: DANA });
    await call('bulk_update_contacts', { contacts: [ANN], set: { assignedTo: 'me' } });
    expect(await assigned(ANN)).toBe(THEO);
    expect(await call('add_contact_followers', { contactId: ANN, followers: ['me'] })).toMatchObject({
      followerNames: ['Dana Whitfield', 'Theo Brandt'],
    });
  });

  test('by an id without a lookup, by an email with one for all', async () => {
    const [byId, byEmail] = [await openNames({ user: DANA }), await openNames({ user: 'dana@example.com' })];
    const filter = { field: 'assignedTo', operator: 'eq', value: 'me' };
    for (const { call } of [byId, byEmail]) await call('search_location_tasks', { assignedTo: 'me' });
    expect([byId.lookups(), byEmail.lookups()]).toEqual([[], ['GET /users/']]);
    await byEmail.call('count_contacts', { filters: [filter, filter] });
    expect(byEmail.lookups()).toEqual([]);
  });
});

describe('"me" is refused, and nothing is written', () => {
  const task = { contactId: ANN, title: 'x', dueDate, assignedTo: 'me' };
  test.each([
    ['without GHL_USER', {}, 'the owner sets GHL_USER'],
    ['with the email of nobody', { user: 'nobody@example.com' }, 'no user of this location has the email in GHL_USER'],
    [
      'with an email, without the scope',
      { user: 'dana@example.com', scopes: CONTACTS },
      'need the scope users.readonly',
    ],
  ])('%s', async (_, options, why) => {
    const { refused, requests } = await openNames({ scopes: SCOPES, ...options });
    const text = await refused('create_contact_task', task);
    expect(text).toContain(why);
    expect(text).toContain('Nothing was sent. assignedTo: "me" is not known');
    expect(requests().filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  test('with an email, while the users cannot be read', async () => {
    const { refused } = await openNames({
      user: 'dana@example.com',
      intercept: answerWith('/users/', () => ({ users: 'none' })),
    });
    expect(await refused('create_contact_task', task)).toContain('list_users could not be read just now');
  });
});
