import { describe, expect, test } from 'vitest';
import { type Json, recordIn } from '../../../src/lib/json.ts';
import type { Fault } from '../../../src/sandbox/index.ts';
import { CONTACTS, connect, find, NOW, type Options, READ, textOf } from '../../connect.ts';
import { recordingJournal } from '../../recording-journal.ts';
import { virtualClock } from '../virtual-clock.ts';

/** A server with a journal, one contact, and what the journal and the sandbox saw of one write. */
async function setUp(options: Options = {}) {
  const { journal, entries } = recordingJournal(true);
  const connected = await connect({ ...options, api: { journal, ...options.api } });
  const { id } = await find(connected.call, 'maria');
  connected.advance(5_000);
  await connected.sent();
  /** Runs a write, and returns its entry and the requests it took. */
  const write = async (tool: string, args: Json) => {
    entries.length = 0;
    await connected.sent();
    const result = await connected.client.callTool({ name: tool, arguments: args });
    const [entry, ...others] = entries;
    expect(others).toEqual([]);
    return { entry, sent: await connected.sent(), text: textOf(result) };
  };
  /** The same, without what was done in the last seconds. */
  const later = async (tool: string, args: Json) => {
    connected.advance(5_000);
    return write(tool, args);
  };
  return { ...connected, entries, id, write, later };
}

const UNREADABLE: Fault = { status: 500 };

