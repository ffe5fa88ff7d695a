import { describe, expect, test } from 'vitest';
import { createApi } from '../../../src/api/client.ts';
import { fixedCredential } from '../../../src/api/credentials.ts';
import { SettingError } from '../../../src/lib/errors.ts';
import { silent } from '../../../src/lib/log.ts';
import { parseScopes, parseSelection, resolveToolAccess } from '../../../src/tools/core/tool-access.ts';
import { endpoints, tools } from '../../../src/tools/index.ts';
import { CONTACTS, connect, READ } from '../../connect.ts';

const names = (select: string, scopes: Parameters<typeof resolveToolAccess>[1] = CONTACTS) =>
  resolveToolAccess(tools, scopes, parseSelection(select, tools)).offered.map((tool) => tool.name);

describe('GHL_SCOPES', () => {
  test('accepts spaces, commas and scopes of other parts of HighLevel', () => {
    expect(parseScopes('contacts.readonly,  locations/tags.readonly opportunities.write')).toEqual({
      scopes: ['contacts.readonly', 'locations/tags.readonly'],
      others: ['opportunities.write'],
    });
  });
  test.each([
    'conversations/message.readonly', 'users.write', 'locations/tags.write', 'locations/customValues.readonly',
    'products.readonly', 'forms.readonly', 'companies.readonly', 'oauth.readonly', 'oauth.write', 'phonenumbers.read',
    'calendars/groups.readonly', 'payments/custom-provider.write', 'wordpress.site.readonly', 'saas/location.write',
  ])('ignores %s, which belongs to another part of HighLevel', (other) => {
    expect(parseScopes(`contacts.readonly ${other}`)).toEqual({ scopes: ['contacts.readonly'], others: [other] });
  }); // biome-ignore format: a list
  test.each([
    ['contacts.raedonly', 'contacts.readonly'],
    ['contact.write', 'contacts.write'],
    ['contcats.write', 'contacts.write'],
    ['Contacts.Write', 'contacts.write'],
    ['contacts.read', 'contacts.readonly'],
    ['contacts.wirte', 'contacts.write'],
    ['contacts', 'contacts.readonly'],
    ['location.readonly', 'locations.readonly'],
    ['locations/tag.readonly', 'locations/tags.readonly'],
    ['locations/customfields.readonly', 'locations/customFields.readonly'],
    ['calendars/event.readonly', 'calendars/events.readonly'],
    ['workflow.readonly', 'workflows.readonly'],
  ])('rejects the misspelt scope %s and suggests the nearest name', (word, meant) => {
    expect(() => parseScopes(`contacts.readonly, ${word}`)).toThrow(
      new SettingError(`GHL_SCOPES: "${word}" is not a scope; did you mean ${meant}?`),
    );
  });
  test.each(['*', 'everything', 'read,write', 'all of them'])('rejects an invalid scope: %s', (word) => {
    expect(() => parseScopes(word)).toThrow(
      / is not a scope\. Use names such as contacts\.readonly or contacts\.write/,
    );
  });
});

describe('GHL_TOOLS', () => {
  test('accepts families and sets, each with or without a minus', () => {
    expect(names('tasks,-delete')).toEqual([
      'list_contact_tasks',
      'get_contact_task',
      'create_contact_task',
      'update_contact_task',
      'set_contact_task_completed',
    ]);
    expect(names('notes -create_contact_note -delete -read')).toEqual(['update_contact_note']);
    expect(names('get_contact')).toEqual(['get_contact']);
    expect(names('bulk')).toEqual([
      'bulk_update_contact_tags',
      'bulk_assign_contact_business',
      'bulk_upsert_contacts',
      'bulk_update_contacts',
    ]);
    expect(names('automation,-read')).toHaveLength(5);
    expect(names('-flows,-write')).toHaveLength(10);
    expect(names('-write')).toHaveLength(10 + 6);
    expect(names('-flows')).toHaveLength(32);
    expect(names('')).toHaveLength(32 + 11);
  });
  test('removes tools and never adds any', () => {
    expect(names('write,delete,create_contact', READ)).toEqual([]);
    expect(names('lookups', READ)).toEqual([]);
    expect(names('flows', READ)).toHaveLength(6);
    expect(names('flows', ['contacts.write'])).toEqual([]);
  });
  test('forbids what has a minus in other tools too, but not what is only unnamed', () => {
    const forbidden = (select: string) => [
      ...resolveToolAccess(tools, CONTACTS, parseSelection(select, tools)).forbidden,
    ];
    expect(forbidden('flows,-create_contact_note')).toEqual([['create_contact_note', '-create_contact_note']]);
    expect(forbidden('-followers')).toEqual([
      ['add_contact_followers', '-followers'],
      ['remove_contact_followers', '-followers'],
    ]);
    expect(forbidden('onboard_contact')).toEqual([]);
  });
  test('rejects an unknown name', () => {
    expect(() => parseSelection('contacts,taks', tools)).toThrow('GHL_TOOLS: "taks" is no family, tool or set.');
  });
});

