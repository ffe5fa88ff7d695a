import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../../src/api/scopes.ts';
import type { Json } from '../../../src/lib/json.ts';
import { realTimers } from '../../../src/lib/scheduler.ts';
import { NOW } from '../../connect.ts';
import { ANN, answerWith, CLUB, contactIn, DANA, data, openNames, THEO } from './world.ts';

const get = { contactId: ANN };

describe('requests', () => {
  test('one for each kind, side by side, and none when warm', async () => {
    let open = 0;
    let most = 0;
    const server = await openNames({
      intercept: async (request) => {
        if (request.url.includes(`/contacts/${ANN}`)) return undefined;
        most = Math.max(most, ++open);
        await sleep(30);
        open -= 1;
        return undefined;
      },
    });
    expect(contactIn(await server.call('get_contact', get))).toMatchObject({
      assignedTo: DANA,
      assignedToName: 'Dana Whitfield',
      followerNames: ['Dana Whitfield', 'Theo Brandt'],
      businessName: 'Club',
      customFields: { Bike: 'Tern' },
    });
    expect(server.lookups()).toHaveLength(3);
    expect(most).toBe(3);
    await server.call('get_contact', get);
    await server.call('update_contact', {
      ...get,
      assignedTo: 'theo brandt',
      customFields: [{ field: 'bike', value: 'x' }],
    });
    expect(server.lookups()).toEqual([]);
  });

  test('ten calls at once share the requests', async () => {
    const server = await openNames({ intercept: async () => void (await sleep(20)) });
    const calls = Array.from({ length: 10 }, (_, at) =>
      server.call('search_contacts', { query: 'Ann', pageLimit: at + 1 }),
    );
    for (const { contacts } of await Promise.all(calls))
      expect(contacts).toMatchObject([{ assignedToName: 'Dana Whitfield' }]);
    expect(server.lookups()).toEqual(['GET /users/']);
  });

  test('only for names that are shown', async () => {
    const server = await openNames();
    await server.call('get_contact', { ...get, fields: ['email', 'firstName'] });
    await server.call('search_contacts', { query: 'Ann', fields: ['id'] });
    expect(server.lookups()).toEqual([]);
    const { contacts } = await server.call('search_contacts', { query: 'Ann', fields: ['businessName', 'assignedTo'] });
    expect(contacts).toEqual([{ businessName: 'Club', assignedTo: DANA, assignedToName: 'Dana Whitfield' }]);
    expect(server.lookups()).toEqual(['GET /users/']);
  });

  test('names in arguments are read side by side as well', async () => {
    const server = await openNames();
    await server.call('update_contact', {
      ...get,
      assignedTo: 'Theo Brandt',
      customFields: [{ field: 'Bike', value: 'x' }],
    });
    expect(server.lookups().sort()).toEqual([expect.stringMatching(/customFields$/), 'GET /users/']);
    await server.call('list_contacts_by_business', { businessId: 'club' });
    expect(server.lookups()).toEqual(['GET /businesses/']);
    await server.call('list_contacts_by_business', { businessId: 'club' });
    expect(server.lookups()).toEqual([]);
  });

  test('an unknown id or name is a reason to read again, once a minute', async () => {
    const server = await openNames();
    await server.call('get_contact', get);
    server.requests();
    expect(await server.refused('update_contact', { ...get, assignedTo: 'Nobody' })).toContain('no user has');
    expect(server.lookups()).toEqual([]);
    server.advance(61_000);
    expect(await server.refused('update_contact', { ...get, assignedTo: 'Nobody' })).toContain('no user has');
    expect(await server.refused('update_contact', { ...get, assignedTo: 'Nobody' })).toContain('no user has');
    expect(server.lookups()).toEqual(['GET /users/']);
  });

  test('a wall clock that is set back does not stop the reading', async () => {
    let [monotonic, wall] = [NOW, NOW];
    const timers = { ...realTimers, now: () => monotonic, wall: () => wall };
    const server = await openNames({ timers });
    await server.call('get_contact', get);
    server.requests();
    monotonic += 10_000;
    wall -= 24 * 3_600_000;
    await server.call('get_contact', get);
    expect(server.lookups()).toHaveLength(3);
  });
});

