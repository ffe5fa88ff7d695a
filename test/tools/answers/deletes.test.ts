import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { ANN, BEN, firstOf, openAnswers } from './world.ts';

describe('a delete shows what was deleted', () => {
  test('a contact in short form, with one read', async () => {
    const { call, sent } = await openAnswers();
    await call('list_users');
    await sent();
    expect(await call('delete_contact', { contactId: ANN })).toEqual({
      succeeded: true,
      contact: {
        id: ANN,
        firstName: 'Ann',
        lastName: 'Lee',
        email: 'ann@example.com',
        phone: '+13125550101',
        tags: ['vip'],
        assignedTo: expect.any(String),
        assignedToName: 'Dana Whitfield',
      },
    });
    expect((await sent()).filter((line) => line.includes('/contacts/'))).toEqual([
      `GET /contacts/${ANN}`,
      `DELETE /contacts/${ANN}`,
    ]);
  });

  test('without a read if the record was read a moment ago', async () => {
    const { call, sent } = await openAnswers();
    await call('get_contact', { contactId: BEN });
    await sent();
    expect(await call('delete_contact', { contactId: BEN })).toMatchObject({ contact: { firstName: 'Ben' } });
    expect(await sent()).toEqual([`DELETE /contacts/${BEN}`]);
  });

  test('a task, and a note with both ends of a long text', async () => {
    const server = await openAnswers();
    const { id: taskId } = await firstOf(server, 'task');
    expect(await server.call('delete_contact_task', { contactId: ANN, taskId })).toMatchObject({
      succeeded: true,
      task: { id: taskId, title: 'Call Ann', assignedToName: 'Dana Whitfield' },
    });
    const notes = (await server.call('list_contact_notes', { contactId: ANN, query: 'latex' })).notes as Json[];
    const { note } = await server.call('delete_contact_note', { contactId: ANN, noteId: notes[0]?.id });
    const { body } = note as { body: string };
    expect(body).toMatch(/^First visit\. x+… \[\d+ characters missing\] …x+ Allergic to latex\.$/);
    expect(body.length).toBeLessThan(600);
  });
});

describe('a delete does not depend on the read before it', () => {
  const READ = 'GET /contacts/{contactId}';
  const isDeleted = async ({ refused }: Awaited<ReturnType<typeof openAnswers>>) =>
    expect(await refused('get_contact', { contactId: BEN })).toContain('There is no contact');

  test.each([
    ['fails', { status: 500, body: {} }],
    ['is refused', { status: 403, body: { message: 'odd' } }],
    ['is about another contact', { status: 200, body: { contact: { id: ANN, firstName: 'Ann' } } }],
    ['has no contact', { status: 200, body: { contact: null } }],
  ])('the read %s: the contact is deleted and the answer shows only that', async (_, fault) => {
    const server = await openAnswers();
    server.sandbox.setFaults([{ route: READ, fault }]);
    expect(await server.call('delete_contact', { contactId: BEN })).toEqual({ succeeded: true });
    server.sandbox.setFaults([]);
    await isDeleted(server);
  });

  test('the read has no answer: the delete is sent after five seconds', async () => {
    const server = await openAnswers();
    server.sandbox.setFaults([{ route: READ, fault: { connection: 'hang' } }]);
    const before = server.now();
    expect(await server.call('delete_contact', { contactId: BEN })).toEqual({ succeeded: true });
    expect(server.now() - before).toBeLessThan(6_000);
    server.sandbox.setFaults([]);
    await isDeleted(server);
  });

  test('the scope to read is not in effect: the delete alone is sent', async () => {
    const { call, sent } = await openAnswers({ scopes: ['contacts.write'] });
    expect(await call('delete_contact', { contactId: BEN })).toEqual({ succeeded: true });
    expect(await sent()).toEqual([`DELETE /contacts/${BEN}`]);
  });

  test('a call that is cancelled during the read deletes nothing', async () => {
    const server = await openAnswers();
    server.sandbox.setFaults([{ route: READ, fault: { connection: 'hang' } }]);
    const leaving = new AbortController();
    const call = server.client.callTool({ name: 'delete_contact', arguments: { contactId: BEN } }, undefined, {
      signal: leaving.signal,
    });
    await server.wait(1_000);
    leaving.abort();
    await expect(call).rejects.toThrow();
    server.sandbox.setFaults([]);
    await server.wait(60_000);
    expect(await server.sent()).not.toContain(`DELETE /contacts/${BEN}`);
    expect(await server.call('get_contact', { contactId: BEN })).toMatchObject({ contact: { firstName: 'Ben' } });
  });

  test('the owner forbids the read by GHL_TOOLS: the delete alone is sent', async () => {
    const { call, sent } = await openAnswers({ select: '-get_contact' });
    expect(await call('delete_contact', { contactId: BEN })).toEqual({ succeeded: true });
    expect(await sent()).toEqual([`DELETE /contacts/${BEN}`]);
  });

  test('a contact that is gone is refused by the read, and nothing is written', async () => {
    const { call, refused, sent } = await openAnswers();
    await call('delete_contact', { contactId: BEN });
    await sent();
    expect(await refused('delete_contact', { contactId: BEN })).toContain(
      `There is no contact ${BEN} in this location`,
    );
    expect(await sent()).toEqual([`GET /contacts/${BEN}`]);
  });
});

test('a bulk change of tags: the answer has the tags that the first 25 contacts have now', async () => {
  const { call } = await openAnswers();
  const args = { type: 'add', contacts: [ANN, BEN, 'nobodyWithThisId0001'], tags: ['Spring'] };
  expect(await call('bulk_update_contact_tags', args)).toMatchObject({
    asked: 3,
    updated: 2,
    failed: [{ contactId: 'nobodyWithThisId0001' }],
    contacts: [
      { contactId: ANN, tags: ['vip', 'spring'] },
      { contactId: BEN, tags: ['spring'] },
    ],
  });
  const removed = await call('bulk_update_contact_tags', { ...args, type: 'remove', tags: [], removeAllTags: true });
  expect(removed.contacts).toEqual([{ contactId: ANN }, { contactId: BEN }]);
});

test('removed tags: the answer has the tags that are left', async () => {
  const { call } = await openAnswers();
  await call('add_contact_tags', { contactId: ANN, tags: ['Spring'] });
  const removed = await call('remove_contact_tags', { contactId: ANN, tags: ['VIP'] });
  expect(removed).toEqual({ tags: ['spring'], tagsRemoved: ['vip'] });
});
