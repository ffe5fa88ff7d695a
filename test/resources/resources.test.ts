import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test, vi } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import { overviewMarkdown, timelineMarkdown } from '../../src/resources/markdown.ts';
import { handClock } from '../api/steady-clock.ts';
import { CONTACTS, type Connected, connect, find } from '../connect.ts';

type Page = Json & { contacts: { id: string }[]; total: number; nextUri?: string };

async function page(client: Connected['client'], uri: string): Promise<Page> {
  const { contents } = await client.readResource({ uri });
  return JSON.parse((contents[0] as { text: string }).text) as Page;
}

async function pagesFrom(client: Connected['client'], uri: string | undefined): Promise<Page[]> {
  if (uri === undefined) return [];
  const here = await page(client, uri);
  return [here, ...(await pagesFrom(client, here.nextUri))];
}

describe('contacts as resources', () => {
  test('the list holds the collection, then also recent contacts, and sends nothing', async () => {
    const { client, call, sent } = await connect();
    expect((await client.listResources()).resources.map((r) => r.uri)).toEqual([
      'ghl://contacts',
      'ghl://status',
      'ghl://journal',
    ]);
    const maria = await find(call, 'maria');
    await call('get_contact', { contactId: maria.id });
    await sent();
    const { resources } = await client.listResources();
    expect(resources).toMatchObject([
      { uri: 'ghl://contacts' },
      { uri: 'ghl://status' },
      { uri: 'ghl://journal' },
      { uri: `ghl://contacts/${maria.id}`, name: `${maria.firstName} ${maria.lastName}` },
    ]);
    expect(await sent()).toEqual([]);
  });

  test('a contact and its three lists hold the results of their tools', async () => {
    const { client, call } = await connect();
    const { id } = await find(call, 'maria');
    for (const [part, tool] of [
      ['', 'get_contact'],
      ['/tasks', 'list_contact_tasks'],
      ['/notes', 'list_contact_notes'],
      ['/appointments', 'list_contact_appointments'],
    ]) {
      const { contents } = await client.readResource({ uri: `ghl://contacts/${id}${part}` });
      expect(contents).toMatchObject([{ mimeType: 'application/json', uri: `ghl://contacts/${id}${part}` }]);
      expect(JSON.parse((contents[0] as { text: string }).text)).toEqual(await call(String(tool), { contactId: id }));
    }
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map((t) => t.uriTemplate)).toEqual([
      'ghl://contacts/{contactId}',
      'ghl://contacts/{contactId}/tasks',
      'ghl://contacts/{contactId}/notes',
      'ghl://contacts/{contactId}/appointments',
      'ghl://contacts/{contactId}/overview',
      'ghl://contacts/{contactId}/timeline',
      'ghl://contacts/{contactId}/history',
      'ghl://contacts{?startAfter,startAfterId}',
    ]);
  });

  test.each([
    ['overview', 'get_contact_overview', overviewMarkdown],
    ['timeline', 'get_contact_timeline', timelineMarkdown],
  ])('%s is the result of %s as Markdown', async (part, tool, write) => {
    const { client, call } = await connect();
    const { id } = await find(call, 'maria');
    const { contents } = await client.readResource({ uri: `ghl://contacts/${id}/${part}` });
    expect(contents).toEqual([
      {
        uri: `ghl://contacts/${id}/${part}`,
        mimeType: 'text/markdown',
        text: write(await call(tool, { contactId: id }), id),
      },
    ]);
  });

  test('a timeline names the contact, and a time without a known zone is marked in both', async () => {
    const { client, call } = await connect({ scopes: CONTACTS });
    const { id } = await find(call, 'maria');
    const text = async (part: string) =>
      ((await client.readResource({ uri: `ghl://contacts/${id}/${part}` })).contents[0] as { text: string }).text;
    expect(await text('timeline')).toContain(`Of contact ${id}`);
    for (const part of ['overview', 'timeline'])
      expect(await text(part)).toContain('- 2026-11-22 09:00:00 (zone unknown) · ');
  });

  test.each([
    [
      { additionalEmails: [{ email: 'a@example.com' }, { email: 'b@example.com', validEmail: null }] },
      'a@example.com, b@example.com',
    ],
    [{ additionalPhones: [{ phone: '+13125550100', phoneLabel: 'Work' }] }, 'phone +13125550100, phoneLabel Work'],
    [{ customFields: { f1: { 0: 'red', 1: ['blue', { more: 'green' }] } } }, '0 red, 1 blue, green'],
    [{ additionalEmails: [null, [], {}] }, 'null, , '],
  ])('%j is written as text', (contact, expected) => {
    const page = overviewMarkdown({ contact, asOf: 'now' });
    expect(page).toContain(`: ${expected}\n`);
    expect(page).not.toContain('object Object');
  });

  test('an overview names users, businesses and custom fields in place of their ids', async () => {
    const { client, call } = await connect();
    const { id } = await find(call, 'maria lopez');
    const { contact } = await call('get_contact', { contactId: id });
    const { assignedTo, assignedToName, customFields } = contact as Json;
    const { contents } = await client.readResource({ uri: `ghl://contacts/${id}/overview` });
    const { text } = contents[0] as { text: string };
    expect(text).toContain(`- assignedToName: ${assignedToName}\n`);
    expect(text).not.toContain(String(assignedTo));
    expect(text).toContain('\n## Custom fields\n\n');
    for (const name of Object.keys(customFields as Json)) expect(text).toContain(`- ${name}: `);
  });

  test('the collection is paged: each page names the next, and together they hold each contact once', async () => {
    const { client, call, sent } = await connect({ scopes: CONTACTS });
    const { nextUri, ...first } = await page(client, 'ghl://contacts');
    expect(first).toEqual(await call('list_contacts'));
    await sent();
    const ids = [first, ...(await pagesFrom(client, nextUri))].flatMap(({ contacts }) => contacts.map(({ id }) => id));
    expect(ids).toHaveLength(first.total);
    expect(new Set(ids).size).toBe(first.total);
    expect(nextUri).toMatch(/^ghl:\/\/contacts\?startAfter=\d+&startAfterId=\w{20}$/);
    expect(await sent()).toHaveLength(2);
  });

  test.each([
    'ghl://contacts/../users',
    'ghl://contacts/a%2Fb',
    'ghl://contacts/abc/files',
    'ghl://contacts/',
    'file:///etc/passwd',
    'ghl://contacts/abc?x=1',
    'ghl://contacts?',
    'ghl://contacts?startAfter=1',
    'ghl://contacts?startAfterId=abc',
    'ghl://contacts?startAfter=1&startAfterId=a%2Fb',
    'ghl://contacts?startAfter=soon&startAfterId=abc',
    'ghl://contacts?startAfter=1&startAfter=2&startAfterId=abc',
    'ghl://contacts?startAfter=1&startAfterId=abc&limit=100',
    'ghl://contacts?query=maria',
    'ghl://contacts/abc/overview/more',
    'ghl://contacts/abc/constructor',
  ])('%s does not exist, and nothing is sent', async (uri) => {
    const { client, sent } = await connect();
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32002, data: { uri } });
    expect(await sent()).toEqual([]);
  });

  test('a contact that does not exist is reported as missing', async () => {
    const { client } = await connect();
    for (const part of ['', '/tasks', '/overview', '/timeline'])
      await expect(client.readResource({ uri: `ghl://contacts/seD4PfOuKoVMLkEZqohJ${part}` })).rejects.toMatchObject({
        code: -32002,
        data: { uri: `ghl://contacts/seD4PfOuKoVMLkEZqohJ${part}` },
        message: expect.stringMatching(/^MCP error -32002: There is no contact seD4PfOuKoVMLkEZqohJ/),
      });
  });

  test('without the scope nothing can be read', async () => {
    const { client, sent } = await connect({ scopes: ['contacts.write'] });
    expect((await client.listResources()).resources.map((r) => r.uri)).toEqual(['ghl://status']);
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([]);
    await expect(client.readResource({ uri: 'ghl://contacts' })).rejects.toThrow('needs the scope contacts.readonly');
    expect(await sent()).toEqual([]);
  });
});