describe('an entry has the record before and after, and costs at most one read', () => {
  test('of an update: only the fields that changed', async () => {
    const { id, later, call } = await setUp();
    const { contact } = await call('get_contact', { contactId: id });
    const old = contact as Json;
    const { entry, sent } = await later('update_contact', {
      contactId: id,
      city: 'Elsewhere',
      lastName: old.lastName,
      clear: ['source'],
      tags: ['vip'],
    });
    expect(entry).toMatchObject({
      contactId: id,
      contactName: `${old.firstName} ${old.lastName}`,
      before: { city: old.city, tags: old.tags },
      after: { city: 'Elsewhere', tags: ['vip'] },
    });
    expect(entry?.after).not.toHaveProperty('lastName');
    expect(entry).not.toHaveProperty('dropped');
    expect(sent).toEqual([`GET /contacts/${id}`, `PUT /contacts/${id}`]);
  });

  test('of custom fields: only those that changed, by id', async () => {
    const { id, later, call } = await setUp();
    const { customFields } = await call('list_custom_fields');
    const [field] = (customFields as Json[]).filter(({ dataType }) => dataType === 'TEXT');
    await call('update_contact', { contactId: id, customFields: [{ field: field?.id, value: 'first' }] });
    const { entry } = await later('update_contact', {
      contactId: id,
      customFields: [{ field: field?.id, value: 'second' }],
    });
    expect(entry).toMatchObject({
      before: { customFields: [{ id: field?.id, value: 'first' }] },
      after: { customFields: [{ id: field?.id, value: 'second' }] },
    });
  });

  test('of a create: nothing is read', async () => {
    const { later } = await setUp();
    const { entry, sent } = await later('create_contact', {
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@lee.example',
    });
    expect(entry).toMatchObject({
      contactName: 'Ann Lee',
      before: null,
      after: { id: entry?.contactId, firstName: 'Ann', lastName: 'Lee', email: 'ann@lee.example' },
    });
    expect(sent).toEqual(['POST /contacts/']);
  });

  test('of an upsert: the contact that has the email, or none', async () => {
    const { later } = await setUp();
    const email = 'ann@lee.example';
    const created = await later('upsert_contact', { email, firstName: 'Ann' });
    expect(created.entry).toMatchObject({ before: null, after: { email, firstName: 'Ann' } });
    const updated = await later('upsert_contact', { email, firstName: 'Anna' });
    expect(updated.entry).toMatchObject({
      contactId: created.entry?.contactId,
      before: { firstName: 'Ann' },
      after: { firstName: 'Anna' },
    });
    expect(updated.sent).toHaveLength(2);
  });

  test.each([
    ['task', 'title', { dueDate: '2026-12-01T15:00:00Z' }],
    ['note', 'body', {}],
  ])('of a %s: created, changed and deleted', async (kind, key, more) => {
    const { id: contactId, later, call } = await setUp();
    const created = await later(`create_contact_${kind}`, { contactId, [key]: 'First', ...more });
    const { id } = recordIn(created.entry, 'after') ?? {};
    expect(created.entry).toMatchObject({ before: null, after: { id, [key]: 'First' } });
    const ids = { contactId, [`${kind}Id`]: id };
    const changed = await later(`update_contact_${kind}`, { ...ids, [key]: 'Second' });
    expect(changed.entry).toMatchObject({ before: { [key]: 'First' }, after: { [key]: 'Second' } });
    expect(changed.sent).toHaveLength(2);
    expect(changed.entry?.contactName).toMatch(/^Maria /);
    const stored = (await call(`get_contact_${kind}`, ids))[kind] as Json;
    const deleted = await later(`delete_contact_${kind}`, ids);
    expect(deleted.entry).toMatchObject({ before: { id, [key]: stored[key] }, after: null });
    expect(deleted.sent).toHaveLength(2);
  });

  test('of a task that is completed', async () => {
    const { id: contactId, later, call } = await setUp();
    const { task } = await call('create_contact_task', { contactId, title: 'Call', dueDate: '2026-12-01T15:00:00Z' });
    const { entry } = await later('set_contact_task_completed', {
      contactId,
      taskId: (task as Json).id,
      completed: true,
    });
    expect(entry).toMatchObject({ before: { completed: false }, after: { completed: true } });
  });

  test('of tags and followers: the lists', async () => {
    const { id: contactId, later, call } = await setUp();
    const before = ((await call('get_contact', { contactId })).contact as Json).tags as string[];
    const added = await later('add_contact_tags', { contactId, tags: ['New', ...before.slice(0, 1)] });
    expect(added.entry).toMatchObject({ before: { tags: before }, after: { tags: [...before, 'new'] } });
    expect(added.sent).toHaveLength(2);
    const removed = await later('remove_contact_tags', { contactId, tags: ['new'] });
    expect(removed.entry).toMatchObject({ before: { tags: [...before, 'new'] }, after: { tags: before } });
    const { users } = await call('list_users');
    const [user] = users as Json[];
    const followed = await later('add_contact_followers', { contactId, followers: [user?.id] });
    expect(followed.entry).toMatchObject({ after: { followers: expect.arrayContaining([user?.id]) } });
  });

  test('of a deleted contact: all that is lost with it, one read for each kind', async () => {
    const { id: contactId, later, call } = await setUp();
    await call('create_contact_note', { contactId, body: 'Prefers mornings' });
    const { entry, sent } = await later('delete_contact', { contactId });
    const before = entry?.before as Json;
    expect(before.contact).toMatchObject({ id: contactId, firstName: 'Maria', tags: expect.any(Array) });
    expect(before.notes).toContainEqual(expect.objectContaining({ body: 'Prefers mornings' }));
    expect([before.tasks, before.appointments]).toEqual([expect.any(Array), expect.any(Array)]);
    expect(entry).toMatchObject({ contactId, after: null, outcome: 'done' });
    expect(sent.filter((request) => request.startsWith('GET'))).toHaveLength(4);
  });

  test('of bulk tags: for each contact, and nothing is read', async () => {
    const { id, later, call } = await setUp();
    const other = await find(call, 'tomasz');
    const { entry, sent } = await later('bulk_update_contact_tags', {
      type: 'add',
      contacts: [id, other.id, 'a'.repeat(20)],
      tags: ['winter'],
    });
    expect(entry?.contacts).toMatchObject([
      { contactId: id, contactName: 'Maria Lopez', after: { tags: expect.arrayContaining(['winter']) } },
      {
        contactId: other.id,
        contactName: expect.stringMatching(/^Tomasz /),
        after: { tags: expect.arrayContaining(['winter']) },
      },
    ]);
    for (const { before } of entry?.contacts ?? []) expect((before as Json).tags).not.toContain('winter');
    expect(sent).toHaveLength(1);
  });

  test('of a business for several contacts: one search', async () => {
    const { id, later, call, indexed } = await setUp();
    const { businesses } = await call('list_businesses');
    const [one] = businesses as Json[];
    const other = await find(call, 'tomasz');
    indexed();
    const { entry, sent } = await later('bulk_assign_contact_business', { ids: [id, other.id], businessId: one?.id });
    expect(entry?.contacts).toMatchObject([
      { contactId: id, after: { businessId: one?.id } },
      { contactId: other.id, after: { businessId: one?.id } },
    ]);
    for (const { before } of entry?.contacts ?? []) expect(before).toHaveProperty('businessId');
    const requests = sent.filter((request) => !request.startsWith('GET /businesses/'));
    expect(requests).toEqual(['POST /contacts/search', 'POST /contacts/bulk/business']);
  });

  test('of an enrolment: what was sent', async () => {
    const { id: contactId, later, call } = await setUp();
    const { workflows } = await call('list_workflows');
    const [workflow] = workflows as Json[];
    const ids = { contactId, workflowId: workflow?.id };
    const added = await later('add_contact_to_workflow', ids);
    expect(added.entry).toMatchObject({ before: null, after: { workflowId: workflow?.id } });
    expect((await later('remove_contact_from_workflow', ids)).entry).toMatchObject({
      before: { workflowId: workflow?.id },
      after: null,
    });
    expect((await later('remove_contact_from_all_campaigns', { contactId })).entry).toMatchObject({
      before: 'unknown',
      after: null,
    });
  });
});

