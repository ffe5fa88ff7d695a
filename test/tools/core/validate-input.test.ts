import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';

import { connect } from '../../connect.ts';

const ID = 'seD4PfOuKoVMLkEZqohJ';
const A_CONTACT = "contactId must be a contact's id, email, phone number or full name";

describe('invalid input is rejected with the name of the argument, and nothing is sent', () => {
  test.each([
    [
      'an unknown argument',
      'create_contact',
      { firstName: 'A', phoneNumber: '1' },
      'Unknown argument "phoneNumber": remove it and try again. create_contact takes: firstName, ',
    ],
    [
      'a locationId from the model',
      'get_contact',
      { contactId: ID, locationId: 'other' },
      'Unknown argument "locationId" (the server fills it in)',
    ],
    ['a wrong type', 'list_contacts', { limit: 'ten' }, 'limit must be a'],
    ['a missing id', 'get_contact', {}, 'contactId is missing'],
    ['an empty id', 'get_contact', { contactId: '' }, 'contactId must not be empty'],
    ['a path', 'get_contact', { contactId: '../users/1' }, A_CONTACT],
    ['dots', 'delete_contact', { contactId: '..' }, 'contactId must be an id'],
    ['an id with a path', 'get_contact', { contactId: 'abc/tasks/1' }, A_CONTACT],
    ['a query', 'get_contact', { contactId: 'x?y=1' }, A_CONTACT],
    [
      '5,000 characters',
      'get_contact',
      { contactId: 'x'.repeat(5_000) },
      'contactId must have a length of at most 320',
    ],
    ['CR LF', 'get_contact', { contactId: 'abc\r\nx: 1' }, A_CONTACT],
    ['an encoded slash', 'get_contact_task', { contactId: ID, taskId: 'a%2Fb' }, 'taskId must be an id'],
    ['an id in a list', 'bulk_update_contacts', { contacts: ['a/b'], addTags: ['x'] }, 'contacts[0] must be an id'],
    [
      'too many',
      'bulk_assign_contact_business',
      { ids: Array(51).fill(ID), unlinkBusiness: true },
      'ids must have a number of items of at most 50',
    ],
    ['over the page limit', 'search_contacts', { pageLimit: 501 }, 'pageLimit must be at most 500'],
    [
      'page and searchAfter',
      'search_contacts',
      { page: 2, searchAfter: [1, 'a'] },
      'page and searchAfter exclude each other',
    ],
    ['over 10,000 rows', 'search_contacts', { page: 101, pageLimit: 100 }, 'may not pass 10,000'],
    [
      'an incomplete filter',
      'search_contacts',
      { filters: [{ field: 'email' }] },
      'filters[0] needs field and operator',
    ],
    [
      'an operator with invalid characters',
      'search_contacts',
      { filters: [{ field: 'email', operator: 'is like', value: 'a' }] },
      'filters[0].operator must be a name',
    ],
    [
      'a range without its operator',
      'search_contacts',
      { filters: [{ field: 'dateAdded', operator: 'eq', gte: '2026-11-20' }] },
      'filters[0] gte, lte, gt and lt go with operator range',
    ],
    ['a fractional number', 'list_contacts', { limit: 1.5 }, 'limit must be a whole number'],
    [
      'an object as custom value',
      'create_contact',
      { customFields: [{ field: 'bike_photo', value: { a: { url: 'x' } } }] },
      'customFields[0].value has a value of the wrong kind',
    ],
    ['no email', 'create_contact', { email: 'nonsense' }, 'email must be an email address'],
    ['day first', 'create_contact', { dateOfBirth: '31.12.1990x' }, 'dateOfBirth must be YYYY-MM-DD'],
    [
      'a custom field without value',
      'create_contact',
      { customFields: [{ field: 'a' }] },
      'customFields[0].value is missing',
    ],
    [
      'a custom field by id',
      'create_contact',
      { customFields: [{ id: 'a', value: 1 }] },
      'customFields[0].field is missing',
    ],
    ['no field to change', 'update_contact', { contactId: ID }, 'give at least one field to change'],
    [
      'clearing a field that cannot be cleared',
      'update_contact',
      { contactId: ID, clear: ['country'] },
      'clear[0] must be one of firstName',
    ],
    ['neither email nor number', 'find_duplicate_contact', {}, 'give email or number'],
    [
      'removeAllTags when adding',
      'bulk_update_contact_tags',
      { type: 'add', contacts: [ID], tags: ['a'], removeAllTags: true },
      'removeAllTags goes with type remove',
    ],
    [
      'text that is not a time',
      'create_contact_task',
      { contactId: ID, title: 'x', dueDate: 'tomorrow' },
      'dueDate must be ISO 8601',
    ],
    [
      'a date that does not exist',
      'create_contact_task',
      { contactId: ID, title: 'x', dueDate: '2026-02-30T09:00' },
      'dueDate: "2026-02-30T09:00" is not a valid date or time',
    ],
    [
      'an instant that does not exist',
      'create_contact_task',
      { contactId: ID, title: 'x', dueDate: '2026-13-30T09:00:00Z' },
      'dueDate: "2026-13-30T09:00:00Z" is not a valid date or time',
    ],
    [
      'a body over the limit',
      'create_contact_note',
      { contactId: ID, body: '€'.repeat(60_000) },
      'one call may send 100000',
    ],
    [
      'a body over the length limit',
      'create_contact_note',
      { contactId: ID, body: 'x'.repeat(120_000) },
      'body must have a length of at most 65000',
    ],
  ])('%s', async (_, tool, args, expected) => {
    const { refused, sent } = await connect({ timezone: 'America/Chicago' });
    expect(await refused(tool, args)).toContain(expected);
    expect(await sent()).toEqual([]);
  });

  test('the server keeps working, and the error contains no value', async () => {
    const { refused, call } = await connect();
    expect(await refused('get_contact', { contactId: 'secret/value' })).not.toContain('secret');
    expect((await call('list_contacts', { limit: 1 })).contacts).toHaveLength(1);
  });
});

