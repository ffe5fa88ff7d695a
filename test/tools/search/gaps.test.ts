import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { connectChanged } from '../../changed-answers.ts';
import { CONTACTS, INDEX_DELAY_MS } from '../../connect.ts';
import { openNames } from '../names/world.ts';
import { namesOf, openSearch, walk } from './world.ts';

const PEOPLE = [
  {
    firstName: 'Ann',
    email: 'ann@acme.example',
    additionalEmails: ['Ann.Home@x.example'],
    tags: ['vip'],
    city: 'Austin',
  },
  { firstName: 'Ben', email: 'Ben@ACME.example', phone: '+15125550102', additionalPhones: ['+15125550199'] },
  { firstName: 'Cleo', email: 'cleo@x.example', tags: ['acme.example'] },
  { firstName: 'Dirk', phone: '+15125550104' },
];
const f = (field: string, operator: string, value: unknown) => ({ field, operator, value });
const posts = (sent: readonly string[]) => sent.filter((request) => request.startsWith('POST /contacts/search'));
const lookups = (sent: readonly string[]) =>
  sent.filter((request) => request.startsWith('GET /contacts/search/duplicate'));

describe('a part of an email, which the index does not compare', () => {
  test.each<[Json, string[]]>([
    [{ filters: [f('email', 'contains', '@Acme')] }, ['Ann', 'Ben']],
    [{ filters: [f('email', 'contains', 'home@x')] }, ['Ann']],
    [{ filters: [f('email', 'contains', '@acme')], tag: 'vip' }, ['Ann']],
    [{ filters: [f('email', 'contains', '@acme'), f('email', 'not_contains', 'ben')] }, ['Ann']],
    [{ filters: [f('email', 'not_contains', '@acme')] }, ['Cleo', 'Dirk']],
    [{ filters: [f('email', 'contains', 'example')], query: 'cleo' }, ['Cleo']],
    [{ filters: [f('email', 'contains', 'nobody')] }, []],
  ])('%j', async (args, expected) => {
    const { call } = await openSearch(PEOPLE);
    expect(namesOf(await call('search_contacts', args)).sort()).toEqual(expected);
    expect(await call('count_contacts', args)).toMatchObject({ total: expected.length });
    expect(await call('count_contacts', { ...args, groupBy: 'city' })).toMatchObject({ total: expected.length });
  });

  test('one search request; a notice says where a part may be missed; pages hold each contact once', async () => {
    const people = Array.from({ length: 12 }, (_, i) => ({ firstName: `P${i}`, email: `p${i}@acme.example` }));
    const connected = await openSearch(people);
    const filters = [f('email', 'contains', '@acme')];
    const page = await connected.call('search_contacts', { filters, pageLimit: 5 });
    expect(posts(await connected.sent())).toHaveLength(1);
    expect(page).toMatchObject({ total: 12, notice: expect.stringContaining('free text search finds for "@acme"') });
    const pages = await walk(connected, { filters, pageLimit: 5 });
    expect(new Set(pages.flat()).size).toBe(12);
    expect(pages.flat()).toHaveLength(12);
  });

  test('a bulk update finds the same contacts', async () => {
    const { call, indexed } = await openSearch(PEOPLE, { scopes: CONTACTS });
    await call('bulk_update_contacts', { filters: [f('email', 'contains', '@acme')], addTags: ['found'] });
    indexed();
    expect(namesOf(await call('search_contacts', { tag: 'found' })).sort()).toEqual(['Ann', 'Ben']);
  });
});

