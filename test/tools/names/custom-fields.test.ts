import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { createSandbox, type SandboxData } from '../../../src/sandbox/index.ts';
import { connect, find, NOW } from '../../connect.ts';

const ANN = 'contactAnn0000000001';
const LONG = 'Ü'.repeat(300);

const withFields = (customFields: NonNullable<SandboxData['customFields']>, more: Partial<SandboxData> = {}) => ({
  data: { contacts: [{ id: ANN, firstName: 'Ann', lastName: 'Lee' }], customFields, ...more },
});

/** Writes the values to Ann and gives the custom fields that get_contact shows. */
async function stored(customFields: NonNullable<SandboxData['customFields']>, values: Json[]): Promise<unknown> {
  const { call } = await connect({ sandbox: withFields(customFields) });
  await call('update_contact', { contactId: ANN, customFields: values });
  return ((await call('get_contact', { contactId: ANN })).contact as Json).customFields;
}

const ALL_TYPES: Json = {
  'Bike model': 'Tern GSD S10',
  'Service history': 'New chain\nNew brake pads',
  'Frame size': 52,
  'Emergency phone': '+13125550177',
  'Lifetime spend': 1250.5,
  Mailings: ['Workshop news', 'Ride invitations'],
  'Preferred contact': 'Text',
  Interests: ['Gravel', 'E-bike'],
  Membership: 'Plus',
  'Last service': '2026-11-02',
  'Fit measurements / Saddle height (mm)': '742',
  'Fit measurements / Reach (mm)': '391',
  'Billing email': 'bills@example.com',
};

describe('values by name', () => {
  test('every type that can be written reads back equal', async () => {
    const { call } = await connect();
    const { id } = await find(call, 'Greta Novak');
    const customFields = Object.entries(ALL_TYPES).map(([field, value]) => ({ field, value }));
    await call('update_contact', { contactId: id, customFields });
    expect(((await call('get_contact', { contactId: id })).contact as Json).customFields).toEqual(ALL_TYPES);
  });

  test('a field is found by name in any case, by key and by id', async () => {
    const fields = [{ id: 'fieldOfBike000000001', name: 'Fahrrad Größe', fieldKey: 'bike_size' }];
    for (const field of [
      'fahrrad  GROSSE',
      'FAHRRAD GRÖßE',
      'contact.bike_size',
      'bike_size',
      'fieldOfBike000000001',
    ]) {
      const { call, refused } = await connect({ sandbox: withFields(fields) });
      const args = { contactId: ANN, customFields: [{ field, value: 'M' }] };
      if (field === 'fahrrad  GROSSE') {
        expect(await refused('update_contact', args)).toContain('Nearest: "Fahrrad Größe" (fieldOfBike000000001)');
        continue;
      }
      expect(((await call('update_contact', args)).contact as Json).customFields).toEqual({ 'Fahrrad Größe': 'M' });
    }
  });

  test.each([
    ['Preferred contact', 'text', 'Text'],
    ['Mailings', 'workshop news', ['Workshop news']],
    ['Interests', ['e-BIKE'], ['E-bike']],
    ['Frame size', '1,250', 1250],
    ['Frame size', ' 52.5 ', 52.5],
    ['Last service', '2026-11-02T23:30:00-06:00', '2026-11-02'],
    ['Bike model', 7, '7'],
  ])('%s takes %j', async (field, value, expected) => {
    const { call } = await connect();
    const { id } = await find(call, 'Greta Novak');
    const { contact } = await call('update_contact', { contactId: id, customFields: [{ field, value }] });
    expect((contact as Json).customFields).toEqual({ [field]: expected });
  });

  test.each([
    ['Preferred contact', 'Txt', 'Did you mean "Text"?'],
    ['Mailings', ['Workshop new'], 'Did you mean "Workshop news"?'],
    ['Membership', true, 'takes one of its options, "None", "Basic", "Plus"'],
    ['Frame size', '12,5', 'takes a number'],
    ['Frame size', '1.250,00', 'takes a number'],
    ['Frame size', 'about 52', 'takes a number'],
    ['Last service', '02.11.2026', 'takes a date such as 2026-11-24'],
    ['Last service', '2026-02-30', 'takes a date'],
    ['Last service', '2026-11-02Tnoon', 'takes a date'],
    ['Bike model', ['a', 'b'], 'takes a text'],
    ['Fit measurements', '742', '"Fit measurements / Saddle height (mm)", "Fit measurements / Reach (mm)"'],
    ['Fit measurements / Reach (mm)', ['391'], 'takes a text'],
    ['Bike photo', 'https://example.com/a.png', 'only HighLevel itself can upload'],
    ['Bike modle', 'Tern', 'Nearest: "Bike model" ('],
  ])('%s refuses %j, and nothing is sent', async (field, value, reason) => {
    const { refused, sent } = await connect();
    await sent();
    const customFields = [
      { field: 'Bike model', value: 'x' },
      { field, value },
    ].slice(field === 'Bike model' ? 1 : 0);
    expect(await refused('update_contact', { contactId: ANN, customFields })).toContain(reason);
    expect((await sent()).filter((request) => !request.includes('/customFields'))).toEqual([]);
  });

  test('one field given twice is refused, two parts of one are not', async () => {
    const { refused, call } = await connect();
    const { id } = await find(call, 'Greta Novak');
    const twice = [
      { field: 'Frame size', value: 52 },
      { field: 'contact.frame_size', value: 54 },
    ];
    expect(await refused('update_contact', { contactId: id, customFields: twice })).toContain('has a value already');
    const part = { field: 'Fit measurements / Reach (mm)', value: '391' };
    expect(await refused('update_contact', { contactId: id, customFields: [part, part] })).toContain('already');
  });

  test('empty text clears a field of any type', async () => {
    const { call } = await connect();
    const { id } = await find(call, 'Greta Novak');
    const names = Object.keys(ALL_TYPES).filter((name) => !name.includes(' / '));
    const given = (value: (name: string) => unknown) => names.map((field) => ({ field, value: value(field) }));
    await call('update_contact', { contactId: id, customFields: given((name) => ALL_TYPES[name]) });
    await call('update_contact', { contactId: id, customFields: given(() => '') });
    expect(((await call('get_contact', { contactId: id })).contact as Json).customFields).toBeUndefined();
  });
});