describe('a call of a hidden tool', () => {
  test('names the missing scope and how to grant it, and sends nothing', async () => {
    const { refused, sent } = await connect({ scopes: READ });
    const text = await refused('delete_contact', { contactId: 'abc' });
    expect(text).toContain('delete_contact needs the scope contacts.write');
    expect(text).toContain('GHL_SCOPES');
    expect(await sent()).toEqual([]);
  });
  test('names the read scope that a composite tool that writes also needs', async () => {
    const { refused, sent } = await connect({ scopes: ['contacts.write'] });
    expect(await refused('onboard_contact')).toContain('onboard_contact needs the scope contacts.readonly');
    expect(await sent()).toEqual([]);
  });
  test('says that the owner disabled it', async () => {
    const { refused } = await connect({ select: '-delete' });
    expect(await refused('delete_contact', { contactId: 'abc' })).toContain('switched off by GHL_TOOLS');
  });
  test('names the setting that the owner has not given, which the instructions name as well', async () => {
    const { client, refused, sent } = await connect();
    expect(await refused('export_contacts')).toBe(
      'export_contacts is off until the owner sets GHL_EXPORT_DIR and restarts the server; nothing was sent.',
    );
    expect(client.getInstructions()).toContain('Off until the owner sets GHL_EXPORT_DIR: export_contacts.');
    expect(await sent()).toEqual([]);
    const open = await connect({ exportFolder: '/nonexistent' });
    expect((await open.client.listTools()).tools.map(({ name }) => name)).toContain('export_contacts');
    expect(open.client.getInstructions()).not.toContain('GHL_EXPORT_DIR');
    const bare = await connect({ scopes: [], exportFolder: '/nonexistent' });
    expect(await bare.refused('export_contacts')).toContain('export_contacts needs the scope contacts.readonly');
  });
  test('an unknown name is reported as unknown', async () => {
    const { refused } = await connect();
    expect(await refused('drop_table')).toContain('There is no tool "drop_table"');
  });
});

