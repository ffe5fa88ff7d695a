import { describe, expect, test } from 'vitest';
import { type Json, NOON, openSandbox } from './api.ts';

const CROWD = {
  customFields: [
    { id: 'size', name: 'Size', dataType: 'NUMERICAL' },
    { id: 'bike', name: 'Bike', dataType: 'TEXT' },
  ],
  businesses: [{ name: 'Harbour Couriers' }],
  contacts: [
    {
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@x.example',
      phone: '+13125550201',
      city: 'Chicago',
      address1: '1 Main St',
      companyName: 'Acme Tools',
      tags: ['vip', 'new'],
      dateAdded: '2026-01-10T00:00:00Z',
      customFields: [
        { id: 'size', value: 52 },
        { id: 'bike', value: 'Brompton' },
      ],
    },
    {
      firstName: 'Ben',
      lastName: 'Lee',
      email: 'ben@x.example',
      city: 'Boston',
      companyName: 'Acme Foods',
      businessId: 'Harbour Couriers',
      dateUpdated: '2026-04-01T08:30:00Z',
      tags: ['vip'],
      dnd: true,
      dateAdded: '2026-02-10T00:00:00Z',
      customFields: [{ id: 'size', value: 58 }],
    },
    { firstName: 'Cleo', phone: '+13125550203', dateAdded: '2026-03-10T00:00:00Z', additionalEmails: ['c2@x.example'] },
  ],
};
const open = (more = {}) => openSandbox({ data: CROWD, ...more });
const f = (field: string, operator: string, value?: unknown) => ({
  field,
  operator,
  ...(value !== undefined && { value }),
});

