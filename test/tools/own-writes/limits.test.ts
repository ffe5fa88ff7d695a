import { expect, test } from 'vitest';
import { ApiError } from '../../../src/api/errors.ts';
import { type Json, recordIn, rowsIn } from '../../../src/lib/json.ts';
import { createSandbox } from '../../../src/sandbox/index.ts';
import { createContact, listContacts } from '../../../src/tools/contacts.ts';
import { OwnWrites, SEARCH_INDEX_DELAY_MS } from '../../../src/tools/core/own-writes.ts';
import { addContactTags } from '../../../src/tools/tags.ts';
import { CONTACTS, connect, NOW } from '../../connect.ts';
import { ANN, openNames } from '../names/world.ts';
import { DELAY_MS, openTwins } from './twins.ts';

const open = (options: Parameters<typeof openNames>[0] = {}) =>
  openNames({ ...options, sandbox: { indexDelayMs: DELAY_MS, ...options.sandbox } });

const namesIn = (answer: Json): unknown[] => rowsIn(answer, 'contacts').map(({ firstName }) => firstName);
const idIn = (answer: Json): unknown => recordIn(answer, 'contact')?.id;

const created = (id: string): Json => ({ contact: { id, firstName: 'New', dateAdded: '2026-11-20T15:00:00.000Z' } });
const times = { now: () => 0, serverNow: () => 0 };

test('a thousand contacts are known, and each for the longest delay of the index', async () => {
  const writes = new OwnWrites();
  for (let at = 0; at < 1_200; at += 1)
    await writes.during(createContact, {}, times, Promise.resolve(created(`contact${at}`)));
  expect(writes.list(0)).toHaveLength(1_000);
  expect(writes.concern(listContacts, {}, SEARCH_INDEX_DELAY_MS - 1)).toBe(true);
  expect(writes.concern(listContacts, {}, SEARCH_INDEX_DELAY_MS)).toBe(false);
  expect(writes.list(0)).toEqual([]);
});

test('a write that was refused leaves nothing, and an uncertain one only what has to be read', async () => {
  const writes = new OwnWrites();
  const fail = (kind: 'refused' | 'unknownOutcome') =>
    writes
      .during(addContactTags, { contactId: ANN, tags: ['a'] }, times, Promise.reject(new ApiError('No.', kind, 400)))
      .catch(() => undefined);
  await fail('refused');
  expect(writes.list(0)).toEqual([]);
  await fail('unknownOutcome');
  expect(writes.get(ANN)?.known.kind).toBe('unknown');
  await writes.during(createContact, {}, times, Promise.resolve(created(ANN)));
  await fail('refused');
  expect(writes.get(ANN)?.known.kind).toBe('whole');
  await fail('unknownOutcome');
  expect(writes.get(ANN)?.known.kind).toBe('unknown');
});

test('of two writes at the same time neither answer is taken for the last state', async () => {
  const writes = new OwnWrites();
  const answers = [['a'], ['a', 'b']].map((tags) =>
    writes.during(addContactTags, { contactId: ANN, tags }, times, Promise.resolve({ tags })),
  );
  await Promise.all(answers);
  expect(writes.get(ANN)?.known.kind).toBe('unknown');
});

test('without own writes, and after the index shows them all, a list is one request', async () => {
  const server = await open({ scopes: CONTACTS });
  await server.call('search_contacts', { query: 'ann' });
  expect(server.requests()).toEqual(['POST /contacts/search']);
  await server.call('update_contact', { contactId: ANN, lastName: 'Zed' });
  server.advance(DELAY_MS);
  await server.call('search_contacts', { pageLimit: 1 });
  server.requests();
  for (const [tool, request] of [
    ['search_contacts', 'POST /contacts/search'],
    ['count_contacts', 'POST /contacts/search'],
    ['list_contacts', 'GET /contacts/'],
  ] as const) {
    await server.call(tool);
    expect(server.requests()).toEqual([request]);
  }
});

test('a list with own writes is two requests at most', async () => {
  const server = await open();
  for (const firstName of ['New', 'Newer', 'Newest']) await server.call('create_contact', { firstName });
  server.requests();
  await server.call('count_contacts');
  await server.call('list_contacts', { limit: 2 });
  expect(server.requests()).toHaveLength(4);
});

test('a filter that only HighLevel can compare says what may be missing', async () => {
  const server = await open();
  await server.call('create_contact', { firstName: 'New', phone: '+13125550199' });
  const wildcard = (value: string) => ({ filters: [{ field: 'phone', operator: 'wildcard', value }] });
  const answer = await server.call('search_contacts', wildcard('+1312*'));
  expect(answer).toMatchObject({ contacts: [], total: 0, notice: expect.stringContaining('get_contact is current') });
  expect((await server.call('search_contacts', { query: 'ann' })).notice).toBeUndefined();
});