describe('limits checked before the arguments are parsed', () => {
  const deep = (levels: number): unknown => {
    let value: unknown = 'x';
    for (let level = 0; level < levels; level += 1) value = [value];
    return value;
  };
  const rows = (count: number, row: object) => Array.from({ length: count }, () => row);
  test.each([
    ['5,000 levels', 'search_contacts', { filters: deep(5_000) }, 'are nested more than 16 levels deep'],
    ['100,000 levels', 'create_contact', { customFields: deep(100_000) }, 'are nested more than 16 levels deep'],
    [
      '5,000 levels in JSON text',
      'search_contacts',
      { filters: `${'['.repeat(5_000)}${']'.repeat(5_000)}` },
      'are nested more than 16 levels deep',
    ],
    [
      '60,000 tags',
      'onboard_contact',
      { email: 'a@b.example', tags: Array(60_000).fill('x') },
      'more than 50000 values',
    ],
    ['1,000,000 fields', 'get_contact', { contactId: ID, fields: Array(1_000_000).fill('id') }, 'than 50000 values'],
    ['501 tags', 'add_contact_tags', { contactId: ID, tags: Array(501).fill('x') }, 'tags must have a number of items'],
    [
      '101 fields',
      'list_contacts',
      { fields: Array(101).fill('id') },
      'fields must have a number of items of at most 100',
    ],
    ['51 filters', 'count_contacts', { filters: rows(51, { field: 'city', operator: 'exists' }) }, 'filters must have'],
    [
      'rows of many tags',
      'bulk_upsert_contacts',
      { rows: rows(100, { email: 'a@b.example', tags: Array(5_000).fill('x') }) },
      'more than 50000 values',
    ],
    ['3,000,000 characters', 'create_contact', { firstName: 'x'.repeat(3_000_000) }, 'more than 2000000 characters'],
    [
      '5,001 characters',
      'create_contact',
      { firstName: 'x'.repeat(5_001) },
      'firstName must have a length of at most 5000',
    ],
  ])('%s', async (_, tool, args, expected) => {
    const { refused, sent } = await connect();
    const began = process.cpuUsage().user;
    const text = await refused(tool, args as Json);
    expect(text).toContain(expected);
    expect(text).toContain('Nothing was sent.');
    // Quadratic work took seconds: this is far from both.
    expect(process.cpuUsage().user - began).toBeLessThan(1_000_000);
    expect(await sent()).toEqual([]);
  });
});

describe('errors that only HighLevel detects are reported', () => {
  test('a contact of another location', async () => {
    const { refused, sandbox } = await connect();
    expect(await refused('get_contact', { contactId: sandbox.foreign.contactId })).toContain(
      `does not belong to location ${sandbox.locationId}, or the id belongs to another location`,
    );
  });
  test('a contact that does not exist', async () => {
    const { refused } = await connect();
    expect(await refused('get_contact', { contactId: ID })).toContain(`There is no contact ${ID} in this location`);
  });
  test('a search field that an older index does not have', async () => {
    const { refused } = await connect({ sandbox: { switches: { searchFields: 'documented' } } });
    expect(await refused('search_contacts', { filters: [{ field: 'website', operator: 'exists' }] })).toContain(
      'does not know the field "website", or not with the operator "exists"',
    );
  });
});