describe('changes of the lookups', () => {
  const users = (...rows: unknown[]) => answerWith('/users/', () => ({ users: rows }));
  const rename = (name: string) => users({ id: DANA, name }, { id: THEO, name: 'Theo Brandt' });

  test('a new name is shown after ten minutes, and taken after one', async () => {
    const server = await openNames();
    await server.call('get_contact', get);
    server.intercept(rename('Dana Miller'));
    server.advance(61_000);
    await server.call('update_contact', { ...get, assignedTo: 'Dana Miller' });
    expect(contactIn(await server.call('get_contact', get)).assignedToName).toBe('Dana Miller');
    server.intercept(rename('Dana Third'));
    server.advance(601_000);
    expect(contactIn(await server.call('get_contact', get)).assignedToName).toBe('Dana Third');
  });

  test('a deleted user is shown by id, and not written', async () => {
    const server = await openNames({ intercept: users({ id: THEO, name: 'Theo Brandt' }) });
    const contact = contactIn(await server.call('get_contact', get));
    expect(contact).toMatchObject({ assignedTo: DANA, followers: [DANA, THEO] });
    expect(contact).not.toHaveProperty('assignedToName');
    expect(await server.refused('update_contact', { ...get, assignedTo: 'Dana Whitfield' })).toContain('no user has');
    const { contacts } = await server.call('search_contacts', { query: 'Ann' });
    expect(contacts).toMatchObject([{ assignedTo: DANA }]);
  });

  test('two users of one name are listed with id and email', async () => {
    const twins = users(
      { id: DANA, name: 'Kim', email: 'a@example.com' },
      { id: THEO, name: 'KIM ', email: 'b@example.com' },
    );
    const server = await openNames({ intercept: twins });
    const error = await server.refused('update_contact', { ...get, assignedTo: 'kim' });
    expect(error).toContain(`"Kim" (${DANA}, "a@example.com"), "KIM" (${THEO}, "b@example.com")`);
    expect(contactIn(await server.call('update_contact', { ...get, assignedTo: THEO })).assignedTo).toBe(THEO);
  });

  test('a name that is the id of another user is that id; an email may be a name', async () => {
    const server = await openNames({
      intercept: users({ id: DANA, name: THEO }, { id: THEO, name: 'ops@example.com' }),
    });
    expect(contactIn(await server.call('update_contact', { ...get, assignedTo: THEO })).assignedTo).toBe(THEO);
    expect(contactIn(await server.call('update_contact', { ...get, assignedTo: 'OPS@example.com' })).assignedTo).toBe(
      THEO,
    );
  });
});

describe('names in arguments', () => {
  test('filters by users, followers, businesses and campaigns', async () => {
    const { call, requests } = await openNames();
    const filters = [
      { group: 'OR', filters: [{ field: 'assignedTo', operator: 'eq', value: 'dana whitfield' }] },
      { field: 'followers', operator: 'eq', value: 'Theo Brandt' },
    ];
    expect((await call('search_contacts', { filters })).contacts).toHaveLength(1);
    expect((await call('list_contacts_by_business', { businessId: ' CLUB ' })).contacts).toHaveLength(1);
    await call('remove_contact_followers', { ...get, followers: ['theo brandt'] });
    await call('add_contact_followers', { ...get, followers: ['THEO BRANDT', DANA] });
    await call('add_contact_to_campaign', { ...get, campaignId: 'spring' });
    expect(requests()).toContain(`POST /contacts/${ANN}/campaigns/campaignSpring000001`);
  });

  test('a published workflow wins over drafts of its name, which is said; of two published ones none is taken', async () => {
    const { call, refused, requests } = await openNames();
    expect((await call('add_contact_to_workflow', { ...get, workflowId: 'Welcome' })).notice).toContain(
      'the published one was taken',
    );
    expect(requests()).toContain(`POST /contacts/${ANN}/workflow/workflow-live`);
    const error = await refused('add_contact_to_workflow', { ...get, workflowId: 'remind' });
    expect(error).toContain('workflow-one');
    expect(error).toContain('workflow-two');
    await call('add_contact_to_workflow', { ...get, workflowId: 'workflow-draft' });
    expect(requests()).toContain(`POST /contacts/${ANN}/workflow/workflow-draft`);
  });

  test.each([
    ['update_contact', { ...get, assignedTo: 'Dan Whitfield' }, 'Nearest: "Dana Whitfield"'],
    ['add_contact_followers', { ...get, followers: [THEO, 'Nobody'] }, 'followers[1]: no user'],
    ['list_contacts_by_business', { businessId: '../x' }, 'no business'],
    [
      'search_contacts',
      { filters: [{ field: 'assignedTo', operator: 'eq', value: 'x' }] },
      'filters[0].value: no user',
    ],
    ['bulk_upsert_contacts', { rows: [{ email: 'a@b.example', assignedTo: 'Nobody' }] }, 'rows[0].assignedTo: no user'],
    [
      'onboard_contact',
      { email: 'a@b.example', tasks: [{ title: 'x', dueDate: '2026-12-01', assignedTo: 'Nobody' }] },
      'tasks[0].assignedTo: no user',
    ],
    ['bulk_update_contacts', { contacts: [ANN], set: { assignedTo: '__proto__' } }, 'set.assignedTo: no user'],
    ['update_contact', { ...get, assignedTo: 'constructor' }, 'no user'],
  ])('%s with an unknown name is refused before anything else is sent', async (tool, args, reason) => {
    const { refused, requests } = await openNames();
    expect(await refused(tool, args)).toContain(reason);
    for (const request of requests())
      expect(request).toMatch(/GET \/(users|businesses|locations\/\w+\/customFields)\/?$/);
  });
});

