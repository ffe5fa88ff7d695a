import { expect, test } from 'vitest';
import { fetchTransport } from '../../src/api/transport/index.ts';
import type { Json } from '../../src/lib/json.ts';

import { createSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { connect, NOW } from '../connect.ts';
import { client } from '../sandbox/api.ts';

const sandboxOf = (contacts: never) => createSandbox({ now: () => NOW, rate: 'off', data: { contacts } });

/** A server that is signed in to one location, and then to another. */
async function twoAccounts() {
  const people = (name: string) =>
    Array.from({ length: 30 }, (_, i) => ({ id: `${name}${i}`, firstName: name, lastName: `${i}` })) as never;
  const [one, two] = [sandboxOf(people('One')), sandboxOf(people('Two'))];
  let location = { locationId: 'location-one', sandbox: one };
  const use = (sandbox: typeof one, locationId: string) => {
    location = { locationId, sandbox };
  };
  const created: string[] = [];
  /** Creates wait for `answer`. */
  const held: { answer?: Promise<void> } = {};
  const connected = await connect({
    confirm: 'on',
    locationId: () => location.locationId,
    api: {
      credential: {
        locationId: () => location.locationId,
        current: async () => ({ token: location.sandbox.token, locationId: location.locationId }),
      },
      transport: fetchTransport(async (request) => {
        const { sandbox, locationId } = location;
        if (request.method === 'POST' && request.url.endsWith('/contacts/')) {
          created.push(locationId);
          await held.answer;
        }
        return sandbox.fetch(await forSandbox(request, sandbox));
      }),
    },
  });
  return {
    ...connected,
    created,
    held,
    useTwo: () => use(two, 'location-two'),
    useOne: () => use(one, 'location-one'),
    two,
  };
}

test('after a change of account nothing of the previous account is shown or continued', async () => {
  const host = await twoAccounts();
  const uris = async () => (await host.client.listResources()).resources.map(({ uri }) => uri);
  await host.call('get_contact', { contactId: 'One3' });
  const contacts = Array.from({ length: 30 }, (_, i) => `One${i}`);
  const change = { contacts, set: { city: 'Austin' } };
  const { next } = await host.call('bulk_update_contacts', change);
  const { cursor } = await host.call('list_changed_contacts', { since: '2026-11-01', limit: 1 });
  expect(await uris()).toContain('ghl://contacts/One3');

  host.useTwo();
  expect(await uris()).not.toContain('ghl://contacts/One3');
  const typed = {
    ref: { type: 'ref/prompt' as const, name: 'contact_dashboard' },
    argument: { name: 'contact', value: 'One' },
  };
  expect((await host.client.complete(typed)).completion.values).toEqual([]);
  expect(await host.refused('bulk_update_contacts', next as Json)).toContain('no unfinished work');
  expect((await host.call('list_changed_contacts', { since: 'last' })).notice).toContain('the last 24 hours');
  expect(await host.refused('list_changed_contacts', { cursor })).toContain('cursor was given for another account');

  host.useOne();
  expect(await uris()).toContain('ghl://contacts/One3');
  expect(await host.call('bulk_update_contacts', next as Json)).toMatchObject({ changed: 30 });
});

test('a create with unknown outcome in one account does not count as a repetition in another', async () => {
  const host = await twoAccounts();
  // Both sandboxes would give their first contact the same id; HighLevel never does.
  await client(host.two).create({ firstName: 'Other' });
  const stopping = new AbortController();
  const person = { name: 'create_contact', arguments: { firstName: 'Nora', email: 'nora@whelan.example' } };
  let release: () => void = () => undefined;
  host.held.answer = new Promise((resolve) => {
    release = resolve;
  });
  const first = host.client.callTool(person, undefined, { signal: stopping.signal });
  await expect.poll(() => host.created).toEqual(['location-one']);
  stopping.abort();
  await expect(first).rejects.toThrow();
  release();
  host.useTwo();
  const answer = await host.call(person.name, person.arguments);
  expect(answer.notice).toBeUndefined();
  expect(host.created).toEqual(['location-one', 'location-two']);
  expect((await client(host.two).search({ query: 'nora' })).body.contacts).toHaveLength(1);
});

/** Signed in to one location until the request that `at` selects arrives, and to another one from then on. */
async function changedAt(at: (request: Request) => boolean, answer?: () => Response) {
  const sandboxes = { 'location-one': sandboxOf([] as never), 'location-two': sandboxOf([] as never) };
  let locationId: keyof typeof sandboxes = 'location-one';
  const inTwo: string[] = [];
  const connected = await connect({
    locationId: () => locationId,
    api: {
      credential: { locationId: () => locationId, current: async () => ({ token: `of-${locationId}`, locationId }) },
      transport: fetchTransport(async (request) => {
        const isOne = request.headers.get('authorization') === 'Bearer of-location-one';
        const sandbox = sandboxes[isOne ? 'location-one' : 'location-two'];
        if (!isOne) inTwo.push(`${request.method} ${new URL(request.url).pathname}`);
        if (at(request)) locationId = 'location-two';
        return locationId === 'location-two' && isOne && answer
          ? answer()
          : sandbox.fetch(await forSandbox(request, sandbox));
      }),
    },
  });
  return { ...connected, inTwo };
}

/** The same request with the token and the location id of a sandbox. */
async function forSandbox(request: Request, { token, locationId }: Sandbox): Promise<Request> {
  const here = (text: string) => text.replaceAll(/location-(one|two)/g, locationId);
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${token}`);
  const body = request.method === 'GET' ? '' : here(await request.text());
  return new Request(here(request.url), { method: request.method, headers, ...(body ? { body } : {}) });
}

const DUE = '2026-12-01T09:00:00Z';

test.each([
  [
    'onboard_contact',
    { firstName: 'Nora', email: 'nora@whelan.example', note: 'Hello', tasks: [{ title: 'Call', dueDate: DUE }] },
  ],
  ['bulk_upsert_contacts', { rows: [1, 2, 3].map((n) => ({ firstName: `N${n}`, email: `n${n}@whelan.example` })) }],
])('%s that started in one account sends nothing to the next account', async (name, args) => {
  for (const step of [1, 2, 3]) {
    let seen = 0;
    const host = await changedAt(() => {
      seen += 1;
      return seen === step;
    });
    await host.client.callTool({ name, arguments: args });
    expect(host.inTwo, `changed at request ${step}`).toEqual([]);
  }
});

test('a create with unknown outcome is not reconciled in the account that was signed in meanwhile', async () => {
  const isCreate = ({ method, url }: Request) => method === 'POST' && url.endsWith('/contacts/');
  const host = await changedAt(isCreate, () => new Response('', { status: 502 }));
  const refused = await host.refused('create_contact', { firstName: 'Nora', email: 'nora@whelan.example' });
  expect(refused).toContain('is not known');
  expect(host.inTwo).toEqual([]);
});
