import { expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';

import { MAX_BYTES, ToolAnswer } from '../../../src/tools/core/tool-result.ts';
import { connectChanged } from '../../changed-answers.ts';
import { connect, find, textOf } from '../../connect.ts';
import { answerTo, everyCall } from '../../every-tool.ts';

const people = (count: number, extra: (i: number) => Json = () => ({})) => ({
  contacts: Array.from({ length: count }, (_, i) => ({
    firstName: `Ada${i}`, lastName: 'Byron-Example', email: `ada${i}@byron.example`, phone: `+1512555${String(1000 + i)}`, ...extra(i),
  })), // biome-ignore format: one person
});
const sandbox = (count: number, extra?: (i: number) => Json) => ({ data: people(count, extra) as never });

test('the text of every result equals its structured half byte for byte, and there is no other content', async () => {
  for (const call of await everyCall()) {
    const named = `${call.tool}, ${call.what}`;
    const { content, structuredContent, isError } = await answerTo(call);
    expect(isError, named).toBeUndefined();
    expect(content, named).toEqual([{ type: 'text', text: JSON.stringify(structuredContent) }]);
    // In memory the object arrives as it was sent: what JSON would lose or change must not be in it.
    expect(JSON.parse(JSON.stringify(structuredContent)), named).toStrictEqual(structuredContent);
  }
});

test('a response without the expected values gives a result without undefined values', async () => {
  const [contactId, other] = ['seD4PfOuKoVMLkEZqohJ', 'b1vH0cZqYpXk3mT7sRwA'];
  const answer = new ToolAnswer({ succeeded: undefined, failed: [undefined], rate: Number.NaN, contactId, other });
  expect(answer.structuredContent).toStrictEqual({ failed: [null], rate: null, contactId, other });
  expect(answer.content).toEqual([{ type: 'text', text: JSON.stringify(answer.structuredContent) }]);
});

test('the JSON of an answer is that of its two halves', () => {
  const answer = new ToolAnswer({
    name: 'Zoë "Z" \ud83d\ude00',
    half: '\ud83d',
    lines: 'a\nb',
    none: undefined,
    list: [{ n: 1 }],
  });
  expect(ToolAnswer.jsonOf(answer)).toBe(JSON.stringify(answer));
  expect(ToolAnswer.jsonOf({ ...answer })).toBeUndefined();
});

test('a stored value of whitespace is shown, a value of no characters is not', async () => {
  const { call } = await connect();
  const { id: contactId } = await find(call, 'maria');
  await call('update_contact', { contactId, city: ' ', clear: ['state'] });
  const { contact } = await call('get_contact', { contactId });
  expect(contact).toMatchObject({ city: ' ' });
  expect(contact).not.toHaveProperty('state');
});

test('resources have one row per line', async () => {
  const { client } = await connect();
  const { contents } = await client.readResource({ uri: 'ghl://contacts' });
  const text = (contents[0] as { text: string }).text;
  expect(text.split('\n').filter((line) => line.startsWith('{"id"')).length).toBeGreaterThan(5);
});

test('a default page is under 8 KB, and a default row has only its keys', async () => {
  const { client } = await connect({
    sandbox: sandbox(60, () => ({ tags: ['a', 'b'], companyName: 'Acme', notes: [{ body: 'x'.repeat(900) }] })),
  });
  for (const name of ['list_contacts', 'search_contacts']) {
    const result = await client.callTool({ name, arguments: {} });
    expect(Buffer.byteLength(textOf(result))).toBeLessThan(8_000);
    for (const row of (result.structuredContent as { contacts: Json[] }).contacts) {
      expect(['id', 'firstName', 'lastName', 'email', 'phone', 'companyName', 'tags', 'assignedTo']).toEqual(
        expect.arrayContaining(Object.keys(row)),
      );
    }
  }
});

test.each([
  ['list_contacts', { limit: 100 }],
  ['search_contacts', { pageLimit: 500 }],
  ['search_contacts', { pageLimit: 7, sort: [{ field: 'dateAdded', direction: 'asc' }] }],
  ['list_contacts', {}],
])('%s %j: next leads through all rows, each once', async (name, args) => {
  const long = (i: number) => ({ companyName: `Long ${'x'.repeat(i % 3 ? 20 : 900)}` });
  const { call } = await connect({ sandbox: sandbox(230, long) });
  const seen: unknown[] = [];
  let next: Json | undefined = args;
  for (let pages = 0; next && pages < 60; pages += 1) {
    const page: Json = await call(name, next);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_BYTES);
    seen.push(...(page.contacts as Json[]).map((row) => row.id));
    next = page.next as Json | undefined;
  }
  expect(seen).toHaveLength(230);
  expect(new Set(seen).size).toBe(230);
});