describe('the read before a write', () => {
  test('is not made for what was read in the last seconds', async () => {
    const { id: contactId, call, write, later } = await setUp();
    await call('get_contact', { contactId });
    const { entry, sent } = await write('update_contact', { contactId, city: 'Near' });
    expect(sent).toEqual([`PUT /contacts/${contactId}`]);
    expect(entry?.before).toHaveProperty('city');
    expect((await later('update_contact', { contactId, city: 'Far' })).entry).toMatchObject({
      before: { city: 'Near' },
      after: { city: 'Far' },
    });
  });

  test('that fails does not stop the write, and the state before is unknown', async () => {
    const { id: contactId, sandbox, later } = await setUp();
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}', fault: UNREADABLE }]);
    const { entry } = await later('update_contact', { contactId, city: 'Elsewhere' });
    expect(entry).toMatchObject({ outcome: 'done', before: 'unknown', after: { city: 'Elsewhere' } });
  });

  test('is not made without its scope', async () => {
    const { journal, entries } = recordingJournal(true);
    const { call, sent, sandbox } = await connect({ scopes: ['contacts.write'], api: { journal } });
    const [contactId] = await seededIds(sandbox.fetch, sandbox);
    await call('add_contact_tags', { contactId, tags: ['new'] });
    expect(entries).toMatchObject([{ outcome: 'done', before: 'unknown', after: { tags: expect.any(Array) } }]);
    expect((await sent()).filter((request) => request.includes(String(contactId)))).toHaveLength(1);
  });

  test('is not made where the owner leaves values out', async () => {
    const { journal, entries } = recordingJournal(false);
    const { call, sent } = await connect({ api: { journal } });
    const { id: contactId } = await find(call, 'maria');
    await sent();
    await call('update_contact', { contactId, city: 'Elsewhere' });
    expect([entries.length, await sent()]).toEqual([1, [`PUT /contacts/${contactId}`]]);
  });
});

async function seededIds(
  fetch: (request: Request) => Promise<Response>,
  { token, locationId }: { token: string; locationId: string },
): Promise<string[]> {
  const headers = { authorization: `Bearer ${token}`, version: '2021-07-28' };
  const answer = await fetch(new Request(`http://sandbox.invalid/contacts/?locationId=${locationId}`, { headers }));
  return ((await answer.json()) as { contacts: { id: string }[] }).contacts.map(({ id }) => id);
}

describe('a write that was not done', () => {
  test('has its reason, and no change', async () => {
    const { later } = await setUp();
    const { entry } = await later('update_contact', { contactId: 'a'.repeat(20), city: 'Elsewhere' });
    expect(entry).toMatchObject({ outcome: 'refused', reason: 'missing', sent: { city: 'Elsewhere' } });
    expect([entry?.before, entry?.after]).toEqual([undefined, undefined]);
  });

  test('of which nobody knows whether it was, has the state before', async () => {
    const timers = virtualClock(NOW);
    const { id: contactId, sandbox, write } = await setUp({ timers });
    timers.tick(5_000);
    sandbox.setFaults([
      { route: 'PUT /contacts/{contactId}', fault: { connection: 'cut', strikes: 'after' } },
      { route: 'GET /contacts/{contactId}', nth: 2, fault: { answer: 'html' } },
      { route: 'GET /contacts/{contactId}', nth: 3, fault: { answer: 'html' } },
    ]);
    const { entry } = await write('update_contact', { contactId, city: 'Elsewhere' });
    expect(entry).toMatchObject({ outcome: 'unknown', reason: 'unknownOutcome', after: 'unknown' });
    expect(entry?.before).toHaveProperty('city');
  });
});

describe('what HighLevel did not store', () => {
  test('is named', async () => {
    const { later } = await setUp({ scopes: CONTACTS });
    const email = 'ann@lee.example';
    await later('create_contact', { email, firstName: 'Ann', gender: 'female' });
    const customFields = [{ field: 'z'.repeat(20), value: 'lost' }];
    const { entry } = await later('upsert_contact', { email, city: 'Elsewhere', gender: 'male', customFields });
    expect(entry).toMatchObject({ after: { city: 'Elsewhere' }, dropped: ['gender', 'customFields'] });
    expect(Object.keys(recordIn(entry, 'after') ?? {})).toEqual(['city']);
  });
});

