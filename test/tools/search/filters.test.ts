import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/api/scopes.ts';
import type { Json } from '../../../src/lib/json.ts';

import { connectChanged } from '../../changed-answers.ts';
import { type Connected, connect, type Options } from '../../connect.ts';

/** In Chicago, the last millisecond before a day, its first and last, and the first after it; and a Sunday of 25 hours. */
const ADDED = {
  before: '2026-10-20T04:59:59.999Z',
  first: '2026-10-20T05:00:00.000Z',
  last: '2026-10-21T04:59:59.999Z',
  after: '2026-10-21T05:00:00.000Z',
  long: '2026-11-02T05:59:59.999Z',
};
const contacts = Object.entries(ADDED).map(([firstName, dateAdded], i) => ({
  ...{ firstName, dateAdded, email: `${firstName}@x.example`, tags: i % 2 ? ['VIP', 'gold'] : ['vip gold'] },
  dateOfBirth: `1990-01-0${i + 1}`,
}));
const data = {
  contacts,
  customFields: [
    { name: 'Paid on', dataType: 'DATE' },
    { name: 'Visits', dataType: 'NUMERICAL' },
  ],
};
const options: Options = { sandbox: { data: data as never }, timezone: 'America/Chicago' };

/** A connection, and what its searches send. */
async function searching(more: Options = {}): Promise<Connected & { readonly bodies: Json[] }> {
  const bodies: Json[] = [];
  const connected = await connectChanged(
    (answer, { url, body }) => {
      if (url.endsWith('/contacts/search')) bodies.push(JSON.parse(String(body)) as Json);
      return answer;
    },
    { ...options, ...more },
  );
  return { ...connected, bodies };
}

const range = (bounds: Json, field = 'dateAdded') => [{ field, operator: 'range', ...bounds }];
const namesOf = (answer: Json) => (answer.contacts as Json[]).map(({ firstName }) => firstName).sort();

