import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import type { SandboxData } from '../../../src/sandbox/index.ts';
import { type Connected, connect } from '../../connect.ts';

const JOSE = 'contactJose000000001';
const TOMO = 'contactTomo000000001';
const twin = (at: number) => ({
  id: `contactTwin00000000${at}`,
  firstName: 'Kim',
  lastName: 'Park',
  email: `kim${at}@example.com`,
});

const data: SandboxData = {
  location: { timezone: 'America/Chicago', country: 'US' },
  contacts: [
    { id: JOSE, firstName: 'José', lastName: "O'Neill-Núñez", email: 'jose@example.com', phone: '+13125550101' },
    { id: TOMO, firstName: 'Tomo', lastName: 'Ito', phone: '+442079460136' },
    ...Array.from({ length: 7 }, (_, at) => twin(at + 1)),
  ],
};

const open = (options: Parameters<typeof connect>[0] = {}) => connect({ sandbox: { data }, ...options });
const idOf = async ({ call }: Connected, contactId: string) => {
  const { contact, notice } = await call('get_contact', { contactId });
  return { id: (contact as Json).id, notice };
};
/** Requests that may have looked for a contact. */
const searches = (sent: string[]) => sent.filter((request) => request.includes('/search'));

describe('a contact by what people know', () => {
  test.each([
    'jose@example.com',
    ' JOSE@Example.com ',
    '+13125550101',
    '(312) 555-0101',
    '312.555.0101',
    '1-312-555-0101',
    '3125550101',
    '+1 312 555 0101',
    '312\u00a0555\u20110101',
  ])('%j is one request to find', async (contactId) => {
    const server = await open();
    expect(await idOf(server, contactId)).toMatchObject({
      id: JOSE,
      notice: expect.stringContaining('"José O\'Neill-Núñez"'),
    });
    expect(searches(await server.sent())).toHaveLength(1);
  });

  test.each([
    "José O'Neill-Núñez",
    "josé o'neill-núñez",
    "  JOSÉ   O'NEILL-NÚÑEZ ",
    "jose\u0301 o'neill-nu\u0301n\u0303ez",
  ])('the full name %j is one search', async (contactId) => {
    const server = await open();
    expect(await idOf(server, contactId)).toMatchObject({ id: JOSE });
    expect(searches(await server.sent())).toHaveLength(1);
  });

  test('an id is taken as it is', async () => {
    const server = await open();
    expect(await idOf(server, JOSE)).toEqual({ id: JOSE, notice: undefined });
    expect(await server.sent()).toHaveLength(1);
  });

  test('of several five are named, and nothing is done', async () => {
    const { refused, sent } = await open();
    await sent();
    const error = await refused('create_contact_note', { contactId: 'kim park', body: 'Hello' });
    expect(error).toContain('7 contacts fit "kim park"');
    expect(error.match(/contactTwin/g)).toHaveLength(5);
    expect((await sent()).filter((request) => !request.includes('/contacts/search'))).toEqual([]);
  });

  test.each([
    ['Nobody Here', 'no contact has the full name'],
    ['José', 'full name'],
    ['Jose', 'search_contacts'],
    ['nobody@example.com', 'no contact has the email'],
    ['+13125550999', 'no contact has the phone'],
    ['5550101', 'is not a whole phone number'],
  ])('%j is nobody', async (contactId, reason) => {
    const { refused, sent } = await open();
    expect(await refused('create_contact_note', { contactId, body: 'Hello' })).toContain(reason);
    expect((await sent()).filter((request) => request.includes('/notes') && contactId !== 'Jose')).toEqual([]);
  });

  test.each([
    'abc/tasks/1',
    '..',
    '../users/1',
    'x?y=1',
    'a\r\nX-Header: b',
    'Kim\nPark',
    '+1312\r\n5550101',
    'Kim\u2028Park Lee',
    'a\u0000b@example.com',
    'Kim Park; DROP',
    'x'.repeat(400),
    `Kim ${'x'.repeat(200)}`,
    '',
    ' ',
    '%2e%2e',
    'Kim Park 2',
    'a@b',
    '{"id":1}',
  ])('%j is refused and nothing is sent', async (contactId) => {
    const { refused, sent } = await open();
    for (const tool of ['get_contact', 'list_contact_notes', 'get_contact_overview', 'delete_contact'])
      expect(await refused(tool, { contactId })).toMatch(/^Nothing was sent\./);
    expect(await sent()).toEqual([]);
  });

  test.each(['jose@example.com', '+13125550101', '312-555-0101 ', 'Kim Park'])(
    'deletes and enrolments do not take %j',
    async (contactId) => {
      const { refused, sent } = await open();
      const calls: [string, Json][] = [
        ['delete_contact', {}],
        ['delete_contact_task', { taskId: 'task0000000000000001' }],
        ['delete_contact_note', { noteId: 'note0000000000000001' }],
        ['add_contact_to_workflow', { workflowId: 'workflow' }],
        ['add_contact_to_campaign', { campaignId: 'campaign' }],
      ];
      for (const [tool, args] of calls)
        expect(await refused(tool, { contactId, ...args })).toMatch(/^Nothing was sent\. contactId/);
      expect(await sent()).toEqual([]);
    },
  );

  test('without search_contacts a name is refused with the reason', async () => {
    const { refused, sent, call } = await open({ select: '-search_contacts' });
    await sent();
    expect(await refused('get_contact', { contactId: 'Tomo Ito' })).toContain('search_contacts is switched off');
    expect(searches(await sent())).toEqual([]);
    expect((await call('get_contact', { contactId: 'jose@example.com' })).contact).toMatchObject({ id: JOSE });
  });

  test('a search that may hold more rows decides nothing', async () => {
    const many = Array.from({ length: 120 }, (_, at) => ({
      firstName: 'Lee',
      lastName: at === 3 ? 'Sung' : `Sung ${at}`,
    }));
    const { refused } = await connect({ sandbox: { data: { contacts: many } } });
    expect(await refused('get_contact', { contactId: 'Lee Sung' })).toMatch(/contacts fit "Lee Sung"|no contact/);
  });
});