describe('a write that the owner forbids', () => {
  const person = { email: 'nora.whelan@example.com', firstName: 'Nora' };
  const writes = (sent: readonly string[]) => sent.filter((each) => !/^GET |\/search$/.test(each));

  test('is not done by another tool either, nor are its other parts', async () => {
    const { call, refused, sent } = await connect({ select: '-create_contact_note' });
    const text = await refused('onboard_contact', { ...person, note: 'Asked for a quote.' });
    expect(text).toContain('note of onboard_contact would do what create_contact_note does, which is switched off by');
    expect(text).toContain('GHL_TOOLS (-create_contact_note); nothing was sent. Leave out note');
    expect(await sent()).toEqual([]);
    expect(await call('onboard_contact', person)).toMatchObject({ created: true });
    expect(writes(await sent())).toEqual(['POST /contacts/']);
  });
  test('is only what has a minus: a tool named without it does all its parts', async () => {
    const { client, call, sent } = await connect({ select: 'onboard_contact' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['onboard_contact']);
    expect(await call('onboard_contact', { ...person, note: 'Asked for a quote.' })).toMatchObject({ created: true });
    expect(writes(await sent())).toEqual(['POST /contacts/', expect.stringMatching(/^POST \/contacts\/\w+\/notes$/)]);
  });
});

describe('a minus forbids the action in every tool', () => {
  const contacts = ['0raeALzVYCzBNd64I8K0', 'Hf55ndBMck8veGLfo8ya'];
  const [contactId] = contacts;
  const email = 'nora.whelan@example.com';

  test.each([
    ['-delete', 'bulk_update_contacts', { contacts, removeTags: ['vip'] }, 'removeTags', 'remove_contact_tags'],
    [
      '-delete',
      'bulk_update_contact_tags',
      { contacts, type: 'remove', tags: [], removeAllTags: true },
      'removeAllTags',
      'remove_contact_tags',
    ],
    [
      '-delete',
      'bulk_update_contact_tags',
      { contacts, type: 'remove', tags: ['vip'] },
      'type "remove"',
      'remove_contact_tags',
    ],
    ['-delete', 'update_contact', { contactId, tags: [] }, 'tags', 'remove_contact_tags'],
    ['-delete', 'upsert_contact', { email, tags: ['vip'] }, 'tags', 'remove_contact_tags'],
    [
      '-add_contact_tags',
      'bulk_update_contact_tags',
      { contacts, type: 'add', tags: ['vip'] },
      'type "add"',
      'add_contact_tags',
    ],
    ['-add_contact_tags', 'bulk_update_contacts', { contacts, addTags: ['vip'] }, 'addTags', 'add_contact_tags'],
    ['-tags', 'create_contact', { email, tags: ['vip'] }, 'tags', 'add_contact_tags'],
    ['-tags', 'update_contact', { contactId, tags: ['vip'] }, 'tags', 'add_contact_tags'],
    ['-tags', 'upsert_contact', { email, tags: ['vip'] }, 'tags', 'add_contact_tags'],
    ['-tags', 'onboard_contact', { email, tags: ['vip'] }, 'tags', 'add_contact_tags'],
    ['-tags', 'bulk_upsert_contacts', { rows: [{ email, tags: ['vip'] }] }, 'tags in rows', 'add_contact_tags'],
    [
      '-businesses',
      'bulk_update_contacts',
      { contacts, businessId: 'b1' },
      'businessId',
      'bulk_assign_contact_business',
    ],
    ['-update_contact', 'bulk_update_contacts', { contacts, set: { city: 'Austin' } }, 'set', 'update_contact'],
    ['-search_contacts', 'bulk_update_contacts', { query: 'a', addTags: ['vip'] }, 'query', 'search_contacts'],
  ])('%s: %s rejects %j by argument and stays listed', async (select, tool, args, argument, act) => {
    const { client, refused, sent } = await connect({ select });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain(tool);
    const text = await refused(tool, args);
    expect(text).toContain(`${argument} of ${tool} would do what ${act} does`);
    expect(text).toContain(`GHL_TOOLS (${select}); nothing was sent. Leave out ${argument}, or the owner`);
    expect(await sent()).toEqual([]);
  });

  test.each([
    ['-create_contact', ['upsert_contact']],
    ['-add_contact_tags -remove_contact_tags', ['bulk_update_contact_tags']],
    ['-contacts -tags -businesses', ['bulk_update_contacts', 'onboard_contact', 'bulk_upsert_contacts']],
    ['-search_contacts', ['count_contacts', 'list_changed_contacts']],
  ])('%s hides tools that can do nothing else, and a call says why', async (select, hidden) => {
    const { client, refused, sent } = await connect({ select });
    const listed = (await client.listTools()).tools.map(({ name }) => name);
    for (const name of hidden) {
      expect(listed).not.toContain(name);
      expect(await refused(name, {})).toMatch(
        /^\w+ would do what \w+ does, which is switched off by GHL_TOOLS \(-\w+\)/,
      );
    }
    expect(await sent()).toEqual([]);
  });

  test('the other actions of a tool still work', async () => {
    const { call } = await connect({ select: '-delete,-create_contact' });
    await call('update_contact', { contactId, city: 'Austin' });
    expect(await call('bulk_update_contacts', { contacts: [contactId], addTags: ['fair'] })).toMatchObject({
      changed: 1,
    });
    const { email: known } = (await call('get_contact', { contactId })).contact as { email: string };
    expect(await call('onboard_contact', { email: known, city: 'Chicago' })).toMatchObject({ created: false });
    await expect(call('onboard_contact', { email, firstName: 'Nora' })).rejects.toThrow(
      'create_contact is switched off by GHL_TOOLS (-create_contact); nothing was sent',
    );
  });

  test('prompts, completion and subscriptions do not read what is forbidden', async () => {
    const { client, sent } = await connect({ select: '-search_contacts,-list_contacts,-find_duplicate_contact' });
    const complete = (value: string) =>
      client.complete({ ref: { type: 'ref/prompt', name: 'contact_dashboard' }, argument: { name: 'contact', value } });
    for (const value of ['maria', 'maria.lopez@northshoremed.example', '+13125550187'])
      expect((await complete(value)).completion.values).toEqual([]);
    const prompt = await client.getPrompt({ name: 'contact_dashboard', arguments: { contact: 'maria' } });
    expect(JSON.stringify(prompt)).toContain('could not be looked up beforehand');
    await expect(client.subscribeResource({ uri: `ghl://contacts/${contactId}` })).rejects.toThrow(
      'search_contacts is switched off by GHL_TOOLS',
    );
    expect(await sent()).toEqual([]);
  });
});

describe('the request layer rejects it as well', () => {
  const sendNothing = () => Promise.reject(new Error('sent'));
  const api = createApi({
    transport: sendNothing,
    baseUrl: 'http://127.0.0.1',
    credential: fixedCredential({ token: 't', locationId: 'l' }),
    scopes: [],
    timeoutMs: 100,
    log: silent,
  });
  test.each(endpoints.map((endpoint) => [endpoint.name, endpoint] as const))('%s', async (name, endpoint) => {
    await expect(api.call(endpoint, {})).rejects.toThrow(`${name} needs the scope ${endpoint.scope}`);
  });
});

describe('instructions', () => {
  test('start with the purpose of the server, then what is hidden and why', async () => {
    const { client } = await connect({ scopes: READ, select: '-search_contacts' });
    const text = client.getInstructions() ?? '';
    expect(text.slice(0, 250)).toMatch(/HighLevel.*contacts.*tasks, notes and tags/s);
    expect(text).toContain('contacts.write: create_contact, ');
    expect(text).toContain(
      'Switched off by the owner (GHL_TOOLS): search_contacts, list_changed_contacts, count_contacts, find_duplicates.',
    );
    expect(text.length).toBeLessThan(2_000);
  });

  test('name the missing scopes and no granted one', async () => {
    const { client } = await connect({ scopes: ['contacts.write'] });
    const text = client.getInstructions() ?? '';
    expect(text).toContain('contacts.readonly: get_contact, ');
    expect(text).not.toMatch(/contacts\.write/);
  });
});
