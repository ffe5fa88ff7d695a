import { expect, test } from 'vitest';
import { type Json, openSandbox } from './api.ts';

/** Writes to a new contact and returns its custom fields by key. */
async function storedAfter(...writes: object[][]): Promise<Json> {
  const { get, create, put, read, locationId } = openSandbox();
  const definitions = (await get(`/locations/${locationId}/customFields`)).body.customFields;
  const id = await create({});
  for (const customFields of writes) await put(`/contacts/${id}`, { customFields });
  const keys = new Map(definitions.map((field: Json) => [field.id, field.fieldKey.replace('contact.', '')]));
  return Object.fromEntries((await read(id)).customFields.map((field: Json) => [keys.get(field.id), field.value]));
}

test('accepts a key with and without prefix, and a value under any of its names', async () => {
  expect(
    await storedAfter([
      { key: 'bike_model', field_value: 'Brompton' },
      { key: 'contact.frame_size', fieldValue: 52 },
      { key: 'membership', value: 'Plus' },
    ]),
  ).toEqual({ bike_model: 'Brompton', frame_size: 52, membership: 'Plus' });
});

test('accepts an id, and the response has ids only', async () => {
  const { get, create, read, locationId } = openSandbox();
  const [field] = (await get(`/locations/${locationId}/customFields`)).body.customFields;
  const contact = await read(await create({ customFields: [{ id: field.id, field_value: 'Brompton' }] }));
  expect(contact.customFields).toEqual([{ id: field.id, value: 'Brompton' }]);
});

test('an update merges, and an empty value clears', async () => {
  const first = [
    { key: 'bike_model', value: 'Brompton' },
    { key: 'frame_size', value: 52 },
  ];
  expect(await storedAfter(first, [{ key: 'frame_size', value: 54 }])).toEqual({
    bike_model: 'Brompton',
    frame_size: 54,
  });
  expect(await storedAfter(first, [{ key: 'frame_size', field_value: '' }])).toEqual({ bike_model: 'Brompton' });
});

test('unknown fields are dropped with a 200', async () => {
  expect(await storedAfter([{ key: 'no_such_field', value: 'x' }])).toEqual({});
});

test.each([
  ['lifetime_spend', '1,234.50', 1234.5],
  ['frame_size', 'large', undefined],
  ['mailings', ['Workshop news', 'Spam'], ['Workshop news']],
  ['mailings', true, ['true']],
  ['preferred_contact', 'Pigeon', undefined],
  ['last_service', '2026-03-01T10:00:00Z', '2026-03-01'],
  ['fit_measurements', { saddle: '740' }, { saddle: '740' }],
])('%s stores %j as %j', async (key, value, stored) => {
  expect((await storedAfter([{ key, value }]))[key]).toEqual(stored);
});
