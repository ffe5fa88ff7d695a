import { describe, expect, test } from 'vitest';
import { type Json, NOON, openSandbox } from './api.ts';
import { openSearch, where } from './search-data.ts';

describe('pages', () => {
  test.each([
    [{ pageLimit: undefined }, ['pageLimit must be a number']],
    [{ pageLimit: '10' }, ['pageLimit must be a number']],
    [{ pageLimit: 501 }, ['pageLimit must not be greater than 500']],
    [{ limit: 5 }, ['property limit should not exist']],
    [{ query: 'x'.repeat(76) }, ['query must be shorter than or equal to 75 characters']],
    [{ locationId: undefined }, ['locationId must be a string']],
  ])('%j is a 422', async (sent, message) => {
    const { status, body } = await openSearch().search(sent);
    expect([status, body.message]).toEqual([422, message]);
  });

  test('are limited to ten thousand rows', async () => {
    const { search } = openSearch();
    expect((await search({ pageLimit: 500, page: 20 })).status).toBe(200);
    expect((await search({ pageLimit: 500, page: 21 })).status).toBe(400);
  });

  test('continue after the cursor of the last row in any order', async () => {
    const { search } = openSandbox();
    const sort = [
      { field: 'source', direction: 'desc' },
      { field: 'email', direction: 'asc' },
    ];
    const seen: string[] = [];
    let searchAfter: unknown;
    for (let page = 1; page <= 8; page += 1) {
      const { contacts }: Json = (await search({ pageLimit: 7, sort, ...(searchAfter ? { searchAfter } : {}) })).body;
      if (contacts.length === 0) break;
      seen.push(...contacts.map(({ id }: Json) => id));
      searchAfter = contacts.at(-1).searchAfter;
    }
    const all = (await search({ sort })).body.contacts.map(({ id }: Json) => id);
    expect(seen).toEqual(all);
    expect(seen).toHaveLength(48);
  });

  test('list each change once, oldest first, although many have the same millisecond', async () => {
    const { sandbox, search, put } = openSandbox();
    const ids = (await search()).body.contacts.map(({ id }: Json) => id);
    sandbox.advance(1_000);
    const since = new Date(NOON + 1_000).toISOString();
    const changed = ids.filter((_: string, at: number) => at % 2 === 0);
    for (const id of changed) await put(`/contacts/${id}`, { city: 'Chicago' });
    const query = {
      pageLimit: 5,
      filters: [
        {
          group: 'OR',
          filters: [where('dateUpdated', 'range', { gte: since }), where('dateAdded', 'range', { gte: since })],
        },
      ],
      sort: [{ field: 'dateUpdated', direction: 'asc' }],
    };
    const seen: string[] = [];
    for (let page: Json[] | undefined; page?.length !== 0; ) {
      const searchAfter = page?.at(-1).searchAfter;
      page = (await search({ ...query, ...(searchAfter && { searchAfter }) })).body.contacts as Json[];
      seen.push(...page.map(({ id }) => id));
    }
    expect(seen).toHaveLength(changed.length);
    expect(seen.toSorted()).toEqual(changed.toSorted());
  });

  test('accept page or searchAfter, not both', async () => {
    expect((await openSearch().search({ page: 1, searchAfter: [1, 'x'] })).status).toBe(400);
  });

  test('are sorted by the sortable fields, absent values last', async () => {
    const { search } = openSearch();
    const names = async (field: string, direction: string) =>
      (await search({ sort: [{ field, direction }] })).body.contacts.map(({ firstName }: Json) => firstName);
    expect(await names('email', 'desc')).toEqual(['Ben', 'Ann', 'Cleo']);
    expect(await names('dateAdded', 'asc')).toEqual(['Ann', 'Ben', 'Cleo']);
    expect((await search({ sort: [{ field: 'city', direction: 'asc' }] })).body.message).toBe('Invalid field city');
  });
});

describe('rows and totals', () => {
  test('rows have address, names as typed and in lower case, and a cursor', async () => {
    const { search } = openSearch();
    const { contacts, total, traceId } = (await search({ query: 'ann lee', pageLimit: 1 })).body;
    expect(total).toBe(1);
    expect(traceId).toMatch(/^[0-9a-f-]{36}$/);
    const [row] = contacts;
    expect(row).toMatchObject({ address: '1 Main St', firstName: 'Ann', firstNameLowerCase: 'ann', opportunities: [] });
    expect(row).not.toHaveProperty('address1');
    expect(row.searchAfter).toEqual([Date.UTC(2026, 0, 10), row.id]);
  });

  test('the query also matches secondary emails', async () => {
    expect((await openSearch().search({ query: 'c2@x' })).body.total).toBe(1);
  });

  test('phoneFilterMissesAdditionalEmails: the phone filter misses contacts with secondary emails', async () => {
    const { findNames } = openSearch({ switches: { phoneFilterMissesAdditionalEmails: true } });
    expect(await findNames(where('phone', 'eq', '+13125550203'))).toEqual([]);
    expect(await findNames(where('phone', 'eq', '+13125550201'))).toEqual(['Ann']);
  });
});

test('rows have other value types than a contact read by id', async () => {
  const { search, read } = openSandbox({
    data: {
      customFields: [{ id: 'since', name: 'Since', dataType: 'DATE' }],
      contacts: [
        {
          id: 'ann',
          firstName: 'Ann',
          email: 'ann@x.example',
          dateOfBirth: '2013-03-13',
          dndSettings: { SMS: { status: 'active' } },
          customFields: [{ id: 'since', value: '2013-01-01' }],
          opportunities: [{ id: 'o', pipelineId: 'p', pipelineStageId: 's', status: 'open', monetaryValue: 0 }],
        },
      ],
    },
  });
  const [row] = (await search()).body.contacts;
  expect(row).toMatchObject({
    dateOfBirth: 1363132800000,
    customFields: [{ id: 'since', value: '2013-01-01T00:00:00.000Z' }],
    validEmail: null,
    opportunities: [{ id: 'o', pipelineId: 'p', pipelineStageId: 's', status: 'open', monetaryValue: 0 }],
  });
  expect(row).not.toHaveProperty('dndSettings');
  const byId = await read('ann');
  expect(byId).toMatchObject({
    dateOfBirth: '2013-03-13',
    customFields: [{ id: 'since', value: '2013-01-01' }],
    dndSettings: { SMS: { status: 'active' } },
    additionalEmails: [],
    additionalPhones: [],
    followers: [],
  });
  expect(byId).not.toHaveProperty('opportunities');
  expect(byId).not.toHaveProperty('dnd');
});