describe('a time range is read in the time zone of the account', () => {
  test.each<[string, Json, string[]]>([
    ['from a date', { gte: '2026-10-20' }, ['after', 'first', 'last', 'long']],
    ['to the end of a date', { lte: '2026-10-20' }, ['before', 'first', 'last']],
    ['after a date', { gt: '2026-10-20' }, ['after', 'long']],
    ['before a date', { lt: '2026-10-20' }, ['before']],
    ['one date', { gte: '2026-10-20', lte: '2026-10-20' }, ['first', 'last']],
    ['a day of 25 hours', { gte: '2026-11-01', lte: '2026-11-01' }, ['long']],
    ['local times', { gte: '2026-10-20T00:00', lt: '2026-10-21T00:00:00' }, ['first', 'last']],
    ['instants', { gte: '2026-10-20T05:00:00Z', lt: '2026-10-21T01:00:00-04:00' }, ['first', 'last']],
    ['epoch ms', { gte: Date.parse(ADDED.first), lte: String(Date.parse(ADDED.last)) }, ['first', 'last']],
    ['the format of the API', { value: { gte: '2026-10-20', lte: '2026-10-20' } }, ['first', 'last']],
  ])('%s', async (_, bounds, expected) => {
    const { call } = await connect(options);
    expect(namesOf(await call('search_contacts', { filters: range(bounds) }))).toEqual(expected);
    expect(await call('count_contacts', { filters: range(bounds) })).toMatchObject({ total: expected.length });
    const grouped = [{ group: 'AND', filters: range(bounds) }];
    expect(namesOf(await call('search_contacts', { filters: grouped }))).toEqual(expected);
    expect(await call('bulk_update_contacts', { filters: range(bounds), addTags: ['x'] })).toMatchObject({
      changed: expected.length,
    });
  });

  test('the result repeats how a bound was read, and next has the same instants', async () => {
    const { call, bodies } = await searching();
    const page = await call('search_contacts', {
      filters: range({ gte: '2026-10-20', lte: '2026-11-01' }),
      pageLimit: 2,
    });
    expect(page.searched).toBe(
      'dateAdded gte 2026-10-20T00:00-05:00 [America/Chicago] lte 2026-11-01T23:59:59-06:00 [America/Chicago]',
    );
    expect(page).not.toHaveProperty('notice');
    const rest = await call('search_contacts', page.next as Json);
    expect(rest).not.toHaveProperty('searched');
    const sent = [
      {
        field: 'dateAdded',
        operator: 'range',
        value: { gte: '2026-10-20T05:00:00.000Z', lte: '2026-11-02T05:59:59.999Z' },
      },
    ];
    expect(bodies.map(({ filters }) => filters)).toEqual([sent, sent]);
  });

  test('a date that does not exist is rejected by every tool that takes filters', async () => {
    const { refused, sent } = await connect(options);
    for (const [tool, more] of [
      ['search_contacts', {}],
      ['count_contacts', {}],
      ['bulk_update_contacts', { addTags: ['x'] }],
    ] as const)
      for (const gte of ['2026-02-30', '2026-11-31T09:00', '2026-11-31T09:00:00-05:00'])
        expect(await refused(tool, { ...more, filters: range({ gte }) })).toContain(
          `filters[0].gte: "${gte}" is not a valid date or time`,
        );
    expect(await sent()).toEqual([]);
  });

  test.each<[Json]>([
    [{ gte: '2026-10-21', lte: '2026-10-20' }],
    [{ gt: '2026-10-20', lt: '2026-10-20' }],
    [{ gte: '2026-10-20T09:00', lte: '2026-10-20T08:59' }],
    [{ gt: 2, lte: 2 }],
    [{ value: { gte: '2026-10-21', lt: '2026-10-20' } }],
  ])('%j leaves nothing and is refused', async (bounds) => {
    const { refused, sent } = await connect(options);
    const group = [{ group: 'OR', filters: range(bounds) }];
    for (const filters of [range(bounds), group, [{ group: 'AND', filters: group }]])
      for (const [tool, more] of [
        ['search_contacts', {}],
        ['bulk_update_contacts', { addTags: ['x'] }],
      ] as const)
        expect(await refused(tool, { ...more, filters })).toMatch(
          /^Nothing was sent. No contact can match: (filters\[0\].*)\.gte? is not before \1\.lte?\./,
        );
    expect(await sent()).toEqual([]);
  });

  test('without a known time zone, a search uses UTC and a bulk write is rejected', async () => {
    const nobodyKnows = { location: { timezone: 'Mars/Olympus' } };
    const there = await connect({ timezone: undefined, sandbox: { data: { ...data, ...nobodyKnows } as never } });
    const filters = range({ gte: '2026-10-21' });
    expect(await there.call('search_contacts', { filters })).toMatchObject({
      searched: expect.stringContaining('[UTC'),
    });
    await there.sent();
    expect(await there.refused('bulk_update_contacts', { filters, addTags: ['x'] })).toContain('has no offset');
    expect((await there.sent()).filter((request) => !request.startsWith('GET '))).toEqual([]);
  });

  test('calendar dates and numbers are not changed', async () => {
    const { call, bodies } = await searching();
    const fields = (await call('list_custom_fields')).customFields as Json[];
    const [paid, visits] = fields.map(({ id }) => `customFields.${id}`);
    const birthdays = await call('search_contacts', {
      filters: range({ gte: '1990-01-02', lte: '1990-01-03' }, 'dateOfBirth'),
    });
    expect(birthdays).not.toHaveProperty('notice');
    await call('search_contacts', { filters: range({ lt: '2026-10-20' }, paid) });
    await call('search_contacts', { filters: range({ gte: '5' }, visits) });
    expect(bodies.map(({ filters }) => (filters as Json[])[0]?.value)).toEqual([
      { gte: '1990-01-02', lte: '1990-01-03' },
      { lt: '2026-10-20' },
      { gte: 5 },
    ]);
  });
});