describe('filters', () => {
  test.each([
    [f('email', 'eq', 'ANN@x.example'), ['Ann']],
    [f('firstNameLowerCase', 'eq', 'ann'), ['Ann']],
    [f('firstNameLowerCase', 'eq', 'Ann'), []],
    [f('lastNameLowerCase', 'contains', 'le'), ['Ann', 'Ben']],
    [f('contactName', 'eq', 'ann lee'), ['Ann']],
    [f('phone', 'eq', '+13125550203'), ['Cleo']],
    [f('phone', 'eq', '3125550203'), []],
    [f('phone', 'wildcard', '+1312*'), ['Ann', 'Cleo']],
    [f('city', 'not_eq', 'chicago'), ['Ben', 'Cleo']],
    [f('address', 'contains', 'main'), ['Ann']],
    [f('companyName', 'contains', 'acme'), ['Ann', 'Ben']],
    [f('companyName', 'not_contains', 'tools'), ['Ben', 'Cleo']],
    [f('companyName', 'not_exists'), ['Cleo']],
    [f('email', 'exists'), ['Ann', 'Ben']],
    [f('tags', 'eq', 'new'), ['Ann']],
    [f('tags', 'not_exists'), ['Cleo']],
    [f('dnd', 'eq', true), ['Ben']],
    [f('dndSettings.SMS.status', 'eq', 'active'), []],
    [f('dateAdded', 'range', { gte: '2026-02-01', lt: '2026-03-01T00:00:00Z' }), ['Ben']],
    [f('dateAdded', 'range', { gt: Date.UTC(2026, 1, 10) }), ['Cleo']],
    [f('dateUpdated', 'range', { gte: '2026-04-01T08:30:00.000Z', lte: '2026-04-01T08:30:00.000Z' }), ['Ben']],
    [f('dateUpdated', 'range', { gt: '2026-04-01T10:30:00+02:00' }), []],
    [f('businessName', 'eq', 'harbour couriers'), ['Ben']],
    [f('businessName', 'contains', 'harb'), ['Ben']],
    [f('businessName', 'not_exists'), ['Ann', 'Cleo']],
    [f('customFields.size', 'range', { gte: 58 }), ['Ben']],
    [f('customFields.size', 'range', { lte: 52 }), ['Ann']],
    [f('customFields.size', 'eq', 52), ['Ann']],
    [f('customFields.bike', 'contains', 'bromp'), ['Ann']],
    [f('customFields.bike', 'eq', 'brompton'), ['Ann']],
    [f('customFields.bike', 'not_exists'), ['Ben', 'Cleo']],
    // Custom fields go by id; a name is no error.
    [f('customFields.Size', 'eq', 52), []],
  ])('%j', async (filter, names) => {
    expect(await open().findNames(filter)).toEqual(names);
  });

  test('side by side are ANDed, groups nest', async () => {
    const { findNames } = open();
    const vip = f('tags', 'eq', 'vip');
    expect(await findNames(vip, f('city', 'eq', 'Boston'))).toEqual(['Ben']);
    const both = { group: 'AND', filters: [vip, f('dnd', 'eq', true)] };
    expect(await findNames({ group: 'OR', filters: [both, f('firstNameLowerCase', 'eq', 'cleo')] })).toEqual([
      'Ben',
      'Cleo',
    ]);
  });

  test.each([
    [f('additional_phones', 'eq', 'x'), 'additional_phones'],
    [f('firstName', 'eq', 'Ann'), 'firstName'],
    [f('email', 'contains', 'ann'), 'email'],
    [f('dateAdded', 'eq', '2026-01-10'), 'dateAdded'],
    [f('website', 'contains', 'x'), 'website'],
    [{ field: 'opportunities', operator: 'nested', filters: [f('name', 'eq', 'x')] }, 'name'],
  ])('%j is a 400', async (filter, name) => {
    const { status, body } = await open().search({ filters: [filter] });
    expect(status).toBe(400);
    expect(body).toMatchObject({ statusCode: 400, error: 'Bad Request', message: `Invalid field ${name}` });
    expect(body.traceId).toBeDefined();
  });

  const recorded = {
    location: { timezone: 'America/Chicago' },
    contacts: [
      {
        firstName: 'Ann',
        website: 'https://ann.example',
        timezone: 'America/Denver',
        dateOfBirth: '1990-01-02',
        state: 'Illinois',
        source: 'website form',
        tags: ['vip', 'vip gold'],
        appointments: [{ title: 'Fit', startTime: '2026-05-21T15:00:00Z', endTime: '2026-05-21T16:00:00Z' }],
        opportunities: [{ id: 'o', pipelineId: 'p', pipelineStageId: 's', status: 'open', monetaryValue: 1 }],
      },
      { firstName: 'Ben', tags: ['gold'] },
    ],
  };
  const deal = (...filters: object[]) => ({ field: 'opportunities', operator: 'nested', filters });

  test.each([
    [f('tags', 'contains', 'gold'), ['Ann', 'Ben']],
    [f('tags', 'eq', ['gold', 'vip']), ['Ann', 'Ben']],
    [f('tags', 'not_eq', ['gold']), ['Ann']],
    [f('tags', 'contains_set', ['vip', 'vip gold']), ['Ann']],
    [f('tags', 'contains_set', ['vip', 'gold']), []],
    [f('website', 'exists'), ['Ann']],
    [f('timezone', 'eq', 'America/Denver'), ['Ann']],
    [f('type', 'exists'), ['Ann', 'Ben']],
    [f('dateOfBirth', 'range', { lt: '1995-01-01' }), ['Ann']],
    [f('validEmail', 'exists'), []],
    [f('state', 'contains', 'llin'), ['Ann']],
    [f('source', 'contains', 'form'), ['Ann']],
    [f('lastAppointment', 'range', { gte: '2026-05-01' }), ['Ann']],
    [f('activeWorkflows', 'not_exists'), ['Ann', 'Ben']],
    [deal(f('pipelineId', 'eq', 'p'), f('status', 'eq', 'open')), ['Ann']],
    [deal(f('pipelineId', 'eq', 'p'), f('status', 'eq', 'won')), []],
  ])('takes what recordings show beside the official table: %j', async (filter, names) => {
    expect(await openSandbox({ data: recorded }).findNames(filter)).toEqual(names);
    const { search } = openSandbox({ data: recorded, switches: { searchFields: 'documented' } });
    expect((await search({ filters: [filter] })).status).toBeGreaterThanOrEqual(400);
  });

  test('sorts by business with the recorded fields alone', async () => {
    const sort = [{ field: 'businessName', direction: 'asc' }];
    expect((await open().search({ sort })).status).toBe(200);
    expect((await open({ switches: { searchFields: 'documented' } }).search({ sort })).status).toBe(400);
  });

  test.each([
    [3, 200, 422],
    [2, 422, 422],
  ] as const)('sortFields: %i', async (sortFields, three, four) => {
    const { search } = open({ switches: { sortFields } });
    const sort = ['email', 'dnd', 'source', 'dateAdded'].map((field) => ({ field, direction: 'asc' }));
    expect((await search({ sort: sort.slice(0, 2) })).status).toBe(200);
    expect((await search({ sort: sort.slice(0, 3) })).status).toBe(three);
    expect((await search({ sort })).status).toBe(four);
  });

  test('a long text is a 422', async () => {
    expect((await open().search({ filters: [f('city', 'eq', 'x'.repeat(76))] })).status).toBe(422);
  });
});

