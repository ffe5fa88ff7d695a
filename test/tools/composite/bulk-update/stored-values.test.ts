import { describe, expect, test } from 'vitest';
import { CONTACTS } from '../../../connect.ts';
import { ASSIGN, BUSINESS, FIELD, idOf, ids, PUT, people, TAGS, world } from './world.ts';

describe('values that HighLevel accepts but does not store are failures', () => {
  const custom = (field: string, value: unknown) => ({ contacts: ids(2), set: { customFields: [{ field, value }] } });
  const customFields = [
    FIELD,
    { id: 'fieldSpend0000000000', name: 'Spend', fieldKey: 'spend', dataType: 'MONETORY' },
    { id: 'fieldSince0000000000', name: 'Since', fieldKey: 'since', dataType: 'DATE' },
    { id: 'fieldMails0000000000', name: 'Mails', fieldKey: 'mails', dataType: 'CHECKBOX', picklistOptions: ['A', 'B'] },
  ];
  const withTypes = () =>
    world(people(2), { scopes: CONTACTS, sandbox: { data: { contacts: people(2), customFields } } });

  test.each([
    ['an unknown custom field', { customFields: [{ field: 'noSuchField000000000', value: 'x' }] }, 'noSuchField'],
    ['an invalid value', { customFields: [{ field: 'fieldSpend0000000000', value: 'much' }] }, 'fieldSpend'],
    ['an unknown key', { customFields: [{ field: 'nosuch', value: 'x' }], city: 'Rome' }, 'nosuch'],
  ])('%s, without the scope to read custom fields', async (_, set, name) => {
    const { bulk } = await withTypes();
    expect(await bulk({ contacts: ids(2), set })).toMatchObject({
      asked: 2,
      changed: 0,
      failed: 2,
      failures: [
        { step: 'fields', reason: expect.stringContaining(`does not show what was given for customFields.${name}`) },
        {},
      ],
    });
  });

  test.each([
    [TAGS, { succeded: false, errorCount: 2 }, { addTags: ['new'] }, 2],
    [TAGS, { succeded: true, responses: [{ contactId: idOf(0), tagsAdded: ['new'] }] }, { addTags: ['new'] }, 1],
    [ASSIGN, { success: false }, { businessId: BUSINESS }, 2],
    [PUT, { succeded: false }, { set: { city: 'Rome' } }, 2],
  ])('%s with the response %j', async (route, body, change, failed) => {
    const server = await world(people(2));
    server.sandbox.setFaults([{ route, fault: { status: 200, body } }]);
    expect(await server.bulk({ contacts: ids(2), ...change })).toMatchObject({ asked: 2, changed: 2 - failed, failed });
  });

  test('a field that null does not clear', async () => {
    const { bulk } = await world(people(2), { sandbox: { switches: { nullClears: false } } });
    expect(await bulk({ contacts: ids(2), set: { clear: ['source'], city: 'Rome' } })).toMatchObject({
      changed: 0,
      failed: 2,
      failures: [{ reason: expect.stringContaining('given for source;') }, {}],
    });
  });

  test('a value that is stored in another form is a success', async () => {
    const { bulk } = await withTypes();
    for (const args of [
      custom('fieldSpend0000000000', '1250'),
      custom('fieldSince0000000000', '2026-11-20'),
      custom('fieldMails0000000000', ['B', 'A']),
      custom(FIELD.id, ' Roadster '),
      custom(FIELD.id, ''),
      { contacts: ids(2), set: { clear: ['source', 'name', 'address1'] } },
    ])
      expect(await bulk(args)).toMatchObject({ asked: 2, failed: 0, left: 0 });
  });
});
