import { describe, expect, test } from 'vitest';
import { connect } from '../../connect.ts';
import { randomOf } from '../../random.ts';
import { dataOf, namesOf, openSearch, walk } from './world.ts';

const custom = (values: Readonly<Record<string, unknown>>) => ({
  customFields: Object.entries(values).map(([id, value]) => ({ id, value })),
});
const PEOPLE = [
  { firstName: 'Ann', ...custom({ fieldVisit: '2026-03-01', fieldSpent: 90, fieldBike: 'brompton' }) },
  { firstName: 'Ben', ...custom({ fieldVisit: '2025-12-31', fieldSpent: 1_000, fieldBike: 'Âme' }) },
  { firstName: 'Cleo' },
  { firstName: 'Dirk', ...custom({ fieldVisit: '2026-11-19', fieldSpent: -5, fieldBike: 'Zeta' }) },
];
const by = (field: string, direction = 'asc') => ({ sort: [{ field, direction }] });

describe('rows are sorted here by what the index does not sort', () => {
  test.each([
    ['a day', 'customFields.Last visit', ['Ben', 'Ann', 'Dirk']],
    ['a number as a number', 'customFields.Spent', ['Dirk', 'Ann', 'Ben']],
    ['a text without regard to case and accents', 'customFields.bike', ['Ben', 'Ann', 'Dirk']],
  ])('%s, missing values last in both directions', async (_, field, expected) => {
    const { call, bodies } = await openSearch(PEOPLE);
    expect(namesOf(await call('search_contacts', by(field)))).toEqual([...expected, 'Cleo']);
    expect(namesOf(await call('search_contacts', by(field, 'desc')))).toEqual([...expected.reverse(), 'Cleo']);
    expect(bodies.every((body) => body.sort === undefined && body.pageLimit === 500)).toBe(true);
  });

  test('several fields, one of the index; then the id decides', async () => {
    const people = [
      { firstName: 'Cy', city: 'Austin', ...custom({ fieldSpent: 1 }) },
      { firstName: 'Al', city: 'Austin', ...custom({ fieldSpent: 1 }) },
      { firstName: 'Bo', city: 'Boston', ...custom({ fieldSpent: 1 }) },
      { firstName: 'Di', city: 'Boston', ...custom({ fieldSpent: 2 }) },
    ];
    const { call } = await openSearch(people);
    const sort = [
      { field: 'customFields.Spent', direction: 'desc' },
      { field: 'city', direction: 'asc' },
      { field: 'firstName', direction: 'desc' },
    ];
    expect(namesOf(await call('search_contacts', { sort }))).toEqual(['Di', 'Cy', 'Al', 'Bo']);
  });

  test('the full name and a boolean', async () => {
    const people = [
      { firstName: 'B', lastName: 'A', dnd: true },
      { firstName: 'A', lastName: 'B', dnd: false },
    ];
    const { call } = await openSearch(people);
    expect(namesOf(await call('search_contacts', by('contactName')))).toEqual(['A', 'B']);
    expect(namesOf(await call('search_contacts', by('dnd')))).toEqual(['A', 'B']);
  });

  test('pages hold each contact once, by next and by page, also while contacts come and go', async () => {
    const next = randomOf(1);
    const people = Array.from({ length: 60 }, (_, i) => ({
      firstName: `P${i}`,
      ...(next() < 0.8 ? custom({ fieldSpent: Math.floor(next() * 5) }) : {}),
    }));
    const connected = await openSearch(people);
    for (const direction of ['asc', 'desc']) {
      const all = namesOf(
        await connected.call('search_contacts', { ...by('customFields.Spent', direction), pageLimit: 100 }),
      );
      expect(new Set(all).size).toBe(60);
      const pages = await walk(connected, { ...by('customFields.Spent', direction), pageLimit: 7 });
      expect(pages.flat()).toEqual(all);
      const second = await connected.call('search_contacts', {
        ...by('customFields.Spent', direction),
        pageLimit: 7,
        page: 2,
      });
      expect(namesOf(second)).toEqual(all.slice(7, 14));
    }
    const first = await connected.call('search_contacts', { ...by('customFields.Spent'), pageLimit: 30 });
    const gone = (first.contacts as { id: string }[]).slice(-1).map(({ id }) => id);
    for (const contactId of gone) await connected.call('delete_contact', { contactId });
    connected.indexed();
    const rest = await walk(connected, first.next as never);
    expect(new Set([...namesOf(first), ...rest.flat()]).size).toBe(60);
  });

  test('pages go on after a contact that lacks the value', async () => {
    const people = Array.from({ length: 5 }, (_, i) => ({
      firstName: `P${i}`,
      ...(i < 2 ? { lastName: `L${i}` } : {}),
    }));
    const connected = await openSearch(people);
    const pages = () => walk(connected, { ...by('lastName'), pageLimit: 1 });
    expect(new Set((await pages()).flat()).size).toBe(5);
    await connected.call('create_contact', { firstName: 'P5' });
    expect(new Set((await pages()).flat()).size).toBe(6);
  });

  test('a page that is cut for its size goes on after its last row', async () => {
    const people = Array.from({ length: 40 }, (_, i) => ({
      firstName: `P${i}`,
      companyName: 'x'.repeat(900),
      ...custom({ fieldSpent: i }),
    }));
    const pages = await walk(await openSearch(people), { ...by('customFields.Spent', 'desc') });
    expect(pages.length).toBeGreaterThan(4);
    expect(pages.flat()).toEqual(people.map(({ firstName }) => firstName).reverse());
  });
});

describe('what cannot be sorted is refused', () => {
  test('more than 2,000 matches, with what to do', async () => {
    const people = Array.from({ length: 2_001 }, (_, i) => ({ firstName: `P${i}`, tags: i < 2_000 ? ['x'] : [] }));
    const { refused, call, sent } = await openSearch(people);
    expect(await refused('search_contacts', by('customFields.Spent'))).toMatch(
      /^2001 contacts would have to be read and compared here.*Narrow the search/,
    );
    expect((await sent()).filter((request) => request.startsWith('POST'))).toHaveLength(1);
    const found = await call('search_contacts', { ...by('customFields.Spent'), tag: 'x', pageLimit: 1 });
    expect(found.total).toBe(2_000);
    expect((await sent()).filter((request) => request.startsWith('POST'))).toHaveLength(4);
  });

  test.each([
    ['shoeSize', /sort\[0\] has the unknown field "shoeSize"/],
    ['id', /sort\[0\] names "id", by which contacts cannot be sorted/],
    ['opportunities', /by which contacts cannot be sorted/],
    ['customFields.Fit', /the values of .* have no order/],
    ['customFields.Spend', /no custom field has .*"Spend"\. Nearest: "Spent"/],
  ])('%s', async (field, message) => {
    const { refused, sent } = await openSearch(PEOPLE);
    expect(await refused('search_contacts', by(field))).toMatch(message);
    expect((await sent()).filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  test('a cursor of another sort', async () => {
    const { refused } = await openSearch(PEOPLE);
    expect(await refused('search_contacts', { ...by('customFields.Spent'), searchAfter: [1, 'a', 'b'] })).toContain(
      'searchAfter belongs to another sort',
    );
  });
});

test('without the definitions of custom fields numbers still sort as numbers, by id', async () => {
  const { call } = await connect({ sandbox: { data: dataOf(PEOPLE) }, scopes: ['contacts.readonly'] });
  expect(namesOf(await call('search_contacts', by('customFields.fieldSpent')))).toEqual(['Dirk', 'Ann', 'Ben', 'Cleo']);
});
