import { describe, expect, test } from 'vitest';
import { CONTACTS, connect, find } from './connect.ts';

describe('contacts as resources', () => {
  test('the list is the collection at first, then also whom one has met, and sends nothing', async () => {
    const { client, call, sent } = await connect();
    expect((await client.listResources()).resources.map((r) => r.uri)).toEqual(['ghl://contacts', 'ghl://status']);
    const maria = await find(call, 'maria');
    await call('get_contact', { contactId: maria.id });
    await sent();
    const { resources } = await client.listResources();
    expect(resources).toMatchObject([
      { uri: 'ghl://contacts' },
      { uri: 'ghl://status' },
      { uri: `ghl://contacts/${maria.id}`, name: `${maria.firstName} ${maria.lastName}` },
    ]);
    expect(await sent()).toEqual([]);
  });

  test('a contact and the three lists below it read as their tools answer', async () => {
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
    ]);
  });

  test('the collection is the first page of the list', async () => {
    const { client, call } = await connect({ scopes: CONTACTS });
    const { contents } = await client.readResource({ uri: 'ghl://contacts' });
    expect(JSON.parse((contents[0] as { text: string }).text)).toEqual(await call('list_contacts'));
  });

  test.each([
    'ghl://contacts/../users',
    'ghl://contacts/a%2Fb',
    'ghl://contacts/abc/files',
    'ghl://contacts/',
    'file:///etc/passwd',
    'ghl://contacts/abc?x=1',
  ])('%s is no resource, and nothing is sent', async (uri) => {
    const { client, sent } = await connect();
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32002 });
    expect(await sent()).toEqual([]);
  });

  test('a contact that does not exist is said to be missing', async () => {
    const { client } = await connect();
    await expect(client.readResource({ uri: 'ghl://contacts/seD4PfOuKoVMLkEZqohJ' })).rejects.toThrow(
      'There is no contact seD4PfOuKoVMLkEZqohJ',
    );
  });

  test('without the scope there is nothing to read', async () => {
    const { client, sent } = await connect({ scopes: ['contacts.write'] });
    expect((await client.listResources()).resources.map((r) => r.uri)).toEqual(['ghl://status']);
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([]);
    await expect(client.readResource({ uri: 'ghl://contacts' })).rejects.toThrow('needs the scope contacts.readonly');
    expect(await sent()).toEqual([]);
  });
});