describe('lookups that cannot be read', () => {
  const without = (scope: string) => SCOPES.filter((each) => each !== scope);

  test('without the scope ids pass and names are refused before anything is sent', async () => {
    const server = await openNames({ scopes: without('users.readonly') });
    const error = await server.refused('update_contact', { ...get, assignedTo: 'Dana Whitfield' });
    expect(error).toContain('names need the scope users.readonly, which is not granted');
    expect(server.requests()).toEqual([]);
    expect(contactIn(await server.call('update_contact', { ...get, assignedTo: THEO }))).toMatchObject({
      assignedTo: THEO,
    });
    expect(server.lookups()).not.toContain('GET /users/');
  });

  test('switched off by the owner it is said so', async () => {
    const server = await openNames({ select: '-list_users' });
    expect(await server.refused('update_contact', { ...get, assignedTo: 'Dana Whitfield' })).toContain(
      'which GHL_TOOLS switches off',
    );
    expect(contactIn(await server.call('get_contact', get)).assignedTo).toBe(DANA);
    expect(server.lookups()).not.toContain('GET /users/');
  });

  test('without the scope of custom fields ids and keys pass', async () => {
    const server = await openNames({ scopes: without('locations/customFields.readonly') });
    const write = (field: string) => ({ ...get, customFields: [{ field, value: 'x' }] });
    expect(await server.refused('update_contact', write('Bike of Ann'))).toContain('locations/customFields.readonly');
    expect(server.requests()).toEqual([]);
    await server.call('update_contact', write('contact.bike'));
    expect(contactIn(await server.call('get_contact', get)).customFields).toEqual({ fieldOfBike000000001: 'x' });
  });

  test('one that fails leaves ids in the answer, and is tried again after half a minute', async () => {
    const failing = await openNames({
      intercept: (request) => (request.url.includes('/users/') ? new Response('{}', { status: 403 }) : undefined),
    });
    expect(contactIn(await failing.call('get_contact', get))).toMatchObject({ assignedTo: DANA, businessName: 'Club' });
    expect(await failing.refused('update_contact', { ...get, assignedTo: 'Dana Whitfield' })).toContain(
      'could not be read just now',
    );
    await failing.call('update_contact', { ...get, assignedTo: THEO });
    failing.intercept(() => undefined);
    failing.advance(31_000);
    expect(contactIn(await failing.call('get_contact', get)).assignedToName).toBe('Theo Brandt');
  });

  test('one that fails when it is read again leaves the names that are known', async () => {
    const server = await openNames();
    await server.call('get_contact', get);
    server.advance(61_000);
    server.intercept((request) => (request.url.includes('/users/') ? new Response('{}', { status: 403 }) : undefined));
    expect(await server.refused('update_contact', { ...get, assignedTo: 'Nobody' })).toContain('no user has');
    expect(contactIn(await server.call('get_contact', get)).assignedToName).toBe('Dana Whitfield');
  });

  test('a cancelled call does not fail the others that wait for its lookup', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await openNames({
      intercept: async (request) => void (request.url.includes('/users/') && (await held)),
    });
    const controller = new AbortController();
    const first = server.client.callTool({ name: 'get_contact', arguments: get }, undefined, {
      signal: controller.signal,
    });
    const outcome = first.catch(() => 'cancelled');
    await sleep(30);
    const second = server.call('list_contacts', {});
    await sleep(30);
    controller.abort();
    expect(await outcome).toBe('cancelled');
    await sleep(10);
    release();
    expect((await second).contacts).toMatchObject([{ assignedToName: 'Dana Whitfield' }]);
    expect(contactIn(await server.call('get_contact', get)).assignedToName).toBe('Dana Whitfield');
  });

  test.each([
    ['no list', { users: null }],
    ['text', { users: 'x' }],
    [
      'rows of nothing',
      { users: [null, 1, 'x', {}, [], { id: null, name: 'x' }, { id: 1, name: 'y' }, { id: '../x', name: 'z' }] },
    ],
    ['names of nothing', { users: [{ id: DANA, name: null }, { id: THEO }] }],
    [
      'prototype keys',
      JSON.parse('{"users":[{"id":"__proto__","name":"constructor"},{"id":"toString","name":"__proto__"}]}'),
    ],
  ])('%s: no error, and nothing wrong is shown', async (_, body) => {
    const server = await openNames({ intercept: answerWith('/users/', () => body) });
    expect(contactIn(await server.call('get_contact', get))).toMatchObject({
      assignedTo: DANA,
      followers: [DANA, THEO],
    });
    expect(await server.refused('update_contact', { ...get, assignedTo: 'z z' })).toMatch(/^Nothing was sent/);
  });

  test('one id twice is one user', async () => {
    const rows = [
      { id: DANA, name: 'Old' },
      { id: DANA, name: 'Dana Whitfield' },
      { id: THEO, name: 'Theo Brandt' },
    ];
    const server = await openNames({ intercept: answerWith('/users/', () => ({ users: rows })) });
    expect(contactIn(await server.call('update_contact', { ...get, assignedTo: 'dana whitfield' })).assignedTo).toBe(
      DANA,
    );
  });

  test('names of 5 MB are cut, and the answer stays small', async () => {
    const rows = [{ id: DANA, name: 'x'.repeat(5_000_000) }];
    const server = await openNames({ intercept: answerWith('/users/', () => ({ users: rows })) });
    const answer = await server.call('get_contact', get);
    expect(JSON.stringify(answer).length).toBeLessThan(2_000);
    expect((await server.refused('update_contact', { ...get, assignedTo: 'y' })).length).toBeLessThan(1_000);
  });
});