describe('names of fields', () => {
  const TWINS = [
    { id: 'fieldOfTwin000000001', name: 'Size', fieldKey: 'size_1' },
    { id: 'fieldOfTwin000000002', name: 'size', fieldKey: 'size_2' },
  ];

  test('fields of one name are shown with their id, and taken so', async () => {
    const shown = { 'Size [fieldOfTwin000000001]': 'S', 'size [fieldOfTwin000000002]': 'M' };
    expect(
      await stored(
        TWINS,
        Object.entries(shown).map(([field, value]) => ({ field, value })),
      ),
    ).toEqual(shown);
  });

  test('the plain name of two fields is refused with both', async () => {
    const { refused } = await connect({ sandbox: withFields(TWINS) });
    const error = await refused('update_contact', { contactId: ANN, customFields: [{ field: 'Size', value: 'S' }] });
    expect(error).toContain('"Size" (fieldOfTwin000000001), "size" (fieldOfTwin000000002)');
  });

  test.each(['__proto__', 'constructor', 'toString', 'id', 'value', '🚲 Rad 👩🏽‍🔧', 'a.b / c', '2024', 'कि', '[x]'])(
    'a field named %s is written and read',
    async (name) => {
      const { client } = await connect({ sandbox: withFields([{ name, fieldKey: 'odd' }]) });
      const args = { contactId: ANN, customFields: [{ field: name, value: 'x' }] };
      const written = await client.callTool({ name: 'update_contact', arguments: args });
      const [{ text }] = written.content as [{ text: string }];
      expect(Object.entries((JSON.parse(text) as { contact: { customFields: Json } }).contact.customFields)).toEqual([
        [name, 'x'],
      ]);
    },
  );

  test('syllables that differ in a mark are different names', async () => {
    const fields = [
      { name: 'कि', fieldKey: 'ki' },
      { name: 'का', fieldKey: 'ka' },
      { name: 'が', fieldKey: 'ga' },
      { name: 'か', fieldKey: 'k' },
    ];
    const values = fields.map(({ name }) => ({ field: name, value: name }));
    expect(await stored(fields, values)).toEqual({ कि: 'कि', का: 'का', が: 'が', か: 'か' });
  });

  test('names that are alike where they are cut keep both values', async () => {
    const fields = [
      { id: 'fieldOfLong000000001', name: `${LONG}1`, fieldKey: 'l1' },
      { id: 'fieldOfLong000000002', name: `${LONG}2`, fieldKey: 'l2' },
      { id: 'fieldOfHid0000000001', name: 'A\u200bB', fieldKey: 'h1' },
      { id: 'fieldOfHid0000000002', name: 'AB', fieldKey: 'h2' },
    ];
    const shown = await stored(
      fields,
      fields.map(({ id, fieldKey }) => ({ field: id, value: fieldKey })),
    );
    expect(Object.values(shown as Json).sort()).toEqual(['h1', 'h2', 'l1', 'l2']);
    expect(
      await stored(
        fields,
        Object.entries(shown as Json).map(([field, value]) => ({ field, value })),
      ),
    ).toEqual(shown);
  });

  test('a field named like the id of another is shown so that it is not taken for it', async () => {
    const fields = [
      { id: 'fieldOfOne0000000001', name: 'fieldOfTwo0000000002', fieldKey: 'one' },
      { id: 'fieldOfTwo0000000002', name: 'Two', fieldKey: 'two' },
    ];
    const shown = await stored(fields, [{ field: 'contact.one', value: 'first' }]);
    expect(shown).toEqual({ 'fieldOfTwo0000000002 [fieldOfOne0000000001]': 'first' });
    expect(await stored(fields, [{ field: Object.keys(shown as Json)[0], value: 'first' }])).toEqual(shown);
  });

  test('a part and a field of one name both stay', async () => {
    const fields = [
      {
        id: 'fieldOfFit0000000001',
        name: 'Fit',
        dataType: 'TEXTBOX_LIST',
        textBoxListOptions: [{ id: 'r', label: 'Reach' }],
      },
      { id: 'fieldOfFit0000000002', name: 'Fit / Reach', fieldKey: 'fit_reach' },
    ];
    const { call, sandbox: _ } = await connect({ sandbox: withFields(fields) });
    await call('update_contact', {
      contactId: ANN,
      customFields: [
        { field: 'Fit / r', value: '1' },
        { field: 'Fit / Reach', value: '2' },
      ],
    });
    const { contact } = await call('get_contact', { contactId: ANN });
    expect(Object.values((contact as Json).customFields as Json).sort()).toEqual(['1', '2']);
  });
});