describe('an email or phone that search finds nowhere as the primary one', () => {
  test('an additional email is found with one more request, also by a count', async () => {
    const { call, sent } = await openSearch(PEOPLE);
    const filters = [f('email', 'eq', 'ann.home@x.example')];
    const answer = await call('search_contacts', { filters });
    expect(answer).toMatchObject({ total: 1, contacts: [{ firstName: 'Ann', tags: ['vip'] }] });
    expect(answer.notice).toMatch(/"ann.home@x.example" is an additional email of contact \w+, which search does not/);
    const requests = await sent();
    expect([posts(requests), lookups(requests)].map(({ length }) => length)).toEqual([1, 1]);
    expect(await call('count_contacts', { filters })).toMatchObject({ total: 1 });
  });

  test('an additional phone in any spelling, where the lookup knows it', async () => {
    const { call } = await connectChanged((answer, { url }) =>
      url.includes('/search/duplicate') && url.includes('number=%2B15125550199')
        ? { contact: { id: 'contactOfBen00000001', firstName: 'Ben', additionalPhones: [{ phone: '+15125550199' }] } }
        : answer,
    );
    expect(namesOf(await call('search_contacts', { filters: [f('phone', 'eq', '(512) 555-0199')] }))).toEqual(['Ben']);
  });

  test('a phone as free text in another spelling than the index has', async () => {
    const { call, sent } = await openSearch(PEOPLE);
    for (const query of ['(512) 555-0104', '512-555-0104', '+1 512 555 0104']) {
      const answer = await call('search_contacts', { query });
      expect(namesOf(answer)).toEqual(['Dirk']);
      expect(answer.notice).toMatch(/Search does not find contact \w+ by this phone, .* in another spelling there/);
      expect(await call('count_contacts', { query })).toMatchObject({ total: 1 });
      expect(await call('search_contacts', { query, tag: 'vip' })).toMatchObject({ total: 0 });
    }
    await sent();
    for (const query of ['+15125550104', '2026-11-20', '555', 'nobody']) await call('search_contacts', { query });
    expect(lookups(await sent())).toEqual([]);
  });

  test('a lookup that answers with somebody else finds nobody', async () => {
    const { call } = await connectChanged((answer, { url }) =>
      url.includes('/search/duplicate')
        ? { contact: { id: 'another', firstName: 'Eve', email: 'eve@x.example' } }
        : answer,
    );
    const answer = await call('search_contacts', { filters: [f('email', 'eq', 'nobody@x.example')] });
    expect(answer).toMatchObject({ contacts: [], total: 0 });
  });

  test('the other filters and the query must hold for it too', async () => {
    const { call } = await openSearch(PEOPLE);
    const filters = [f('email', 'eq', 'ann.home@x.example')];
    expect(namesOf(await call('search_contacts', { filters, tag: 'vip', query: 'ann' }))).toEqual(['Ann']);
    expect(await call('search_contacts', { filters, tag: 'new' })).toMatchObject({ contacts: [], total: 0 });
    expect(await call('count_contacts', { filters, query: 'ben' })).toMatchObject({ total: 0 });
  });

  test('a contact that the index does not have yet is found, and a notice says so', async () => {
    const { call, sandbox } = await openSearch(PEOPLE, { sandbox: { indexDelayMs: INDEX_DELAY_MS } });
    const headers = { Authorization: `Bearer ${sandbox.token}`, Version: '2021-07-28' };
    const body = JSON.stringify({ locationId: sandbox.locationId, firstName: 'New', email: 'new@x.example' });
    await sandbox.fetch(new Request('http://sandbox.test/contacts/', { method: 'POST', headers, body }));
    const answer = await call('search_contacts', { filters: [f('email', 'eq', 'New@x.example')] });
    expect(namesOf(answer)).toEqual(['New']);
    expect(answer.notice).toMatch(/Search does not find contact \w+ by this email, which may be new to it/);
  });

  test('nobody: the notice says what is not covered', async () => {
    const { call } = await openSearch(PEOPLE);
    const answer = await call('search_contacts', { filters: [f('phone', 'eq', '+15125550100')] });
    expect(answer).toMatchObject({
      contacts: [],
      notice: expect.stringContaining('additional phones may be unknown to both'),
    });
  });

  test('a lookup that fails is named, and the answer is still given', async () => {
    const { call } = await openNames({
      timezone: 'America/Chicago',
      intercept: ({ url }) =>
        url.includes('/search/duplicate') ? Response.json({ message: 'no' }, { status: 400 }) : undefined,
    });
    const answer = await call('search_contacts', { filters: [f('email', 'eq', 'nobody@x.example')] });
    expect(answer).toMatchObject({ contacts: [], notice: expect.stringContaining('could not be asked just now') });
  });

  test('a lookup that the owner switched off is not asked', async () => {
    const { call, sent } = await openSearch(PEOPLE, { select: '-find_duplicate_contact' });
    expect(await call('search_contacts', { filters: [f('email', 'eq', 'ann.home@x.example')] })).toMatchObject({
      total: 0,
    });
    expect(lookups(await sent())).toEqual([]);
  });

  test('only the first page of a search that found nobody asks the lookup', async () => {
    const { call, sent } = await openSearch(PEOPLE);
    await call('search_contacts', { filters: [f('email', 'eq', 'ben@acme.example')] });
    await call('search_contacts', { filters: [f('email', 'eq', 'nobody@x.example')], page: 2 });
    await call('search_contacts', { filters: [f('email', 'not_eq', 'nobody@x.example')] });
    await call('search_contacts', { query: 'nobody@x.example' });
    await call('search_contacts', { filters: [f('email', 'eq', 'nobody')] });
    expect(lookups(await sent())).toEqual([]);
  });
});
