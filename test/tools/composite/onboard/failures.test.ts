import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { CONTACTS, type Connected } from '../../../connect.ts';
import { allContacts, CLEO, CLUB, data, TASKS, world, writes } from './world.ts';

describe('failures', () => {
  test('a part that fails does not stop the others, and the same call again does the rest', async () => {
    const server = await world();
    server.sandbox.setFaults([
      { route: 'POST /contacts/{contactId}/notes', nth: 1, fault: { status: 500 } },
      {
        route: 'POST /contacts/{contactId}/tasks',
        nth: 2,
        fault: { status: 422, body: { message: ['title must be short'] } },
      },
    ]);
    const args = { ...CLEO, tasks: TASKS.map(({ assignedTo: _, ...task }) => task) };
    const first = await server.call('onboard_contact', args);
    expect(first).toMatchObject({ created: true, tasks: [{ title: 'Welcome call' }], business: { assigned: true } });
    expect((first.failed as Json[]).map(({ part }) => part)).toEqual(['note', 'tasks']);
    expect(first.notice).toContain('The same call again does what is missing');
    const second = await server.call('onboard_contact', args);
    expect(second).toMatchObject({
      created: false,
      note: { created: true },
      tasks: [{ created: false }, { created: true }],
    });
    expect(second).not.toHaveProperty('failed');
  });

  test('a list that cannot be read fails only its part', async () => {
    const server = await world();
    server.sandbox.setFaults([
      {
        route: 'GET /contacts/{contactId}/tasks',
        fault: { status: 401, body: { message: 'The token is not authorized for this scope.' } },
      },
    ]);
    const done = await server.call('onboard_contact', {
      email: 'ada@moss.example',
      note: 'New',
      tasks: TASKS.slice(0, 1),
    });
    expect(done).toMatchObject({ note: { created: true }, failed: [{ part: 'tasks' }] });
    expect((await writes(server)).some((line) => line.endsWith('/tasks'))).toBe(false);
  });

  test('a failed update does not stop the other parts', async () => {
    const server = await world();
    server.sandbox.setFaults([
      { route: 'PUT /contacts/{contactId}', fault: { status: 422, body: { message: ['city must be a town'] } } },
    ]);
    const done = await server.call('onboard_contact', { email: 'ada@moss.example', city: 'x', tags: ['club'] });
    expect(done).toMatchObject({ changed: [], tagsAdded: ['club'], failed: [{ part: 'fields' }] });
  });

  test('a contact that the create reports as a duplicate is updated', async () => {
    const server = await world(
      { scopes: CONTACTS },
      { data: { ...data, location: { country: 'GB' }, contacts: [{ firstName: 'Una', phone: '+442079460011' }] } },
    );
    // Without the country the lookup misses this spelling; the error of the create names the contact.
    const done = await server.call('onboard_contact', { phone: '020 7946 0011', lastName: 'Hart', tags: ['x'] });
    expect(done).toMatchObject({ created: false, contact: { firstName: 'Una', lastName: 'Hart', tags: ['x'] } });
    expect(await allContacts(server)).toHaveLength(1);
  });

  /** Another client acts just before the first request to a route is handled. */
  async function meanwhile(route: string, otherClient: (request: OtherClient) => Promise<unknown>): Promise<Connected> {
    const server: Connected = await world({}, { wait: () => otherClient(asOtherClient(server)).then(() => undefined) });
    server.sandbox.setFaults([{ route, nth: 1, fault: { delayMs: 1 } }]);
    return server;
  }
  type OtherClient = (method: string, path: string, body?: Json) => Promise<Response>;
  const asOtherClient =
    ({ sandbox }: Connected): OtherClient =>
    (method, path, body) =>
      sandbox.fetch(
        new Request(`http://sandbox.invalid/contacts/${path}`, {
          method,
          headers: {
            authorization: `Bearer ${sandbox.token}`,
            version: '2021-07-28',
            'content-type': 'application/json',
          },
          ...(body ? { body: JSON.stringify({ locationId: sandbox.locationId, ...body }) } : {}),
        }),
      );

  test('another client creates the person between lookup and create', async () => {
    const server = await meanwhile('POST /contacts/', (otherClient) =>
      otherClient('POST', '', { email: CLEO.email, firstName: 'C.', tags: ['hers'] }),
    );
    const done = await server.call('onboard_contact', { ...CLEO, tasks: [] });
    expect(done).toMatchObject({ created: false, contact: { firstName: 'Cleo' }, note: { created: true } });
    expect(done.changed).toContainEqual({ field: 'firstName', old: 'C.', new: 'Cleo' });
    expect((done.contact as Json).tags).toEqual(['hers', 'new', 'lead']);
    expect(await allContacts(server)).toHaveLength(3);
  });

  test('another client creates two contacts that match: a conflict', async () => {
    const server = await meanwhile('POST /contacts/', async (otherClient) => {
      await otherClient('POST', '', { email: CLEO.email });
      await otherClient('POST', '', { phone: CLEO.phone });
    });
    const message = await server.refused('onboard_contact', { ...CLEO, tasks: [] });
    expect(message).toMatch(/email leads to contact \w+, phone leads to contact \w+: nothing was written/);
  });

  test.each([
    'GET /contacts/{contactId}',
    'PUT /contacts/{contactId}',
    'GET /contacts/{contactId}/tasks',
    'POST /contacts/{contactId}/tags',
  ])('a contact deleted just before %s is created again with all parts', async (route) => {
    const deleted: string[] = [];
    const server = await meanwhile(route, (otherClient) => otherClient('DELETE', deleted[0] ?? ''));
    const [ada] = (await allContacts(server)).filter(({ firstName }) => firstName === 'Ada');
    deleted.push(String(ada?.id));
    const args = { firstName: 'Ada', city: 'Elgin', email: 'ada@moss.example', tags: ['x'], tasks: TASKS.slice(0, 1) };
    const done = await server.call('onboard_contact', args);
    expect(done).toMatchObject({ created: true, contact: { city: 'Elgin', tags: ['x'] }, tasks: [{ created: true }] });
    expect((done.contact as Json).id).not.toBe(ada?.id);
    expect(done).not.toHaveProperty('failed');
    expect(await allContacts(server)).toHaveLength(2);
  });

  test('a lost response creates no second contact, note or task', async () => {
    const server = await world();
    const lost = { connection: 'cut', strikes: 'after' } as const;
    server.sandbox.setFaults([
      { route: 'POST /contacts/', nth: 1, fault: lost },
      { route: 'POST /contacts/{contactId}/notes', nth: 1, fault: lost },
      { route: 'POST /contacts/{contactId}/tasks', nth: 1, fault: lost },
    ]);
    const args = { ...CLEO, tasks: TASKS.slice(0, 1) };
    expect(await server.call('onboard_contact', args)).toMatchObject({ created: true, note: { created: true } });
    await server.sent();
    expect(await server.call('onboard_contact', args)).toMatchObject({ created: false, tasks: [{ created: false }] });
    expect(await writes(server)).toEqual([]);
  });

  test('at the deadline the rest is left, and the same call again does it', async () => {
    const server: Connected = await world({}, { wait: async () => server.advance(20_000) });
    server.sandbox.setFaults([{ route: 'POST /contacts/{contactId}/tasks', fault: { delayMs: 1 } }]);
    const tasks = [1, 2, 3].map((day) => ({ title: `Task ${day}`, dueDate: `2026-12-0${day}T10:00` }));
    const first = await server.call('onboard_contact', { email: 'slow@moss.example', tasks });
    expect(first).toMatchObject({
      tasks: [{}, {}],
      failed: [{ part: 'tasks', reason: 'No time was left to start it.' }],
    });
    server.sandbox.setFaults([]);
    const second = await server.call('onboard_contact', { email: 'slow@moss.example', tasks });
    expect((second.tasks as Json[]).map(({ created }) => created)).toEqual([false, false, true]);
  });
});