describe('contacts in the list of resources', () => {
  test('a found or created contact is listed without a further request; a deleted one is not', async () => {
    const { client, call } = await connect();
    const named = async () => (await client.listResources()).resources.slice(3).map(({ name }) => name);
    const { contact } = await call('find_duplicate_contact', { email: 'maria.lopez@northshoremed.example' });
    await call('create_contact', { firstName: 'Nora', lastName: 'Finch' });
    expect(await named()).toEqual(['Nora Finch', 'Maria Lopez']);
    await call('delete_contact', { contactId: (contact as Json).id });
    expect(await named()).toEqual(['Nora Finch']);
  });

  test('without get_contact no contact is listed, and the host gets no notification', async () => {
    const { client, call } = await connect({ select: '-get_contact' });
    const onListChanged = vi.fn();
    client.setNotificationHandler(ResourceListChangedNotificationSchema, onListChanged);
    const { id } = await find(call, 'maria');
    await call('list_contact_tasks', { contactId: id });
    const uris = (await client.listResources()).resources.map(({ uri }) => uri);
    expect(uris).toEqual(['ghl://contacts', 'ghl://status', 'ghl://journal']);
    expect(onListChanged).not.toHaveBeenCalled();
  });

  test('the host is notified at once of a new contact in the list, and then at most once a second', async () => {
    const clock = handClock();
    const host = await connect({ timers: clock });
    const onListChanged = vi.fn();
    host.client.setNotificationHandler(ResourceListChangedNotificationSchema, onListChanged);
    const { contacts } = await host.call('list_contacts', { limit: 10 });
    expect(onListChanged).not.toHaveBeenCalled();
    for (const { id } of contacts as Json[]) await host.call('get_contact', { contactId: id });
    expect(onListChanged).toHaveBeenCalledTimes(1);
    await clock.advance(1_000);
    expect(onListChanged).toHaveBeenCalledTimes(2);
    await host.call('list_contact_notes', { contactId: (contacts as Json[])[0]?.id });
    await clock.advance(5_000);
    expect(onListChanged).toHaveBeenCalledTimes(2);
  });
});

test('a resource read after a write of this server is current, although reads are cached', async () => {
  const { client, call, sent } = await connect();
  const { id: contactId } = await find(call, 'maria');
  const [contact, notes] = [`ghl://contacts/${contactId}`, `ghl://contacts/${contactId}/notes`];
  const read = async (uri: string) => JSON.stringify(await client.readResource({ uri }));
  for (const uri of [contact, notes]) await read(uri);
  await sent();
  for (const uri of [contact, notes]) await read(uri);
  expect(await sent()).toEqual([]);
  await call('update_contact', { contactId, city: 'Evanston' });
  expect(await read(contact)).toContain('Evanston');
  await call('create_contact_note', { contactId, body: 'Prefers mornings.' });
  expect(await read(notes)).toContain('Prefers mornings.');
});
