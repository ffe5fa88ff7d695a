import { expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { refuseUnknownKeys } from '../../../src/tools/core/row-keys.ts';
import { connectChanged } from '../../changed-answers.ts';
import { connect, find } from '../../connect.ts';
import { isAvailable, operations } from '../../openapi/description.ts';

const LISTS: readonly (readonly [tool: string, unknown: string, message: RegExp])[] = [
  [
    'search_contacts',
    'emial',
    /fields has "emial" \(did you mean email\?\).*They have: id, firstName, .*, or customFields\. and a name\./,
  ],
  ['search_contacts', 'address', /"address" \(did you mean address1\?\)/],
  ['list_changed_contacts', 'owner', /They have: id, firstName, .*, change, status/],
  ['list_contacts', 'owner', /fields has "owner", which these rows do not have\. They have: id, /],
  ['list_contact_tasks', 'due', /They have: id, title, body, assignedTo, .*contactId\./],
  ['list_contact_notes', 'text', /They have: id, body, /],
  ['list_contact_appointments', 'start', /They have: id, title, startTime, /],
  ['get_contact', 'surname', /"surname"/],
  ['list_users', 'mail', /They have: id, name, /],
  ['list_custom_fields', 'type', /dataType/],
  ['list_businesses', 'title', /They have: id, name, phone/],
  ['list_calendars', 'title', /They have: id, name, description/],
  ['list_workflows', 'state', /did you mean status|They have: id, name, status/],
  ['list_campaigns', 'colour', /They have: id, name, status/],
  ['list_location_tags', 'colour', /They have: id, name/],
  ['get_location', 'zone', /timezone/],
];

test.each(LISTS)('%s refuses the unknown key %s, with the keys that its rows have', async (tool, key, message) => {
  const { call, refused } = await connect();
  const { id: contactId } = await find(call, 'maria');
  const args =
    tool.includes('contact_') || tool === 'get_contact'
      ? { contactId }
      : tool.includes('changed')
        ? { since: '2026-11-01' }
        : {};
  const text = await refused(tool, { ...args, fields: ['id', key] });
  expect(text).toMatch(/^Nothing is shown: fields has /);
  expect(text).toMatch(message);
});

test('keys that are known are empty where a row lacks them, and internal ones may be asked for', async () => {
  const { call } = await connect();
  const fields = ['firstName', 'gender', 'searchAfter', 'assignedToName', 'customFields.Bike model'];
  const { contacts } = await call('search_contacts', { fields, pageLimit: 2 });
  expect((contacts as Json[]).every((row) => 'firstName' in row && 'searchAfter' in row && !('gender' in row))).toBe(
    true,
  );
});

const shapes = isAvailable
  ? [
      ['contacts', 'GET /contacts/{contactId}', 'contact'],
      ['tasks', 'GET /contacts/{contactId}/tasks', 'tasks'],
      ['notes', 'GET /contacts/{contactId}/notes', 'notes'],
      ['events', 'GET /contacts/{contactId}/appointments', 'events'],
    ]
  : [];
test.each(shapes)('every key of %s in the official description may be asked for', (key, route, under) => {
  const schema: unknown = operations.get(String(route))?.responses['200']?.content?.['application/json']?.schema;
  const { [String(under)]: record } = (schema as { properties: Record<string, { items?: object }> }).properties;
  const { properties } = (record?.items ?? record) as { properties: Record<string, object> };
  expect(Object.keys(properties).length).toBeGreaterThan(4);
  expect(() => refuseUnknownKeys(Object.keys(properties), String(key))).not.toThrow();
});

test('a key that is new in the answer of HighLevel is accepted', async () => {
  const { call } = await connectChanged((answer, { url }) => {
    const { contacts } = answer as { contacts?: Json[] };
    return url.endsWith('/contacts/search') && contacts
      ? { ...(answer as Json), contacts: contacts.map((row) => ({ ...row, score: 7 })) }
      : answer;
  });
  const { contacts } = await call('search_contacts', { fields: ['score'], pageLimit: 1 });
  expect(contacts).toEqual([{ score: 7 }]);
});

test('hostile names are quoted and cut', async () => {
  const { refused } = await connect();
  const text = await refused('search_contacts', { fields: Array.from({ length: 50 }, (_, i) => `key${i}`) });
  expect(text).toContain('fields has "key0", "key1", "key2", "key3", "key4", which');
  expect(await refused('search_contacts', { fields: ['a" b'] })).toContain('must be a key of the rows');
});
