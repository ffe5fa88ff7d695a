import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { connect } from '../../connect.ts';
import { namesOf, openSearch, walk } from './world.ts';

const FIT = {
  id: 'fieldFit',
  name: 'Fit',
  dataType: 'TEXTBOX_LIST',
  textBoxListOptions: [
    { id: 'reach', label: 'Reach (mm)' },
    { id: 'saddle', label: 'Saddle' },
  ],
};
const fitted = (firstName: string, value: Json) => ({ firstName, customFields: [{ id: 'fieldFit', value }] });
const PEOPLE = [
  fitted('Ann', { reach: '391', saddle: '742' }),
  fitted('Ben', { reach: '380' }),
  fitted('Cleo', { saddle: '391' }),
  { firstName: 'Dirk' },
] as never;
const open = () => openSearch(PEOPLE, {}, { customFields: [FIT] } as never);
const REACH = 'customFields.Fit / Reach (mm)';

describe('a part of a text-list field', () => {
  test.each<[string, Json, string[]]>([
    [REACH, { operator: 'eq', value: '391' }, ['Ann']],
    ['customFields.fit / reach', { operator: 'contains', value: '39' }, ['Ann']],
    ['customFields.fieldFit.reach', { operator: 'not_eq', value: '391' }, ['Ben', 'Cleo', 'Dirk']],
    [REACH, { operator: 'not_contains', value: '8' }, ['Ann', 'Cleo', 'Dirk']],
    [REACH, { operator: 'exists' }, ['Ann', 'Ben']],
    [REACH, { operator: 'not_exists' }, ['Cleo', 'Dirk']],
  ])('is searched as %s with %j', async (field, filter, expected) => {
    const { call } = await open();
    const filters = [{ field, ...filter }];
    expect(namesOf(await call('search_contacts', { filters })).sort()).toEqual(expected);
    expect(await call('count_contacts', { filters })).toMatchObject({ total: expected.length });
  });

  test('is named in the line about the search, and next repeats it', async () => {
    const { call } = await open();
    const filters = [{ field: 'customFields.fit / REACH (mm)', operator: 'exists' }];
    const page = await call('search_contacts', { filters, pageLimit: 1 });
    expect(page.searched).toBe(`"${REACH}" exists`);
    expect(await call('search_contacts', page.next as Json)).toMatchObject({ contacts: [{ firstName: 'Ann' }] });
  });

  test('sorts rows, on all pages', async () => {
    const connected = await open();
    const sort = [{ field: REACH, direction: 'asc' }];
    expect((await walk(connected, { sort, pageLimit: 1 })).flat().slice(0, 2)).toEqual(['Ben', 'Ann']);
  });

  test('is the only one shown where fields name it', async () => {
    const { call } = await open();
    const sort = [{ field: 'firstName', direction: 'asc' }];
    const { contacts } = await call('search_contacts', { sort, fields: ['firstName', REACH] });
    expect(contacts).toEqual([
      { firstName: 'Ann', customFields: { 'Fit / Reach (mm)': '391' } },
      { firstName: 'Ben', customFields: { 'Fit / Reach (mm)': '380' } },
      { firstName: 'Cleo' },
      { firstName: 'Dirk' },
    ]);
    const whole = await call('search_contacts', { query: 'ann', fields: [REACH, 'customFields.Fit'] });
    expect(whole.contacts).toEqual([{ customFields: { 'Fit / Reach (mm)': '391', 'Fit / Saddle': '742' } }]);
  });

  test('takes no operator of numbers', async () => {
    const { refused, bodies } = await open();
    const filters = [{ field: REACH, operator: 'range', gte: '380' }];
    expect(await refused('search_contacts', { filters })).toContain(
      'it takes eq, not_eq, contains, not_contains, exists, not_exists',
    );
    expect(bodies).toEqual([]);
  });

  test('that this server has just written is found before the index shows it', async () => {
    const { call } = await connect();
    const customFields = [{ field: 'Fit measurements / Reach (mm)', value: '392' }];
    await call('create_contact', { firstName: 'Ann', email: 'ann@example.com', customFields });
    const filters = [{ field: 'customFields.Fit measurements / Reach (mm)', operator: 'eq', value: '392' }];
    expect((await call('search_contacts', { filters })).contacts).toMatchObject([
      { firstName: 'Ann', notYetIndexed: true },
    ]);
  });
});
