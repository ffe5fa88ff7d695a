import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { MAX_BYTES } from '../../../../src/tools/core/tool-result.ts';
import { CONTACTS, connect, textOf } from '../../../connect.ts';
import { allContacts, EXTERNAL, world, writes } from './world.ts';

describe('an existing contact', () => {
  test('is updated where values differ, with old and new values in the result', async () => {
    const server = await world();
    const args = {
      firstName: 'Ada',
      city: 'Evanston',
      email: 'ADA@moss.example',
      phone: '312-555-0101',
      tags: ['VIP', 'Club'],
      note: 'Wants a red one',
      tasks: [{ title: 'call back', dueDate: '2026-12-01T04:00:00-06:00' }],
      dndSettings: { SMS: { status: 'active' } },
      customFields: [
        { field: 'contact.bike', value: 'Cargo' },
        { field: EXTERNAL, value: 'A-1' },
      ],
    };
    const done = await server.call('onboard_contact', args);
    expect(done).toMatchObject({ created: false, tagsAdded: ['club'], note: { created: false } });
    expect(done.changed).toEqual([
      { field: 'city', old: 'Chicago', new: 'Evanston' },
      { field: 'customFields.Bike', old: 'Roadster', new: 'Cargo' },
    ]);
    expect(done.tasks).toMatchObject([{ title: 'Call  back', created: false }]);
    expect(done.contact).toMatchObject({ email: 'ada@moss.example', city: 'Evanston', tags: ['vip', 'club'] });
    expect(await writes(server)).toHaveLength(2);
    await server.call('onboard_contact', args);
    expect(await writes(server)).toEqual([]);
  });

  test('old and new owner are given by name', async () => {
    const server = await world();
    const give = (assignedTo: string) => server.call('onboard_contact', { email: 'ada@moss.example', assignedTo });
    expect((await give('Dana')).changed).toEqual([{ field: 'assignedToName', new: 'Dana' }]);
    expect((await give('ELI ')).changed).toEqual([{ field: 'assignedToName', old: 'Dana', new: 'Eli' }]);
  });

  test('values that are stored in another form are not written again', async () => {
    const server = await world();
    const args = {
      name: 'Ada Moss',
      email: 'ada@moss.example',
      dnd: true,
      dateOfBirth: '03/14/1990',
      companyName: 'Moss & Co',
      timezone: 'America/Chicago',
      dndSettings: { Email: { status: 'permanent' }, FB: { status: 'inactive' } },
      inboundDndSettings: { all: { status: 'active' } },
      customFields: [
        { field: 'spend', value: '1,200' },
        { field: 'since', value: '2026-01-02T15:00:00Z' },
        { field: 'mailings', value: ['Rides', 'News'] },
      ],
    };
    const { changed } = await server.call('onboard_contact', args);
    expect((changed as Json[]).map(({ field }) => field)).toEqual([
      'timezone',
      'dnd',
      'dndSettings',
      'inboundDndSettings',
      'dateOfBirth',
      'companyName',
      'customFields.Spend',
      'customFields.Since',
      'customFields.Mailings',
    ]);
    expect(await writes(server)).toHaveLength(1);
    expect(await server.call('onboard_contact', args)).toMatchObject({ changed: [] });
    expect(await writes(server)).toEqual([]);
  });

  test('an additional email identifies the contact and does not replace its primary email', async () => {
    const server = await world();
    const done = await server.call('onboard_contact', { email: 'ada@old.example', city: 'Evanston' });
    expect(done.contact).toMatchObject({ firstName: 'Ada', email: 'ada@moss.example' });
    expect(done.changed).toEqual([{ field: 'city', old: 'Chicago', new: 'Evanston' }]);
    expect(await allContacts(server)).toHaveLength(2);
  });

  test('values that HighLevel does not store are listed: gender, an empty value', async () => {
    const server = await world();
    const args = {
      email: 'ada@moss.example',
      gender: 'female',
      city: '',
    };
    const done = await server.call('onboard_contact', args);
    expect((done.notStored as Json[]).map(({ field }) => field).sort()).toEqual(['city', 'gender']);
    expect(done).toMatchObject({ changed: [], contact: { city: 'Chicago' } });
  });

  test.each([
    [{ field: 'shoe', value: '44' }, 'no custom field has the id, key or name "shoe"'],
    [{ field: 'mailings', value: ['Spam'] }, '"Mailings" takes one of its options, "News", "Rides"; not "Spam"'],
  ])('a custom field that HighLevel would drop is rejected: %j', async (field, message) => {
    const server = await world();
    const args = { email: 'ada@moss.example', city: 'Elgin', customFields: [field] };
    expect(await server.refused('onboard_contact', args)).toContain(message);
    expect(await writes(server)).toEqual([]);
  });

  test('a field that the account rejects on update is left out and the others are written', async () => {
    const server = await world({}, { switches: { companyNameOnPut: 'refuse' } });
    const done = await server.call('onboard_contact', { email: 'ada@moss.example', companyName: 'M', city: 'Elgin' });
    expect(done).toMatchObject({ changed: [{ field: 'city' }], notStored: [{ field: 'companyName' }] });
    expect(done).not.toHaveProperty('failed');
  });

  test('without the scope for custom fields an id identifies a contact, and a key is sent as given', async () => {
    const server = await world({ scopes: CONTACTS });
    const byId = {
      matchField: EXTERNAL,
      customFields: [
        { field: EXTERNAL, value: 'A-1' },
        { field: 'contact.bike', value: 'Cargo' },
      ],
    };
    const done = await server.call('onboard_contact', byId);
    expect(done.contact).toMatchObject({ firstName: 'Ada' });
    expect(done.changed).toEqual([{ field: 'customFields.contact.bike', old: 'Roadster', new: 'Cargo' }]);
    expect(await server.call('onboard_contact', byId)).toMatchObject({ changed: [] });
    const lost = { email: 'ada@moss.example', customFields: [{ field: 'shoe', value: '44' }] };
    expect(await server.call('onboard_contact', lost)).toMatchObject({ notStored: [{ field: 'customFields.shoe' }] });
    await server.sent();
    const byKey = { matchField: 'external_id', customFields: [{ field: 'contact.external_id', value: 'A-1' }] };
    expect(await server.refused('onboard_contact', byKey)).toContain('locations/customFields.readonly');
    expect(await server.sent()).toEqual([]);
  });

  test('a number in the national form of the location identifies its contact', async () => {
    const contacts = [{ firstName: 'Una', phone: '+442079460011' }];
    const server = await world({}, { data: { location: { country: 'GB' }, contacts } });
    const done = await server.call('onboard_contact', { phone: '020 7946 0011', lastName: 'Hart' });
    expect(done).toMatchObject({ created: false, contact: { firstName: 'Una' } });
    expect(await writes(server)).toHaveLength(1);
  });
});