describe('fields and operators', () => {
  const f = (field: string, operator: string, value?: unknown) => ({
    field,
    operator,
    ...(value === undefined ? {} : { value }),
  });
  test.each<[Json, string[]]>([
    [f('tags', 'contains', 'Gold'), ['after', 'before', 'first', 'last', 'long']],
    [f('tags', 'eq', 'VIP'), ['after', 'first']],
    [f('tags', 'eq', ['VIP', 'gold']), ['after', 'first']],
    [f('tags', 'contains_set', ['VIP', 'Gold']), ['after', 'first']],
    [f('tags', 'not_eq', ['VIP']), ['before', 'last', 'long']],
    [f('firstName', 'wildcard', 'L*'), ['last', 'long']],
    [f('finishedWorkflows', 'not_exists'), ['after', 'before', 'first', 'last', 'long']],
    [
      {
        group: 'OR',
        filters: [
          { group: 'AND', filters: [f('tags', 'eq', 'VIP'), f('firstName', 'eq', 'First')] },
          { group: 'AND', filters: [f('tags', 'contains', 'gold'), f('name', 'eq', 'LONG')] },
        ],
      },
      ['first', 'long'],
    ],
    [{ field: 'opportunities', operator: 'nested', filters: [f('status', 'eq', 'open')] }, []],
  ])('%j', async (filter, expected) => {
    const { call } = await connect(options);
    expect(namesOf(await call('search_contacts', { filters: [filter] }))).toEqual(expected);
    expect(await call('count_contacts', { filters: [filter] })).toMatchObject({ total: expected.length });
  });

  test('sort fields are passed on, and names use their lower-case fields', async () => {
    const { call, bodies, refused } = await searching();
    const sort = [{ field: 'firstName', direction: 'desc' }];
    const { contacts: rows } = await call('search_contacts', { sort });
    expect((rows as Json[]).map(({ firstName }) => firstName)).toEqual(['long', 'last', 'first', 'before', 'after']);
    expect(bodies[0]?.sort).toEqual([{ field: 'firstNameLowerCase', direction: 'desc' }]);
    await call('search_contacts', { sort: [{ field: 'businessName', direction: 'asc' }] });
    expect(await refused('search_contacts', { sort: [{ field: 'shoeSize', direction: 'asc' }] })).toContain(
      '"shoeSize"',
    );
  });

  test.each(['constructor', 'toString', 'shoeSize'])(
    'the unknown field %s is refused before anything is sent',
    async (field) => {
      const { refused, sent } = await connect(options);
      for (const tool of ['search_contacts', 'count_contacts'])
        expect(await refused(tool, { filters: [f(field, 'eq', 'x')] })).toContain(
          `Nothing was sent. filters[0] has the unknown field "${field}". Fields: id, contactName, firstName,`,
        );
      expect(await sent()).toEqual([]);
    },
  );

  test.each<[Json, string]>([
    [f('emial', 'eq', 'x'), 'filters[0] has the unknown field "emial", did you mean email? Fields: '],
    [f('city', 'like', 'x'), 'filters[0] has "city" with the operator "like"; it takes eq, not_eq, contains,'],
    [f('dateAdded', 'eq', '2026-10-20'), 'the operator "eq"; it takes range, exists, not_exists.'],
    [f('country', 'contains', 'U'), 'the operator "contains"; it takes eq, not_eq, exists, not_exists.'],
    [
      { group: 'OR', filters: [f('city', 'exists'), f('firstName', 'like', 'a')] },
      'filters[0].filters[1] has "firstName"',
    ],
    [
      { group: 'OR', filters: [f('email', 'contains', 'a')] },
      'email with contains, which works outside of groups only',
    ],
    [f('customFields.Visits', 'contains_set', ['x']), 'the operator "contains_set"; it takes'],
    [
      { group: 'OR', filters: [{ group: 'AND', filters: [f('city', 'exists'), f('city', 'like', 'x')] }] },
      'filters[0].filters[0].filters[1] has "city" with the operator "like"',
    ],
    [f('firstName', 'not_eq', ''), 'filters[0].value must not be empty: for contacts without the field use not_exists'],
    [f('tags', 'eq', ['vip', '']), 'must not be empty'],
    [{ ...f('city', 'exists'), filters: [f('tags', 'eq', 'vip')] }, 'filters[0] needs field and operator'],
    [f('opportunities', 'nested'), 'filters[0] needs field and operator'],
    [{ group: 'OR', ...f('city', 'exists') }, 'filters[0] needs field and operator'],
  ])('%j is refused with what works, before anything is sent', async (filter, message) => {
    const { refused, sent } = await connect(options);
    expect(await refused('search_contacts', { filters: [filter] })).toContain(message);
    expect(await sent()).toEqual([]);
  });

  test.each<[Json, string]>([
    [
      f('customFields.Visits', 'contains', '5'),
      'the operator "contains"; it takes eq, not_eq, range, exists, not_exists.',
    ],
    [f('customFields.Paid on', 'wildcard', '2026*'), 'it takes eq, not_eq, range, exists, not_exists.'],
    [f('customFields.Visits', 'eq', 'many'), 'filters[0].value must be a number, not "many".'],
    [{ ...f('customFields.Visits', 'range'), gte: '2026-01-01' }, 'filters[0].gte must be a number, not "2026-01-01".'],
    [{ ...f('customFields.Paid on', 'range'), gte: '2026-02-30' }, '"2026-02-30" is not a valid date or time'],
  ])('%j does not fit the type of the custom field', async (filter, message) => {
    const { refused, sent } = await connect(options);
    expect(await refused('search_contacts', { filters: [filter] })).toContain(message);
    expect((await sent()).filter((request) => request.startsWith('POST '))).toEqual([]);
  });

  test('both contact scopes are sufficient', async () => {
    const { call } = await connect({ ...options, scopes: SCOPES.filter((scope) => scope.startsWith('contacts.')) });
    expect(namesOf(await call('search_contacts', { filters: [f('tags', 'contains', 'gold')] }))).toHaveLength(5);
  });
});