test('names in filters, sort and fields of a search', async () => {
  const { call, sent } = await connect();
  const found = await call('search_contacts', {
    filters: [{ field: 'customFields.Bike Model', operator: 'exists' }],
    fields: ['id', 'customFields.Frame size', 'assignedTo'],
  });
  const rows = found.contacts as Json[];
  expect(rows.length).toBeGreaterThan(0);
  for (const { customFields } of rows)
    expect(Object.keys((customFields ?? {}) as Json)).toEqual(customFields ? ['Frame size'] : []);
  expect((await sent()).filter((request) => request.includes('customFields'))).toHaveLength(1);
});

test('names in rows, in set and in onboarding', async () => {
  const { call, indexed } = await connect();
  const field = (value: string) => [{ field: 'bike model', value }];
  const { contact } = await call('onboard_contact', {
    email: 'new@example.com',
    firstName: 'New',
    customFields: field('A'),
    tasks: [{ title: 'Call', dueDate: '2026-12-01T10:00', assignedTo: 'theo brandt' }],
  });
  const { id } = contact as { id: string };
  const stored = async () => ((await call('get_contact', { contactId: id })).contact as Json).customFields;
  expect(await stored()).toEqual({ 'Bike model': 'A' });
  const { tasks } = await call('list_contact_tasks', { contactId: id });
  expect(tasks).toMatchObject([{ title: 'Call', assignedToName: 'Theo Brandt' }]);
  await call('bulk_upsert_contacts', { rows: [{ email: 'new@example.com', customFields: field('B') }] });
  expect(await stored()).toEqual({ 'Bike model': 'B' });
  indexed();
  const set = { customFields: field('C'), assignedTo: 'Sofia Reyes' };
  const { handle } = await call('bulk_update_contacts', { contacts: [id], set });
  await call('bulk_update_contacts', { contacts: [id], set, handle, confirm: true });
  expect(await stored()).toEqual({ 'Bike model': 'C' });
});

test('10,000 fields: a call with 200 names takes linear time', async () => {
  const customFields = Array.from({ length: 10_000 }, (_, at) => ({
    name: `Field ${at} of Ünits`,
    fieldKey: `field_${at}`,
  }));
  const sandboxed = createSandbox({ now: () => NOW, rate: 'off', ...withFields(customFields) });
  const { call } = await connect({ sandboxed });
  const values = Array.from({ length: 200 }, (_, at) => ({ field: `field ${at * 50} of units`, value: `v${at}` }));
  const started = performance.now();
  const { contact } = await call('update_contact', { contactId: ANN, customFields: values });
  expect(Object.keys((contact as Json).customFields as Json)).toHaveLength(200);
  expect(performance.now() - started).toBeLessThan(5_000);
});