test('another account has names and contacts of its own', async () => {
  let locationId = 'location-one';
  const current = () => ({ token: 'token', locationId });
  const server = await openNames({
    locationId: () => locationId,
    api: { credential: { locationId: () => locationId, current: async () => current() } },
    intercept: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/users/') return Response.json({ users: [{ id: DANA, name: `Dana of ${locationId}` }] });
      if (pathname === '/contacts/search/duplicate') return Response.json({ contact: null });
      return pathname === `/contacts/${ANN}`
        ? Response.json({ contact: { id: ANN, email: 'ann@example.com', assignedTo: DANA } })
        : undefined;
    },
  });
  expect(contactIn(await server.call('get_contact', get)).assignedToName).toBe('Dana of location-one');
  expect(contactIn(await server.call('get_contact', { contactId: 'ann@example.com' })).id).toBe(ANN);
  locationId = 'location-two';
  expect(await server.refused('get_contact', { contactId: 'ann@example.com' })).toContain('no contact has the email');
  expect(contactIn(await server.call('get_contact', get)).assignedToName).toBe('Dana of location-two');
});

test('250 businesses: a name on the last page is found, and two of one name are not confused', async () => {
  const businesses = Array.from({ length: 250 }, (_, at) => ({
    id: `b${String(at).padStart(23, '0')}`,
    name: at === 249 ? 'Firm 3' : `Firm ${at}`,
  }));
  const server = await openNames({
    sandbox: { data: { ...data, businesses: [...businesses, { id: CLUB, name: 'Club' }] } },
  });
  expect((await server.call('list_contacts_by_business', { businessId: 'club' })).contacts).toHaveLength(1);
  expect(await server.refused('list_contacts_by_business', { businessId: 'firm 3' })).toContain('2 have the name');
  expect(server.lookups().length).toBeLessThan(6);
});

test('10,000 users: names are found and shown in linear time', async () => {
  const users = Array.from({ length: 10_000 }, (_, at) => ({
    id: `user${at}`,
    name: `Üser Número ${at}`,
    email: `${at}@example.com`,
  }));
  const server = await openNames({ sandbox: { data: { ...data, users: [...users, ...(data.users ?? [])] } } });
  const followers = Array.from({ length: 100 }, (_, at) => `user numero ${at * 100}`);
  const started = performance.now();
  await server.call('add_contact_followers', { ...get, followers });
  const contact = contactIn(await server.call('get_contact', get));
  expect((contact.followerNames as Json[]).length).toBeGreaterThan(99);
  expect(await server.refused('update_contact', { ...get, assignedTo: 'user numero 10001' })).toContain('Nearest');
  expect(performance.now() - started).toBeLessThan(5_000);
});