test('a match value that HighLevel does not store is reported, and the same call finds the contact it created', async () => {
  const server = await world({ scopes: CONTACTS });
  const customFields = [{ field: 'cf000000000nothing', value: 'A-1' }];
  const args = { firstName: 'Ada', matchField: 'cf000000000nothing', customFields };
  const first = await server.call('onboard_contact', args);
  expect(first).toMatchObject({ created: true, notStored: [{ field: 'customFields.cf000000000nothing' }] });
  expect(first.notice).toContain('did not store the value of matchField');
  expect(await server.call('onboard_contact', args)).toMatchObject({
    created: false,
    contact: { id: (first.contact as Json).id },
  });
});

test('what was done is reported even where the contact alone exceeds the size limit', async () => {
  const tags = Array.from({ length: 1_500 }, (_, i) => `a rather long tag number ${i}`);
  const { client } = await connect({
    sandbox: { data: { contacts: [{ id: 'one', email: 'many@tags.example', tags }] } as never },
  });
  const args = { email: 'many@tags.example', tags: ['new'], note: 'Hello' };
  const result = await client.callTool({ name: 'onboard_contact', arguments: args });
  expect(Buffer.byteLength(textOf(result))).toBeLessThanOrEqual(MAX_BYTES);
  expect(result.structuredContent).toMatchObject({
    contact: { id: 'one' },
    created: false,
    tagsAdded: ['new'],
    note: { created: true },
    listsCut: { 'contact.tags': 1_501 },
  });
});
