import { beforeAll, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { ADDED_BY_HOSTS } from '../../../src/tools/core/read-arguments.ts';
import { toolDefinition } from '../../../src/tools/core/tool-schema.ts';

import { tools } from '../../../src/tools/index.ts';
import { connect, find, textOf } from '../../connect.ts';
import { answerTo, type ExampleCall, everyCall } from '../../every-tool.ts';

interface Schema extends Json {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const schemaOf = (name: string): Schema => {
  const tool = tools.find((each) => each.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  return toolDefinition(tool).inputSchema;
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Arguments with null for every property that is not given, at every depth. */
function withNulls(value: unknown, { properties, items }: Schema): unknown {
  if (Array.isArray(value) && items) return value.map((item) => withNulls(item, items));
  if (!isObject(value) || !properties) return value;
  const nulls = Object.fromEntries(Object.keys(properties).map((name) => [name, null]));
  const given = Object.entries(value).map(([name, inner]) => [name, withNulls(inner, properties[name] ?? {})]);
  return { ...nulls, ...Object.fromEntries(given) };
}

/** Arguments with JSON text for every list, object, number, and yes or no, where the schema takes no text. */
function asText(value: unknown, schema: Schema): unknown {
  const wanted = schema.anyOf ? undefined : schema.type;
  return typeof value === 'string' || wanted === undefined || wanted === 'string' ? value : JSON.stringify(value);
}

const withText = (args: Json, { properties = {} }: Schema): Json =>
  Object.fromEntries(Object.entries(args).map(([name, value]) => [name, asText(value, properties[name] ?? {})]));

/** The structured half but for the notice, which may name the nulls, and the random end of cursors and handles. */
const dataOf = async (tool: string, what: string, args: Json): Promise<unknown> => {
  const { isError, structuredContent, content } = await answerTo({ tool, what, args });
  expect(isError, `${tool}, ${what}: ${content[0]?.text}`).toBeUndefined();
  const { notice: _, ...data } = structuredContent ?? {};
  return JSON.parse(JSON.stringify(data).replace(/("(cursor|handle)":"[\w]+)-\w+"/g, '$1"'));
};

/** Every call with the data that it returns as it is. */
const plain: { readonly call: ExampleCall; readonly data: unknown }[] = [];
beforeAll(async () => {
  for (const call of await everyCall()) plain.push({ call, data: await dataOf(call.tool, call.what, call.args) });
});

test('every tool returns the same with null for arguments not given, and with arguments that hosts add', async () => {
  const added = Object.fromEntries(Object.keys(ADDED_BY_HOSTS).map((name) => [name, true]));
  for (const { call, data } of plain) {
    const { tool, what, args } = call;
    const nulls = withNulls(args, schemaOf(tool)) as Json;
    expect(await dataOf(tool, what, { ...nulls, ...added }), `${tool}, ${what}`).toEqual(data);
  }
}, 60_000);

test('every tool returns the same with JSON text for lists, objects, numbers and booleans', async () => {
  for (const { call, data } of plain) {
    const { tool, what, args } = call;
    expect(await dataOf(tool, what, withText(args, schemaOf(tool))), `${tool}, ${what}`).toEqual(data);
  }
}, 60_000);

test('null for all arguments means none, and JSON text of all of them is parsed', async () => {
  const { client } = await connect();
  const schema = { parse: (answer: unknown) => answer, safeParse: (data: unknown) => ({ success: true, data }) };
  const answerTo = async (form: Json) => {
    const params = { name: 'list_users', ...form };
    return (await client.request({ method: 'tools/call', params } as never, schema as never)) as Json;
  };
  const none = [null, '{}', '{"limit":"5"}', '', 'null', '[]', []].map((given) => ({ arguments: given }));
  for (const form of [{}, ...none])
    expect((await answerTo(form)).structuredContent, JSON.stringify(form)).toHaveProperty('users');
  for (const given of ['maria', '{"limit":', '5', 5, true, ['a']])
    expect(await answerTo({ arguments: given }), JSON.stringify(given)).toMatchObject({
      isError: true,
      content: [{ text: 'Nothing was sent. The arguments must be an object.' }],
    });
});

test.each(Object.keys(ADDED_BY_HOSTS))(
  'the argument %s that a host adds to every call is not rejected',
  async (name) => {
    const { call, refused, sent } = await connect();
    expect((await call('list_users', { [name]: true })).users).toBeInstanceOf(Array);
    await sent();
    // Only at the root, and no other unknown argument.
    const row = { field: 'email', operator: 'exists', [name]: true };
    expect(await refused('search_contacts', { filters: [row] })).toContain(`Unknown argument "${name}" in filters[0]`);
    expect(await refused('list_users', { [`${name}s`]: true })).toContain(`Unknown argument "${name}s"`);
    expect(await refused('list_users', { wait: null })).toContain('Unknown argument "wait"');
    expect(await sent()).toEqual([]);
  },
);

test('a required argument that is null is reported as missing and nothing else', async () => {
  const { refused } = await connect();
  expect(await refused('get_contact', { contactId: null })).toContain('contactId is missing');
  const strip = { type: 'remove', contacts: ['a'], tags: null, removeAllTags: true };
  expect(await refused('bulk_update_contact_tags', strip)).toBe('Nothing was sent. tags is missing.');
});

test('a due date cannot be emptied, and no message says that it can', async () => {
  const { call, refused } = await connect();
  const { id: contactId } = await find(call, 'maria lopez');
  expect(await refused('update_contact_task', { contactId, taskId: 'x', dueDate: null })).not.toContain('To empty');
});

test('a filter without its value, or with an invalid one, selects no contact for a write', async () => {
  const { refused, sent } = await connect();
  const operators = ['eq', 'not_eq', 'contains', 'not_contains', 'range', 'contains_set', 'wildcard'];
  const empty = [{ value: null }, {}, { gte: null, lte: null }, { value: { gte: null } }];
  for (const filter of operators.flatMap((operator) => empty.map((none) => ({ field: 'city', operator, ...none }))))
    expect(
      await refused('bulk_update_contacts', { filters: [filter], set: { city: 'Gary' } }),
      JSON.stringify(filter),
    ).toContain('filters[0] needs field and operator (and a value');
  for (const operator of ['exists', 'not_exists'])
    expect(await refused('search_contacts', { filters: [{ field: 'email', operator, value: false }] })).toContain(
      'filters[0] has a value, which exists and not_exists do not take',
    );
  expect(await sent()).toEqual([]);
});

test('a custom field in a filter is given by id, key or name; an unknown one is rejected', async () => {
  const { call, refused, sent } = await connect();
  const filter = (field: string) => ({ filters: [{ group: 'OR', filters: [{ field, operator: 'exists' }] }] });
  const { customFields } = await call('list_custom_fields');
  const [field] = customFields as Json[];
  const known = await call('search_contacts', filter(`customFields.${field?.id}`));
  expect(known.total).toBeGreaterThan(0);
  for (const word of ['bike_model', 'Bike model', 'BIKE MODEL']) {
    const { contacts, total } = await call('search_contacts', filter(`customFields.${word}`));
    expect({ contacts, total }).toEqual({ contacts: known.contacts, total: known.total });
    expect(await call('count_contacts', filter(`customFields.${word}`))).toMatchObject({ total: known.total });
  }
  await sent();
  for (const tool of ['search_contacts', 'count_contacts'])
    expect(await refused(tool, filter('customFields.bike_modle'))).toMatch(
      /no custom field has .*"bike_modle"\. Nearest: "Bike model"/,
    );
  expect(await sent()).not.toContain('POST /contacts/search');
});

test('a field that is both cleared and set is rejected', async () => {
  const { refused } = await connect();
  const both = { city: 'Gary', clear: ['city'] };
  expect(await refused('update_contact', { contactId: 'a', ...both })).toContain('clear names a field that is given');
  expect(await refused('bulk_update_contacts', { contacts: ['a'], set: both })).toContain('set.clear names a field');
});

test('find_duplicate_contact finds a phone in any format, and rejects a part of a number', async () => {
  const { call, refused, sent } = await connect();
  const spellings = [
    '+13125550101',
    '(312) 555-0101',
    '312-555-0101',
    '1 312 555 0101',
    '+1 (312) 555 0101',
    3125550101,
  ];
  for (const number of spellings) {
    const { contact, notice } = await call('find_duplicate_contact', { number });
    expect(contact, String(number)).toMatchObject({ firstName: 'Maria' });
    expect(notice).toBe(number === '+13125550101' ? undefined : 'number read as +13125550101.');
  }
  await sent();
  expect(await refused('find_duplicate_contact', { number: '555-0101' })).toContain('must be a whole phone number');
  expect((await sent()).filter((line) => line.includes('duplicate'))).toEqual([]);
});

const NULLS = 'null means "not given" and was not applied: ';
test.each<[string, (ids: { contactId: string; noteId: unknown; taskId: unknown }) => Json, string]>([
  [
    'create_contact',
    () => ({ email: 'n.w@example.com', firstName: null, dndSettings: { Call: null }, tags: null }),
    'firstName, dndSettings.Call, tags. To empty a field use update_contact with clear.',
  ],
  [
    'update_contact',
    ({ contactId }) => ({ contactId, city: 'Gary', lastName: null, clear: null }),
    'lastName. To empty a field name it in clear.',
  ],
  [
    'upsert_contact',
    () => ({ email: 'n.w@example.com', companyName: null, createNewIfDuplicateAllowed: null }),
    'companyName. To empty a field use update_contact with clear.',
  ],
  [
    'onboard_contact',
    () => ({
      email: 'n.w@example.com',
      tasks: [{ title: 'Call', dueDate: '2026-12-01T09:00', body: null }],
      businessId: null,
      matchField: null,
    }),
    'tasks[].body, businessId. To empty a field use update_contact with clear. To unlink a business use unlinkBusiness: true of bulk_update_contacts.',
  ],
  [
    'bulk_upsert_contacts',
    () => ({
      rows: [
        { email: 'n.w@example.com', lastName: null },
        { email: 'o.w@example.com', lastName: null },
      ],
      handle: null,
    }),
    'rows[].lastName. To empty a field use update_contact with clear.',
  ],
  [
    'bulk_update_contacts',
    ({ contactId }) => ({
      contacts: [contactId],
      set: { city: 'Gary', lastName: null },
      businessId: null,
      query: null,
    }),
    'set.lastName, businessId. To empty a field name it in set.clear. To unlink a business use unlinkBusiness: true.',
  ],
  [
    'update_contact_task',
    ({ contactId, taskId }) => ({ contactId, taskId, title: 'Call', body: null }),
    'body. To empty a text give "".',
  ],
  [
    'update_contact_note',
    ({ contactId, noteId }) => ({ contactId, noteId, body: 'Called', title: null }),
    'title. To empty a text give "".',
  ],
])('%s names the nulls it did not apply', async (tool, make, expected) => {
  const { call } = await connect({ timezone: 'America/Chicago' });
  const { id: contactId } = await find(call, 'maria lopez');
  const { lastName } = (await call('get_contact', { contactId })).contact as Json;
  const idIn = async (name: string, key: string) =>
    ((await call(name, { contactId }))[key] as Json[]).map(({ id }) => id)[0];
  const ids = {
    contactId,
    noteId: await idIn('list_contact_notes', 'notes'),
    taskId: await idIn('list_contact_tasks', 'tasks'),
  };
  const { notice } = await call(tool, make(ids));
  expect(String(notice)).toContain(NULLS + expected);
  expect(((await call('get_contact', { contactId })).contact as Json).lastName).toBe(lastName);
});

test('a read adds no notice about nulls, nor does a write with null for an option', async () => {
  const { call } = await connect();
  const { id } = await find(call, 'maria lopez');
  expect(await call('get_contact', { contactId: id, fields: null })).not.toHaveProperty('notice');
  const args = { type: 'add', contacts: [id], tags: ['x'], removeAllTags: null };
  expect(JSON.stringify(await call('bulk_update_contact_tags', args))).not.toContain('null means');
});

test('an update with only nulls says that null empties no field', async () => {
  const { refused, call, sent } = await connect();
  const { id: contactId } = await find(call, 'maria lopez');
  await sent();
  expect(await refused('update_contact', { contactId, lastName: null })).toBe(
    `Nothing was sent. give at least one field to change. ${NULLS}lastName. To empty a field name it in clear.`,
  );
  expect(await sent()).toEqual([]);
});

test('businessId null unlinks no contact; unlinkBusiness does', async () => {
  const { call, refused, sent, advance } = await connect();
  const [business] = (await call('list_businesses')).businesses as Json[];
  const members = async () => {
    // The list lags behind writes.
    advance(60_000);
    return ((await call('list_contacts_by_business', { businessId: business?.id })).contacts as Json[]).map(
      ({ id }) => id,
    );
  };
  const ids = await members();
  expect(ids.length).toBeGreaterThan(0);
  await call('bulk_update_contacts', { contacts: ids, addTags: ['x'], businessId: null });
  expect(await members()).toEqual(ids);
  await sent();
  expect(await refused('bulk_update_contacts', { contacts: ids, businessId: null })).toContain('give what to change');
  expect(await refused('bulk_assign_contact_business', { ids, businessId: null })).toContain(
    'give either businessId, or unlinkBusiness: true',
  );
  for (const tool of ['bulk_update_contacts', 'bulk_assign_contact_business'])
    expect(
      await refused(tool, {
        [tool === 'bulk_update_contacts' ? 'contacts' : 'ids']: ids,
        businessId: business?.id,
        unlinkBusiness: true,
      }),
    ).toContain('give either businessId, or unlinkBusiness: true');
  expect(await sent()).toEqual([]);
  const [first, ...others] = ids;
  expect(await call('bulk_assign_contact_business', { ids: [first], unlinkBusiness: true })).toMatchObject({
    updated: 1,
  });
  expect(await members()).toEqual(others);
  expect(await call('bulk_update_contacts', { contacts: others, unlinkBusiness: true })).toMatchObject({
    changed: others.length,
  });
  expect(await members()).toEqual([]);
});

test('text that is JSON of another type, or text for a text argument, is not changed', async () => {
  const { refused, call } = await connect();
  expect(await refused('add_contact_tags', { contactId: 'a', tags: '{"a":1}' })).toContain('tags must be an array');
  expect(await refused('add_contact_tags', { contactId: 'a', tags: 'vip' })).toContain('tags must be an array');
  expect(await refused('search_location_tasks', { fields: 'title,phone' })).toMatch(/fields must be an array\.$/);
  expect(await refused('list_contacts', { limit: '"5"' })).toContain('limit must be a number');
  expect(await refused('create_contact', { dnd: 'yes' })).toContain('dnd must be a boolean');
  const { contact } = await call('create_contact', { firstName: '["a"]', lastName: '5', source: 'true' });
  expect(contact).toMatchObject({ firstName: '["a"]', lastName: '5', source: 'true' });
});

test('numbers are accepted as text for phones, postal codes and custom values, but not for ids', async () => {
  const { call, refused, sent } = await connect();
  const fields = [
    { field: 'bike_model', value: 29 },
    { field: 'frame_size', value: 56 },
  ];
  const { contact } = await call('create_contact', {
    email: 'n.w@example.com', phone: 13125550187, postalCode: 60601, customFields: fields,
  }); // biome-ignore format: one person
  expect(contact).toMatchObject({ phone: '+13125550187', postalCode: '60601' });
  await sent();
  await call('find_duplicate_contact', { number: 13125550187 });
  expect((await sent()).at(-1)).toContain('number=%2B13125550187');
  expect(await refused('get_contact', { contactId: 12345 })).toContain('contactId must be a string');
  expect(await refused('create_contact', { firstName: 5 })).toContain('firstName must be a string');
  expect(await refused('create_contact', { email: 'a@b.example', phone: 1.5 })).toContain('phone must be a string');
});

test('an entry of a TEXTBOX_LIST field is set by label or id', async () => {
  const { client, call, refused } = await connect();
  const { id: contactId } = await find(call, 'maria lopez');
  const entry = (part: string, value: string) => ({ field: `Fit measurements / ${part}`, value });
  const customFields = [entry('reach (MM)', '402'), { field: 'bike_model', value: 'Trek' }, entry('saddle', '735')];
  const written = await client.callTool({ name: 'update_contact', arguments: { contactId, customFields } });
  expect(textOf(written)).toContain('give every part that is to stay');
  const stored = async (id: unknown) => ((await call('get_contact', { contactId: id })).contact as Json).customFields;
  const expected = {
    'Bike model': 'Trek',
    'Fit measurements / Reach (mm)': '402',
    'Fit measurements / Saddle height (mm)': '735',
  };
  expect(await stored(contactId)).toMatchObject(expected);
  const row = { email: 'n.w@example.com', customFields };
  const { contact } = await call('onboard_contact', row);
  expect(await stored((contact as Json).id)).toEqual(expected);
  const rows = [{ email: 'o.w@example.com', customFields }];
  const [account] = (await call('bulk_upsert_contacts', { rows })).rows as Json[];
  expect(await stored(account?.contactId)).toEqual(expected);

  expect(await refused('update_contact', { contactId, customFields: [entry('shoe', '44')] })).toContain(
    'no custom field has the id, key or name "Fit measurements / shoe"',
  );
  const whole = [{ field: 'fit_measurements', value: '735' }];
  expect(await refused('update_contact', { contactId, customFields: whole })).toContain(
    'each as a field: "Fit measurements / Saddle height (mm)", "Fit measurements / Reach (mm)"',
  );
});
