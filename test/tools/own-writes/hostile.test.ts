import { describe, expect, test } from 'vitest';
import { isRecord, type Json, recordIn, recordsOf, rowsIn } from '../../../src/lib/json.ts';
import { realTimers } from '../../../src/lib/scheduler.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.ts';
import { connect, NOW } from '../../connect.ts';
import { ANN, type Intercept, openNames } from '../names/world.ts';
import { DELAY_MS } from './twins.ts';

const open = (options: Parameters<typeof openNames>[0] = {}) =>
  openNames({ ...options, sandbox: { indexDelayMs: DELAY_MS, ...options.sandbox } });

const namesIn = (answer: Json): unknown[] => rowsIn(answer, 'contacts').map(({ firstName }) => firstName);
const idIn = (answer: Json): unknown => recordIn(answer, 'contact')?.id;

/** What somebody else does in HighLevel. */
const elsewhere = (sandbox: Sandbox, method: string, path: string, body?: Json) =>
  sandbox.fetch(
    new Request(`http://sandbox.invalid${path}`, {
      method,
      headers: { authorization: `Bearer ${sandbox.token}`, version: '2021-07-28', 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );

/** Changes the answers to one kind of request. */
const rewrite =
  (sandbox: () => Sandbox, matches: (request: Request) => boolean, change: (body: Json) => Json): Intercept =>
  async (request) => {
    if (!matches(request)) return undefined;
    const response = await sandbox().fetch(request);
    const body: unknown = await response.json();
    return Response.json(isRecord(body) && response.ok ? change(body) : body, { status: response.status });
  };
const isSearch = (request: Request) => request.url.endsWith('/contacts/search');

describe('what others write', () => {
  test('wins over what this server wrote before, as soon as the index shows it', async () => {
    const server = await open();
    const id = idIn(await server.call('create_contact', { firstName: 'New', tags: ['vip'] }));
    server.advance(1_000);
    await elsewhere(server.sandbox, 'DELETE', `/contacts/${id}/tags`, { tags: ['vip'] });
    const vip = { filters: [{ field: 'tags', operator: 'eq', value: 'vip' }] };
    expect(namesIn(await server.call('search_contacts', vip))).toEqual(['New']);
    server.advance(DELAY_MS);
    expect(await server.call('search_contacts', vip)).toMatchObject({ contacts: [], total: 0 });
    expect((await server.call('count_contacts', vip)).total).toBe(0);
  });

  test('changes to other fields stay in the row of a contact whose tags were changed here', async () => {
    const server = await open();
    await elsewhere(server.sandbox, 'PUT', `/contacts/${ANN}`, { lastName: 'Married' });
    server.advance(DELAY_MS);
    await server.call('add_contact_tags', { contactId: ANN, tags: ['vip'] });
    expect(rowsIn(await server.call('search_contacts'), 'contacts')).toMatchObject([
      { id: ANN, lastName: 'Married', tags: ['vip'], notYetIndexed: true },
    ]);
  });

  test('stays when the last write of this server was long ago', async () => {
    const server = await open();
    const id = idIn(await server.call('create_contact', { firstName: 'New', lastName: 'Person' }));
    server.advance(3_600_000);
    await elsewhere(server.sandbox, 'PUT', `/contacts/${id}`, { lastName: 'Married' });
    server.advance(3_600_000);
    await server.call('add_contact_tags', { contactId: id, tags: ['vip'] });
    expect(rowsIn(await server.call('list_contacts'), 'contacts')[0]).toMatchObject({
      lastName: 'Married',
      tags: ['vip'],
    });
  });

  test('is not known to another server, which shows nothing wrong', async () => {
    const sandboxed = createSandbox({ now: () => NOW, rate: 'off', indexDelayMs: DELAY_MS });
    const [here, there] = [await connect({ sandboxed }), await connect({ sandboxed })];
    const { contact } = await here.call('create_contact', { firstName: 'New', lastName: 'Person' });
    expect(namesIn(await here.call('search_contacts', { query: 'new person' }))).toEqual(['New']);
    expect(await there.call('search_contacts', { query: 'new person' })).toMatchObject({ contacts: [], total: 0 });
    await there.call('delete_contact', { contactId: (contact as Json).id });
    await here.refused('get_contact', { contactId: (contact as Json).id });
    expect(await here.call('search_contacts', { query: 'new person' })).toMatchObject({ contacts: [], total: 0 });
  });

  test('a contact deleted elsewhere does not come back after the index has shown it', async () => {
    const server = await open();
    const id = idIn(await server.call('create_contact', { firstName: 'New' }));
    server.advance(1_000);
    await elsewhere(server.sandbox, 'DELETE', `/contacts/${id}`);
    server.advance(DELAY_MS - 1_000);
    expect(namesIn(await server.call('list_contacts'))).toEqual(['New', 'Ann']);
    server.advance(1_000);
    expect(namesIn(await server.call('list_contacts'))).toEqual(['Ann']);
  });
});

describe('answers that are wrong', () => {
  test('an index that shows an older state after a newer one', async () => {
    const server = await open();
    await server.call('update_contact', { contactId: ANN, firstName: 'Anna' });
    const outdated = rowsIn(
      (await (
        await elsewhere(server.sandbox, 'POST', '/contacts/search', {
          locationId: server.sandbox.locationId,
          pageLimit: 5,
        })
      ).json()) as Json,
      'contacts',
    );
    server.advance(DELAY_MS);
    expect(rowsIn(await server.call('search_contacts'), 'contacts')[0]).not.toHaveProperty('notYetIndexed');
    server.advance(10_000);
    server.intercept(
      rewrite(
        () => server.sandbox,
        isSearch,
        (body) => ({ ...body, contacts: outdated }),
      ),
    );
    expect(namesIn(await server.call('search_contacts'))).toEqual(['Anna']);
  });

  test('without a total, and with rows twice', async () => {
    const server = await open();
    await server.call('update_contact', { contactId: ANN, firstName: 'Anna' });
    await server.call('create_contact', { firstName: 'New' });
    server.intercept(
      rewrite(
        () => server.sandbox,
        isSearch,
        ({ total: _, contacts, ...body }) => ({
          ...body,
          contacts: [...recordsOf(contacts), ...recordsOf(contacts), null],
        }),
      ),
    );
    const answer = await server.call('search_contacts');
    expect(namesIn(answer)).toEqual(['New', 'Anna']);
    expect(answer).not.toHaveProperty('total');
  });

  test('a list in another order shows a new contact once, on its first page', async () => {
    const contacts = Array.from({ length: 5 }, (_, at) => ({ firstName: `Seed ${at}` }));
    const server = await open({ sandbox: { data: { contacts } } });
    await server.call('create_contact', { firstName: 'New' });
    const isList = ({ method, url }: Request) => method === 'GET' && /\/contacts\/\?/.test(url);
    server.intercept(
      rewrite(
        () => server.sandbox,
        isList,
        ({ contacts: rows, ...body }) => ({ ...body, contacts: recordsOf(rows).reverse() }),
      ),
    );
    const answer = await server.call('list_contacts', { limit: 3 });
    expect(namesIn(answer)[0]).toBe('New');
    expect(namesIn(await server.call('list_contacts', recordIn(answer, 'next')))).not.toContain('New');
  });

  test('pages that repeat for ever end the list', async () => {
    const server = await open();
    await server.call('delete_contact', { contactId: ANN });
    const row = (at: number) => ({
      id: ANN,
      firstName: 'Ann',
      dateAdded: new Date(NOW).toISOString(),
      searchAfter: [at, ANN],
    });
    let page = 0;
    server.intercept((request) => {
      if (!isSearch(request)) return undefined;
      page += 1;
      return Response.json({ contacts: [row(page % 2)], total: 1 });
    });
    expect(await server.call('search_contacts', { pageLimit: 1 })).toMatchObject({ contacts: [], total: 0 });
    expect(page).toBeLessThan(5);
  });

  test('an update whose answer lacks fields is read by id, once', async () => {
    const server = await open();
    server.intercept(
      rewrite(
        () => server.sandbox,
        ({ method }) => method === 'PUT',
        () => ({ succeded: true, contact: { id: ANN } }),
      ),
    );
    await server.call('update_contact', { contactId: ANN, lastName: 'Zed' });
    server.requests();
    for (const _ of [1, 2]) expect(namesIn(await server.call('search_contacts', { query: 'zed' }))).toEqual(['Ann']);
    expect(server.requests().filter((each) => each === `GET /contacts/${ANN}`)).toHaveLength(1);
  });

  test('a failing look-up by id leaves the answer of the list, with a notice', async () => {
    const server = await open();
    server.intercept((request) => {
      if (request.method === 'PUT') return Response.json({ succeded: true, contact: { id: ANN } });
      return request.method === 'GET' && request.url.endsWith(ANN) ? new Response('', { status: 400 }) : undefined;
    });
    await server.call('update_contact', { contactId: ANN, lastName: 'Zed' });
    const answer = await server.call('search_contacts', { query: 'ann' });
    expect(namesIn(answer)).toEqual(['Ann']);
    expect(answer.notice).toContain('get_contact is current');
  });
});

describe('times', () => {
  test('a contact that the index shows between two requests of one call is neither missing nor twice', async () => {
    const server = await open();
    await server.call('create_contact', { firstName: 'New' });
    let searches = 0;
    server.intercept(async (request) => {
      if (!isSearch(request)) return undefined;
      searches += 1;
      if (searches === 2) server.advance(DELAY_MS);
      return undefined;
    });
    expect(await server.call('search_contacts')).toMatchObject({
      contacts: [{ firstName: 'New' }, { firstName: 'Ann' }],
      total: 2,
    });
    expect(searches).toBe(2);
  });

  test('a clock that is set back neither hides nor keeps a write', async () => {
    const clock = { now: NOW, wall: NOW };
    const timers = { ...realTimers, now: () => clock.now, wall: () => clock.wall };
    const server = await connect({ timers, sandbox: { data: { contacts: [] }, indexDelayMs: 10 * 60_000 } });
    await server.call('create_contact', { firstName: 'New' });
    clock.wall -= 3_600_000;
    expect(namesIn(await server.call('list_contacts'))).toEqual(['New']);
    clock.now += 180_000;
    expect(namesIn(await server.call('list_contacts'))).toEqual([]);
  });
});