describe('a contact that this server has just seen', () => {
  test.each(['jose@example.com', '(312) 555-0101', "jose o'neill-nunez"])('%j needs no search', async (contactId) => {
    const server = await open();
    await server.call('get_contact', { contactId: JOSE });
    await server.sent();
    expect(await idOf(server, contactId)).toMatchObject({ id: JOSE });
    expect(searches(await server.sent())).toEqual([]);
  });

  test('for ten minutes', async () => {
    const server = await open();
    await server.call('get_contact', { contactId: JOSE });
    server.advance(601_000);
    await server.sent();
    await idOf(server, 'jose@example.com');
    expect(searches(await server.sent())).toHaveLength(1);
  });

  test('a created contact is found before search shows it', async () => {
    const server = await open();
    await server.call('create_contact', { firstName: 'Fresh', lastName: 'Face' });
    expect(await idOf(server, 'fresh face')).toMatchObject({ notice: expect.stringContaining('"Fresh Face"') });
  });

  test('a changed name and email lead to it, the old ones do not', async () => {
    const server = await open();
    await server.call('get_contact', { contactId: JOSE });
    await server.call('update_contact', {
      contactId: JOSE,
      firstName: 'Joe',
      lastName: 'Nunes',
      email: 'joe@example.com',
    });
    expect(await idOf(server, 'Joe Nunes')).toMatchObject({ id: JOSE });
    expect(await idOf(server, 'joe@example.com')).toMatchObject({ id: JOSE });
    expect(await server.refused('get_contact', { contactId: 'jose@example.com' })).toContain(
      'no contact has the email',
    );
  });

  test('an email that moved to another person leads to that person, also while search is late', async () => {
    const server = await open();
    await server.call('search_contacts', { query: 'José' });
    await server.call('update_contact', { contactId: JOSE, email: 'other@example.com' });
    await server.call('update_contact', { contactId: TOMO, email: 'jose@example.com' });
    // The index still has the email of José.
    await server.call('search_contacts', { query: 'José' });
    expect(await idOf(server, 'jose@example.com')).toMatchObject({ id: TOMO });
  });

  test('a deleted contact is not found again by what search still shows', async () => {
    const server = await open();
    await server.call('get_contact', { contactId: JOSE });
    await server.call('delete_contact', { contactId: JOSE });
    await server.call('search_contacts', { query: 'José' });
    expect(await server.refused('get_contact', { contactId: 'jose@example.com' })).toContain(
      'no contact has the email',
    );
  });

  test('one that was deleted elsewhere is forgotten when it is found missing', async () => {
    const server = await open();
    await server.call('get_contact', { contactId: JOSE });
    await server.sandbox.fetch(
      new Request(`http://sandbox.invalid/contacts/${JOSE}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${server.sandbox.token}`, version: '2021-07-28' },
      }),
    );
    server.advance(10_000);
    expect(await server.refused('get_contact', { contactId: 'jose@example.com' })).toContain(JOSE);
    expect(await server.refused('get_contact', { contactId: 'jose@example.com' })).toContain(
      'no contact has the email',
    );
  });

  test('before a write a name is searched for, so that nobody else of that name is changed', async () => {
    const first = await open();
    const { contacts } = await first.call('search_contacts', { query: 'Kim', fields: ['id'] });
    const [kim] = contacts as { id: string }[];
    const server = await open();
    await server.call('get_contact', { contactId: kim?.id });
    expect(await idOf(server, 'Kim Park')).toMatchObject({ id: kim?.id });
    const error = await server.refused('create_contact_note', { contactId: 'Kim Park', body: 'Hello' });
    expect(error).toContain('7 contacts fit');
  });

  test('two seen contacts of one name are both candidates', async () => {
    const server = await open();
    await server.call('search_contacts', { query: 'Kim' });
    expect(await server.refused('get_contact', { contactId: 'Kim Park' })).toContain('7 contacts fit');
  });
});