test('of many contacts that only a read by id shows, ten are read with each call, and the rest is named', async () => {
  const contacts = Array.from({ length: 12 }, (_, at) => ({ firstName: `New ${at}` }));
  const sandboxed = createSandbox({ now: () => NOW, rate: 'off', indexDelayMs: DELAY_MS });
  const other = await connect({ sandboxed });
  const ids = [];
  for (const contact of contacts) ids.push(idIn(await other.call('create_contact', contact)));
  const server = await connect({ sandboxed });
  await server.call('bulk_update_contact_tags', { type: 'add', contacts: ids, tags: ['fresh'] });
  const fresh = { filters: [{ field: 'tags', operator: 'eq', value: 'fresh' }], pageLimit: 50 };
  const first = await server.call('search_contacts', fresh);
  expect(rowsIn(first, 'contacts')).toHaveLength(10);
  expect(first.notice).toContain('2 contacts');
  const second = await server.call('search_contacts', fresh);
  expect(rowsIn(second, 'contacts')).toHaveLength(12);
  expect(second.notice).toBeUndefined();
});

test('pages go on after a contact that lacks the values of the sort, and after one with long texts', async () => {
  const { call } = await connect({ sandbox: { data: { contacts: [] } } });
  const long = (first: string) => `${first}${'"'.repeat(600)}`;
  for (const firstName of ['a', 'b'].map(long))
    await call('create_contact', { firstName, lastName: long('l'), source: long('s') });
  for (const firstName of ['c', 'd']) await call('create_contact', { firstName });
  const sort = ['lastName', 'source', 'firstName'].map((field) => ({ field, direction: 'asc' }));
  const found: unknown[] = [];
  for (let next: unknown = { sort, pageLimit: 1 }; next; ) {
    const answer = await call('search_contacts', next as Json);
    found.push(...namesIn(answer));
    next = answer.next;
  }
  expect(found).toEqual([long('a'), long('b'), 'c', 'd']);
});

test('an upsert that found another contact shows in the row of that contact', async () => {
  const twins = await openTwins();
  await twins.write('upsert_contact', { email: 'seed3@example.com', firstName: 'Renamed' });
  const { contacts } = await twins.late.call('search_contacts', { query: 'renamed' });
  expect(contacts).toMatchObject([{ id: 'contactSeeded0000003', firstName: 'Renamed', lastName: 'Seed 3' }]);
});

test('the collection resource and its pages have every new contact once, and HighLevel gets its own cursors only', async () => {
  const server = await open();
  for (let at = 0; at < 45; at += 1) await server.call('create_contact', { firstName: `New ${at}` });
  const cursors: (string | null)[] = [];
  server.intercept(({ url }) => void cursors.push(new URL(url).searchParams.get('startAfterId')));
  const names: unknown[] = [];
  let uri: unknown = 'ghl://contacts';
  while (typeof uri === 'string') {
    const { contents } = await server.client.readResource({ uri });
    const [content] = contents;
    const page: Json = JSON.parse(content && 'text' in content ? content.text : '{}');
    names.push(...namesIn(page));
    uri = page.nextUri;
  }
  expect(names).toHaveLength(46);
  expect(new Set(names).size).toBe(46);
  expect(cursors.filter((cursor) => cursor?.includes('own'))).toEqual([]);
});

test('a name leads to a contact that was created or renamed a moment ago, before a write too', async () => {
  const server = await open();
  const id = idIn(await server.call('create_contact', { firstName: 'New', lastName: 'Person' }));
  await server.call('update_contact', { contactId: ANN, lastName: 'Zed' });
  const note = { body: 'Hello' };
  expect((await server.call('create_contact_note', { contactId: 'new person', ...note })).note).toMatchObject({
    contactId: id,
  });
  expect((await server.call('create_contact_note', { contactId: 'Ann Zed', ...note })).note).toMatchObject({
    contactId: ANN,
  });
  expect(await server.refused('create_contact_note', { contactId: 'Ann Lee', ...note })).toContain(
    'no contact has the full name',
  );
});

test('a bulk update reaches contacts that were created a moment ago, and not those deleted', async () => {
  const server = await open();
  const first = idIn(await server.call('create_contact', { firstName: 'New', tags: ['vip'] }));
  const second = idIn(await server.call('create_contact', { firstName: 'Gone', tags: ['vip'] }));
  await server.call('delete_contact', { contactId: second });
  const update = { filters: [{ field: 'tags', operator: 'eq', value: 'vip' }], addTags: ['gold'] };
  expect(await server.call('bulk_update_contacts', update)).toMatchObject({ changed: 1 });
  expect((await server.call('get_contact', { contactId: first })).contact).toMatchObject({ tags: ['vip', 'gold'] });
});