test('a business assignment that HighLevel reports as unsuccessful is a failed part', async () => {
  const { call, sandbox } = await world();
  sandbox.setFaults([{ route: 'POST /contacts/bulk/business', fault: { status: 200, body: { success: false } } }]);
  const answer = await call('onboard_contact', { email: 'ben@moss.example', businessId: CLUB });
  expect(answer).toMatchObject({ failed: [{ part: 'business' }] });
  expect(answer).not.toHaveProperty('business');
});

test('tasks with equal title and due time but different bodies are each created once, also after a failure', async () => {
  const { call, sandbox } = await world();
  const at = { title: 'Prepare', dueDate: '2026-12-01T10:00:00Z' };
  const [bike, papers] = [
    { ...at, body: 'the bike' },
    { ...at, body: 'the papers' },
  ];
  const args = { email: 'ben@moss.example', tasks: [bike, papers, bike] };
  sandbox.setFaults([{ route: 'POST /contacts/{contactId}/tasks', nth: 1, fault: { status: 403 } }]);
  const first = await call('onboard_contact', args);
  expect(first).toMatchObject({ tasks: [{ created: true }], failed: [{ part: 'tasks' }] });
  expect(await call('onboard_contact', args)).toMatchObject({ tasks: [{ created: true }, { created: false }] });
  expect(await call('onboard_contact', args)).toMatchObject({ tasks: [{ created: false }, { created: false }] });
  const { tasks } = await call('list_contact_tasks', { contactId: (first.contact as Json).id });
  expect((tasks as Json[]).map(({ body }) => body).sort()).toEqual(['the bike', 'the papers']);
});