describe('the origin of a write', () => {
  test('is the host, one conversation for each server, and one group for each run', async () => {
    const { call, entries, id } = await setUp();
    await call('update_contact', { contactId: id, city: 'Elsewhere' });
    await call('onboard_contact', { firstName: 'Ann', email: 'ann@lee.example', tags: ['new'], note: 'Came by' });
    await call('onboard_contact', { firstName: 'Bob', email: 'bob@lee.example', note: 'Came by' });
    expect(new Set(entries.map(({ conversation }) => conversation)).size).toBe(1);
    expect(entries[0]).toMatchObject({ host: { name: 'test', version: '0' } });
    expect(entries[0]?.group).toBeUndefined();
    const groups = entries.slice(1).map(({ group }) => group);
    expect([groups.includes(undefined), new Set(groups).size]).toEqual([false, 2]);
    const other = await setUp();
    await other.call('update_contact', { contactId: other.id, city: 'Elsewhere' });
    expect(other.entries[0]?.conversation).not.toBe(entries[0]?.conversation);
  });

  test('is one group for a bulk run that several calls continue', async () => {
    const { call, entries, sandbox, id } = await setUp();
    const other = await find(call, 'tomasz');
    sandbox.setFaults([
      {
        route: 'PUT /contacts/{contactId}',
        nth: 2,
        fault: { status: 401, body: { statusCode: 401, message: 'Invalid JWT' } },
      },
    ]);
    let answer = await call('bulk_update_contacts', {
      contacts: [id, other.id],
      addTags: ['run'],
      set: { city: 'Elsewhere' },
    });
    sandbox.setFaults([]);
    while (answer.next) answer = await call('bulk_update_contacts', answer.next as Json);
    expect(entries.length).toBeGreaterThan(2);
    expect(new Set(entries.map(({ group }) => group))).toEqual(new Set([expect.stringMatching(/^update-/)]));
  });
});

test('a bulk update reads no contact for the journal that its search has shown', async () => {
  const { call, entries, id, sent, indexed } = await setUp();
  const other = await find(call, 'tomasz');
  indexed();
  await sent();
  const set = { city: 'Elsewhere', lastName: 'Same' };
  await call('bulk_update_contacts', { contacts: [id, other.id], set });
  expect((await sent()).sort()).toEqual(
    ['POST /contacts/search', `PUT /contacts/${id}`, `PUT /contacts/${other.id}`].sort(),
  );
  expect(entries).toMatchObject(
    [...entries].map(() => ({ before: { city: expect.any(String), lastName: expect.any(String) }, after: set })),
  );
  indexed();
  await sent();
  entries.length = 0;
  // Search does not show these.
  const dndSettings = { SMS: { status: 'active' } };
  await call('bulk_update_contacts', { contacts: [id], set: { dndSettings } });
  expect((await sent()).filter((request) => request.startsWith('GET'))).toEqual([`GET /contacts/${id}`]);
  expect(entries).toMatchObject([{ after: { dndSettings } }]);
});

describe('a call that the owner does not permit', () => {
  test.each([
    ['delete_contact', { scopes: READ }, 'scope'],
    ['delete_contact', { scopes: CONTACTS, select: '-delete' }, 'selection'],
    ['onboard_contact', { scopes: READ }, 'scope'],
  ])('%s with %j is journalled as refused', async (tool, options, reason) => {
    const { journal, entries } = recordingJournal(true);
    const { refused, sent } = await connect({ ...options, api: { journal } });
    await refused(tool, { contactId: 'a'.repeat(20) });
    expect(entries).toMatchObject([
      { tool, contactId: 'a'.repeat(20), outcome: 'refused', reason, attempts: 0, host: { name: 'test' } },
    ]);
    expect(await sent()).toEqual([]);
  });

  test('because of one argument is journalled as well; a read is not', async () => {
    const { journal, entries } = recordingJournal(true);
    const { refused } = await connect({ select: '-tags', api: { journal } });
    await refused('create_contact', { firstName: 'Ann', tags: ['new'] });
    expect(entries).toMatchObject([{ tool: 'create_contact', outcome: 'refused', reason: 'selection' }]);
    const other = recordingJournal(true);
    const reader = await connect({ scopes: [], api: { journal: other.journal } });
    await reader.refused('get_contact', { contactId: 'a'.repeat(20) });
    await reader.refused('no_such_tool', {});
    expect(other.entries).toEqual([]);
  });
});