describe('pages', () => {
  test.each([
    [{ pageLimit: undefined }, ['pageLimit must be a number']],
    [{ pageLimit: '10' }, ['pageLimit must be a number']],
    [{ pageLimit: 501 }, ['pageLimit must not be greater than 500']],
    [{ limit: 5 }, ['property limit should not exist']],
    [{ query: 'x'.repeat(76) }, ['query must be shorter than or equal to 75 characters']],
    [{ locationId: undefined }, ['locationId must be a string']],
  ])('%j is a 422', async (sent, message) => {
    const { status, body } = await open().search(sent);
    expect([status, body.message]).toEqual([422, message]);
  });

  test('end at ten thousand rows', async () => {
    const { search } = open();
    expect((await search({ pageLimit: 500, page: 20 })).status).toBe(200);
    expect((await search({ pageLimit: 500, page: 21 })).status).toBe(400);
  });

  test('go on by the cursor of the last row, in any order', async () => {
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

  test('walk what changed, oldest first, once each though many changed in the same millisecond', async () => {
    const { sandbox, search, put } = openSandbox();
    const ids = (await search()).body.contacts.map(({ id }: Json) => id);
    sandbox.advance(1_000);
    const since = new Date(NOON + 1_000).toISOString();
    const changed = ids.filter((_: string, at: number) => at % 2 === 0);
    for (const id of changed) await put(`/contacts/${id}`, { city: 'Chicago' });
    const question = {
      pageLimit: 5,
      filters: [
        { group: 'OR', filters: [f('dateUpdated', 'range', { gte: since }), f('dateAdded', 'range', { gte: since })] },
      ],
      sort: [{ field: 'dateUpdated', direction: 'asc' }],
    };
    const seen: string[] = [];
    for (let page: Json[] | undefined; page?.length !== 0; ) {
      const searchAfter = page?.at(-1).searchAfter;
      page = (await search({ ...question, ...(searchAfter && { searchAfter }) })).body.contacts as Json[];
      seen.push(...page.map(({ id }) => id));
    }
    expect(seen).toHaveLength(changed.length);
    expect(seen.toSorted()).toEqual(changed.toSorted());
  });

  test('take page or searchAfter, not both', async () => {
    expect((await open().search({ page: 1, searchAfter: [1, 'x'] })).status).toBe(400);
  });

  test('are sorted by the fields that can be, absent values last', async () => {
    const { search } = open();
    const names = async (field: string, direction: string) =>
      (await search({ sort: [{ field, direction }] })).body.contacts.map(({ firstName }: Json) => firstName);
    expect(await names('email', 'desc')).toEqual(['Ben', 'Ann', 'Cleo']);
    expect(await names('dateAdded', 'asc')).toEqual(['Ann', 'Ben', 'Cleo']);
    expect((await search({ sort: [{ field: 'city', direction: 'asc' }] })).body.message).toBe('Invalid field city');
  });
});

describe('rows and totals', () => {
  test('rows say address, names as typed and lower-cased, and carry their cursor', async () => {
    const { search } = open();
    const { contacts, total, traceId } = (await search({ query: 'ann lee', pageLimit: 1 })).body;
    expect(total).toBe(1);
    expect(traceId).toMatch(/^[0-9a-f-]{36}$/);
    const [row] = contacts;
    expect(row).toMatchObject({ address: '1 Main St', firstName: 'Ann', firstNameLowerCase: 'ann', opportunities: [] });
    expect(row).not.toHaveProperty('address1');
    expect(row.searchAfter).toEqual([Date.UTC(2026, 0, 10), row.id]);
  });

  test('the query looks into secondary emails too', async () => {
    expect((await open().search({ query: 'c2@x' })).body.total).toBe(1);
  });

  test('a phone filter can be made to miss contacts with secondary emails', async () => {
    const { findNames } = open({ switches: { phoneFilterMissesAdditionalEmails: true } });
    expect(await findNames(f('phone', 'eq', '+13125550203'))).toEqual([]);
    expect(await findNames(f('phone', 'eq', '+13125550201'))).toEqual(['Ann']);
  });
});

test('rows have other types than records by id', async () => {
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
