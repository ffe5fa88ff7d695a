import { describe, expect, test } from 'vitest';
import { openSandbox } from './api.ts';
import { openSearch, where } from './search-data.ts';

describe('filters', () => {
  test.each([
    [where('email', 'eq', 'ANN@x.example'), ['Ann']],
    [where('firstNameLowerCase', 'eq', 'ann'), ['Ann']],
    [where('firstNameLowerCase', 'eq', 'Ann'), []],
    [where('lastNameLowerCase', 'contains', 'le'), ['Ann', 'Ben']],
    [where('contactName', 'eq', 'ann lee'), ['Ann']],
    [where('phone', 'eq', '+13125550203'), ['Cleo']],
    [where('phone', 'eq', '3125550203'), []],
    [where('phone', 'wildcard', '+1312*'), ['Ann', 'Cleo']],
    [where('city', 'not_eq', 'chicago'), ['Ben', 'Cleo']],
    [where('address', 'contains', 'main'), ['Ann']],
    [where('companyName', 'contains', 'acme'), ['Ann', 'Ben']],
    [where('companyName', 'not_contains', 'tools'), ['Ben', 'Cleo']],
    [where('companyName', 'not_exists'), ['Cleo']],
    [where('email', 'exists'), ['Ann', 'Ben']],
    [where('tags', 'eq', 'new'), ['Ann']],
    [where('tags', 'not_exists'), ['Cleo']],
    [where('dnd', 'eq', true), ['Ben']],
    [where('dndSettings.SMS.status', 'eq', 'active'), []],
    [where('dateAdded', 'range', { gte: '2026-02-01', lt: '2026-03-01T00:00:00Z' }), ['Ben']],
    [where('dateAdded', 'range', { gt: Date.UTC(2026, 1, 10) }), ['Cleo']],
    [where('dateUpdated', 'range', { gte: '2026-04-01T08:30:00.000Z', lte: '2026-04-01T08:30:00.000Z' }), ['Ben']],
    [where('dateUpdated', 'range', { gt: '2026-04-01T10:30:00+02:00' }), []],
    [where('businessName', 'eq', 'harbour couriers'), ['Ben']],
    [where('businessName', 'contains', 'harb'), ['Ben']],
    [where('businessName', 'not_exists'), ['Ann', 'Cleo']],
    [where('customFields.size', 'range', { gte: 58 }), ['Ben']],
    [where('customFields.size', 'range', { lte: 52 }), ['Ann']],
    [where('customFields.size', 'eq', 52), ['Ann']],
    [where('customFields.bike', 'contains', 'bromp'), ['Ann']],
    [where('customFields.bike', 'eq', 'brompton'), ['Ann']],
    [where('customFields.bike', 'not_exists'), ['Ben', 'Cleo']],
    // Custom fields are searched by id; a name is not an error.
    [where('customFields.Size', 'eq', 52), []],
  ])('%j', async (filter, names) => {
    expect(await openSearch().findNames(filter)).toEqual(names);
  });

  test('in a list are ANDed, and groups nest', async () => {
    const { findNames } = openSearch();
    const vip = where('tags', 'eq', 'vip');
    expect(await findNames(vip, where('city', 'eq', 'Boston'))).toEqual(['Ben']);
    const vipAndDnd = { group: 'AND', filters: [vip, where('dnd', 'eq', true)] };
    expect(await findNames({ group: 'OR', filters: [vipAndDnd, where('firstNameLowerCase', 'eq', 'cleo')] })).toEqual([
      'Ben',
      'Cleo',
    ]);
  });

  test.each([
    [where('additional_phones', 'eq', 'x'), 'additional_phones'],
    [where('firstName', 'eq', 'Ann'), 'firstName'],
    [where('email', 'contains', 'ann'), 'email'],
    [where('dateAdded', 'eq', '2026-01-10'), 'dateAdded'],
    [where('website', 'contains', 'x'), 'website'],
    [{ field: 'opportunities', operator: 'nested', filters: [where('name', 'eq', 'x')] }, 'name'],
  ])('%j is a 400', async (filter, name) => {
    const { status, body } = await openSearch().search({ filters: [filter] });
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
  const opportunity = (...filters: object[]) => ({ field: 'opportunities', operator: 'nested', filters });

  test.each([
    [where('tags', 'contains', 'gold'), ['Ann', 'Ben']],
    [where('tags', 'eq', ['gold', 'vip']), ['Ann', 'Ben']],
    [where('tags', 'not_eq', ['gold']), ['Ann']],
    [where('tags', 'contains_set', ['vip', 'vip gold']), ['Ann']],
    [where('tags', 'contains_set', ['vip', 'gold']), []],
    [where('website', 'exists'), ['Ann']],
    [where('timezone', 'eq', 'America/Denver'), ['Ann']],
    [where('type', 'exists'), ['Ann', 'Ben']],
    [where('dateOfBirth', 'range', { lt: '1995-01-01' }), ['Ann']],
    [where('validEmail', 'exists'), []],
    [where('state', 'contains', 'llin'), ['Ann']],
    [where('source', 'contains', 'form'), ['Ann']],
    [where('lastAppointment', 'range', { gte: '2026-05-01' }), ['Ann']],
    [where('activeWorkflows', 'not_exists'), ['Ann', 'Ben']],
    [opportunity(where('pipelineId', 'eq', 'p'), where('status', 'eq', 'open')), ['Ann']],
    [opportunity(where('pipelineId', 'eq', 'p'), where('status', 'eq', 'won')), []],
  ])('accepts what recordings show in addition to the official table: %j', async (filter, names) => {
    expect(await openSandbox({ data: recorded }).findNames(filter)).toEqual(names);
    const { search } = openSandbox({ data: recorded, switches: { searchFields: 'documented' } });
    expect((await search({ filters: [filter] })).status).toBeGreaterThanOrEqual(400);
  });

  test('sorts by businessName with the recorded fields only', async () => {
    const sort = [{ field: 'businessName', direction: 'asc' }];
    expect((await openSearch().search({ sort })).status).toBe(200);
    expect((await openSearch({ switches: { searchFields: 'documented' } }).search({ sort })).status).toBe(400);
  });

  test.each([
    [3, 200, 422],
    [2, 422, 422],
  ] as const)('sortFields: %i', async (sortFields, three, four) => {
    const { search } = openSearch({ switches: { sortFields } });
    const sort = ['email', 'dnd', 'source', 'dateAdded'].map((field) => ({ field, direction: 'asc' }));
    expect((await search({ sort: sort.slice(0, 2) })).status).toBe(200);
    expect((await search({ sort: sort.slice(0, 3) })).status).toBe(three);
    expect((await search({ sort })).status).toBe(four);
  });

  test('a value over 75 characters is a 422', async () => {
    expect((await openSearch().search({ filters: [where('city', 'eq', 'x'.repeat(76))] })).status).toBe(422);
  });
});
