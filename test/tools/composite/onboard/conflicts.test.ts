import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { CONTACTS, type Connected } from '../../../connect.ts';
import { allContacts, data, EXTERNAL, world, writes } from './world.ts';

describe('a lookup response that proves nothing creates no contact', () => {
  const html = '<html>404 Not Found</html>';
  const READ = 'GET /contacts/{contactId}';
  const LOOKUP = 'GET /contacts/search/duplicate';
  const SEARCH = 'POST /contacts/search';
  const match = { matchField: EXTERNAL, customFields: [{ field: EXTERNAL, value: 'A-1' }], firstName: 'Ada' };
  const mail = { email: 'ada@moss.example', firstName: 'Ada' };
  test.each<[string, string, Json, Json]>([
    ['an HTML page of a gateway instead of the contact', READ, { status: 404, body: html }, match],
    [
      'an error that HighLevel does not send',
      READ,
      { status: 400, body: { message: 'Bad Request: malformed' } },
      match,
    ],
    ['an empty object instead of the contact', READ, { status: 200, body: {} }, match],
    ['an error with status 200', READ, { status: 200, body: { statusCode: 500, message: 'x' } }, match],
    ['another contact', READ, { status: 200, body: { contact: { id: 'somebodyelse00000001' } } }, match],
    ['an empty object instead of a lookup', LOOKUP, { status: 200, body: {} }, mail],
    ['an empty object instead of a search', SEARCH, { status: 200, body: {} }, match],
  ])('%s', async (_, route, fault, args) => {
    const server = await world();
    server.sandbox.setFaults([{ route, fault }]);
    await server.refused('onboard_contact', args);
    expect(await writes(server)).toEqual([]);
    const [row] = (await server.call('bulk_upsert_contacts', { rows: [args] })).rows as Json[];
    expect(row).toMatchObject({ outcome: 'failed' });
    server.sandbox.setFaults([]);
    expect(await allContacts(server)).toHaveLength(2);
  });
});

describe('one phone number, two people', () => {
  test('a known phone with another first name and another email is a conflict; nothing is written', async () => {
    const server = await world();
    const cara = { firstName: 'Cara', lastName: 'Moss', email: 'cara@moss.example', phone: '+13125550102' };
    const message = await server.refused('onboard_contact', cara);
    expect(message).toContain('who has another first name and another email: nothing was written');
    expect(await writes(server)).toEqual([]);
    const { phone: _, ...without } = cara;
    expect(await server.call('onboard_contact', without)).toMatchObject({ created: true });
  });

  test('the first name may be part of a whole name, also if the last name is given apart', async () => {
    const server = await world();
    const cara = { name: 'Cara Moss', lastName: 'Moss', email: 'cara@moss.example', phone: '+13125550102' };
    expect(await server.refused('onboard_contact', cara)).toContain('another first name and another email');
    expect(await writes(server)).toEqual([]);
  });

  test('a known phone with the same first name is the same person with a new email', async () => {
    const server = await world();
    const ben = { firstName: 'ben', email: 'ben.moss@new.example', phone: '+13125550102' };
    expect(await server.call('onboard_contact', ben)).toMatchObject({
      created: false,
      changed: expect.arrayContaining([{ field: 'email', old: 'ben@moss.example', new: 'ben.moss@new.example' }]),
    });
  });
});

describe('values that identify two contacts', () => {
  const ids = async (server: Connected) =>
    Object.fromEntries((await allContacts(server)).map(({ firstName, id }) => [firstName, id]));

  test.each([
    ['email and phone', { email: 'ada@moss.example', phone: '+13125550102' }],
    [
      'email and match field',
      { email: 'ben@moss.example', matchField: EXTERNAL, customFields: [{ field: EXTERNAL, value: 'A-1' }] },
    ],
    [
      'phone and match field',
      {
        phone: '3125550102',
        matchField: 'contact.external_id',
        customFields: [{ field: 'external_id', value: 'A-1' }],
      },
    ],
  ])('%s of different contacts are a conflict; nothing is written', async (_, args) => {
    const server = await world();
    const { Ada, Ben } = await ids(server);
    const message = await server.refused('onboard_contact', { ...args, city: 'Elgin', tags: ['x'] });
    expect(message).toContain(`contact ${Ada}`);
    expect(message).toContain(`contact ${Ben}`);
    expect(message).toContain('nothing was written');
    expect(await writes(server)).toEqual([]);
  });

  test('one match value on two contacts is a conflict', async () => {
    const server = await world();
    const { Ben } = await ids(server);
    await server.call('update_contact', { contactId: Ben, customFields: [{ field: EXTERNAL, value: 'A-1' }] });
    server.indexed();
    const args = { matchField: EXTERNAL, customFields: [{ field: EXTERNAL, value: 'A-1' }] };
    expect(await server.refused('onboard_contact', args)).toMatch(
      /matchField leads to contact \w+, matchField leads to/,
    );
  });

  test('an update that HighLevel rejects as a duplicate is a conflict', async () => {
    // Without the country the server reads this number as North American, and HighLevel as British.
    const british = {
      ...data,
      location: { country: 'GB' },
      contacts: [
        { firstName: 'Una', phone: '+442079460011' },
        { firstName: 'Vic', email: 'vic@moss.example' },
      ],
    };
    const server = await world({ scopes: CONTACTS }, { data: british });
    const { Una, Vic } = await ids(server);
    const message = await server.refused('onboard_contact', {
      email: 'vic@moss.example',
      phone: '020 7946 0011',
      tags: ['x'],
    });
    expect(message).toContain(`email leads to contact ${Vic}`);
    expect(message).toContain(`belongs to another person: ${Una} (name "`);
    expect((await allContacts(server)).find(({ id }) => id === Vic)).not.toHaveProperty('phone');
    expect(await server.call('get_contact', { contactId: Vic })).not.toHaveProperty('contact.tags');
  });
});