test('a list without paging in the API accepts limit and skip and sends neither', async () => {
  const notes = Array.from({ length: 45 }, (_, i) => ({ body: `note ${i} ${'y'.repeat(500)}` }));
  const { call, sent } = await connect({ sandbox: sandbox(1, () => ({ notes })) });
  const { contacts } = await call('list_contacts');
  const contactId = (contacts as Json[])[0]?.id;
  await sent();
  const page = await call('list_contact_notes', { contactId, limit: 10, skip: 40 });
  expect(page.notes).toHaveLength(5);
  expect(page.total).toBe(45);
  expect(page.next).toBeUndefined();
  expect(await sent()).toEqual([`GET /contacts/${contactId}/notes`]);
  const first = await call('list_contact_notes', { contactId });
  expect((first.notes as Json[]).length).toBeLessThan(20);
  expect(first.next).toEqual({ contactId, skip: (first.notes as Json[]).length });
});

test('a long value is truncated with a mark in lists and is longer in a single record', async () => {
  const { call } = await connect({ sandbox: sandbox(1, () => ({ notes: [{ body: 'z'.repeat(9_000) }] })) });
  const contactId = ((await call('list_contacts')).contacts as Json[])[0]?.id;
  const [row] = (await call('list_contact_notes', { contactId })).notes as Json[];
  expect(row?.body).toMatch(/^z+… \[8000 characters missing\] …z+$/);
  const { note } = await call('get_contact_note', { contactId, noteId: row?.id });
  expect((note as Json).body).toHaveLength(9_000);
});

test('one contact by id has no lower-case copies, attribution or empty values; fields returns them', async () => {
  const { call } = await connect();
  const [{ id: contactId } = { id: '' }] = (await call('search_contacts', { query: 'maria', pageLimit: 1 }))
    .contacts as Json[];
  const { contact } = (await call('get_contact', { contactId })) as { contact: Json };
  for (const key of ['firstNameLowerCase', 'emailLowerCase', 'attributionSource', 'locationId', 'createdBy'])
    expect(contact).not.toHaveProperty(key);
  expect(Object.values(contact)).not.toContain(null);
  const some = await call('get_contact', { contactId, fields: ['id', 'firstNameLowerCase'] });
  expect(some.contact).toEqual({ id: contactId, firstNameLowerCase: 'maria' });
});

test.each([
  [1_363_132_800_000, '2013-03-13'],
  [-315_619_200_000, '1960-01-01'],
  ['2013-03-13T00:00:00.000Z', '2013-03-13'],
  ['2013-03-13', '2013-03-13'],
  ['03/13/2013', '03/13/2013'],
])('a date of birth that search returns as %j is %s, as by id', async (sent, shown) => {
  const { call } = await connectChanged((body) => {
    const { contacts } = body as { contacts?: Json[] };
    return contacts ? { ...(body as Json), contacts: contacts.map((row) => ({ ...row, dateOfBirth: sent })) } : body;
  });
  for (const tool of ['search_contacts', 'list_contacts', 'list_changed_contacts']) {
    const { contacts } = await call(tool, {
      fields: ['dateOfBirth'],
      ...(tool === 'list_changed_contacts' ? { since: '2026-01-01' } : {}),
    });
    expect((contacts as Json[])[0]?.dateOfBirth, tool).toBe(shown);
  }
});

test.each([
  ['2013-01-01T00:00:00.000Z', '2013-01-01'],
  ['2013-01-01', '2013-01-01'],
  [1_356_998_400_000, '2013-01-01'],
  // A time and an amount are no day.
  ['2013-01-01T09:30:00.000Z', '2013-01-01T09:30:00.000Z'],
  [1_356_998_400_001, 1_356_998_400_001],
  [86_400_000, 86_400_000],
])('a custom value that search returns as %j is %j', async (sent, shown) => {
  const { call } = await connectChanged((body) => {
    const { contacts } = body as { contacts?: Json[] };
    const customFields = [{ id: 'f1', value: sent }];
    return contacts ? { ...(body as Json), contacts: contacts.map((row) => ({ ...row, customFields })) } : body;
  });
  const { contacts } = await call('search_contacts', { fields: ['customFields'] });
  expect((contacts as Json[])[0]?.customFields).toEqual({ f1: shown });
});

test('envelope keys are present if they are empty', async () => {
  const { call } = await connect({ sandbox: sandbox(1) });
  const contactId = ((await call('list_contacts')).contacts as Json[])[0]?.id;
  expect(await call('list_contact_tasks', { contactId })).toEqual({ tasks: [], total: 0 });
  expect(await call('find_duplicate_contact', { email: 'nobody@nowhere.example' })).toEqual({ contact: null });
});

test('hidden characters in a note are removed', async () => {
  const { client } = await connect({ sandbox: sandbox(1, () => ({ notes: [{ body: 'safe\u202E\u200B text' }] })) });
  const { structuredContent } = await client.callTool({ name: 'list_contacts', arguments: {} });
  const contactId = (structuredContent as { contacts: Json[] }).contacts[0]?.id;
  const result = await client.callTool({ name: 'list_contact_notes', arguments: { contactId } });
  expect(textOf(result)).toContain('safe text');
});