describe('while search still shows a contact as it was', () => {
  test('the old name of a contact leads nowhere', async () => {
    const server = await open();
    await server.call('update_contact', { contactId: TOMO, firstName: 'Thomas', lastName: 'Ito' });
    expect(await server.refused('get_contact', { contactId: 'Tomo Ito' })).toContain('no contact has the full name');
    expect(await idOf(server, 'Thomas Ito')).toMatchObject({ id: TOMO });
  });

  test('a contact that took the name of another makes two', async () => {
    const server = await open();
    await server.call('get_contact', { contactId: JOSE });
    await server.call('update_contact', { contactId: JOSE, firstName: 'Tomo', lastName: 'Ito' });
    await server.call('get_contact', { contactId: TOMO });
    const error = await server.refused('create_contact_note', { contactId: 'tomo ito', body: 'Hello' });
    expect(error).toContain(JOSE);
    expect(error).toContain(TOMO);
  });

  test('a change with an unknown outcome leaves nothing that is remembered', async () => {
    const server = await open();
    await server.call('get_contact', { contactId: JOSE });
    await server.refused('update_contact', { contactId: JOSE, email: 'kim1@example.com' });
    await server.sent();
    await idOf(server, 'jose@example.com');
    expect(searches(await server.sent())).toHaveLength(1);
  });

  test('a read that began before a change is not remembered', async () => {
    const server = await open();
    await Promise.all([
      server.call('get_contact', { contactId: JOSE }),
      server.call('update_contact', { contactId: JOSE, email: 'other@example.com' }),
    ]);
    expect(await server.refused('get_contact', { contactId: 'jose@example.com' })).toContain(
      'no contact has the email',
    );
  });
});
