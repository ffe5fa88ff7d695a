import { describe, expect, test, vi } from 'vitest';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Json } from '../../../src/lib/json.ts';
import { createSandbox, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { setKnownPerson } from '../../../src/tools/composite/onboard/known-people.ts';
import { withSharedLock } from '../../../src/tools/composite/shared-lock.ts';
import { type Connected, connect, NOW, type Options } from '../../connect.ts';
import { byMatch, data, EXTERNAL, newFolder, processAt, records } from './onboard/people-folder.ts';

/** Servers that share an account and a state folder, as separate processes do. */
async function servers(count: number, sandbox: SandboxOptions = {}, options: Options = {}): Promise<Connected[]> {
  const shared = {
    peopleFolder: await newFolder(),
    sandboxed: createSandbox({ now: () => NOW, rate: 'off', data, indexDelayMs: 60_000, ...sandbox }),
    ...options,
  };
  return Promise.all(Array.from({ length: count }, () => connect(shared)));
}

async function allContacts({ call, sandbox }: Connected): Promise<Json[]> {
  sandbox.advance(600_000);
  return (await call('search_contacts', { pageLimit: 500 })).contacts as Json[];
}

describe('two servers with one state folder', () => {
  const lookups: [string, () => Json, SandboxOptions?][] = [
    ['email', () => ({ email: 'cleo@park.example', ...records })],
    ['phone', () => ({ phone: '+13125550103', ...records })],
    ['the match field alone', () => byMatch('C-3')],
    [
      'email, where duplicates are allowed',
      () => ({ email: 'c@park.example', ...records }),
      { switches: { duplicatesAllowed: true } },
    ],
  ];
  test.each(lookups)('onboard a person by %s at once: one contact, note and task', async (_, args, sandbox = {}) => {
    const [one, two] = (await servers(2, sandbox)) as [Connected, Connected];
    const answers = await Promise.all([one, two, one, two].map(({ call }) => call('onboard_contact', args())));
    const ids = new Set(answers.map(({ contact }) => (contact as Json).id));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    const [contactId] = ids;
    expect((await one.call('list_contact_notes', { contactId })).notes).toHaveLength(1);
    expect((await one.call('list_contact_tasks', { contactId })).tasks).toHaveLength(1);
    expect(await allContacts(one)).toHaveLength(1);
  });

  test('different keys of one contact do not duplicate its parts', async () => {
    const both = { email: 'cleo@park.example', phone: '+13125550103' };
    const [one, two] = (await servers(2, { data: { ...data, contacts: [both] } })) as [Connected, Connected];
    const [{ contact }] = (await Promise.all([
      one.call('onboard_contact', { email: both.email, ...records }),
      two.call('onboard_contact', { phone: both.phone, ...records }),
    ])) as [Json, Json];
    const contactId = (contact as Json).id;
    expect((await one.call('list_contact_notes', { contactId })).notes).toHaveLength(1);
    expect((await one.call('list_contact_tasks', { contactId })).tasks).toHaveLength(1);
  });

  test('a value read some seconds ago is read again', async () => {
    const [one, two] = (await servers(2)) as [Connected, Connected];
    const { contact } = await one.call('onboard_contact', { email: 'cleo@park.example' });
    const contactId = (contact as Json).id;
    await one.call('list_contact_notes', { contactId });
    await two.call('onboard_contact', { email: 'cleo@park.example', note: 'Hello' });
    expect(await one.call('onboard_contact', { email: 'cleo@park.example', note: 'Hello' })).toMatchObject({
      note: { created: false },
    });
  });

  test('the next process finds a contact that the previous one created, before search shows it', async () => {
    const [first, second] = (await servers(2)) as [Connected, Connected];
    const { contact } = await first.call('onboard_contact', byMatch('Z-9'));
    const answer = await second.call('onboard_contact', byMatch('Z-9'));
    expect(answer).toMatchObject({ created: false, note: { created: false }, contact: { id: (contact as Json).id } });
    expect(await allContacts(first)).toHaveLength(1);
  });

  test('also if the duplicate lookup is delayed like search', async () => {
    const [first, second] = (await servers(2, { switches: { duplicatesAllowed: true } })) as [Connected, Connected];
    const body = { contact: null };
    first.sandbox.setFaults([{ route: 'GET /contacts/search/duplicate', fault: { status: 200, body } }]);
    const person = { email: 'cleo@park.example', phone: '+13125550103', ...records };
    await first.call('onboard_contact', person);
    expect(await second.call('onboard_contact', person)).toMatchObject({ created: false, note: { created: false } });
    expect(await second.call('onboard_contact', { phone: '+13125550103' })).toMatchObject({ created: false });
    expect(await allContacts(first)).toHaveLength(1);
  });

  test('a create left unfinished by a killed process delays others, unless a lookup finds the contact', async () => {
    const [server] = (await servers(1, {}, {})) as [Connected];
    const folder = await newFolder();
    const killed = processAt(folder, server.sandbox.locationId);
    const keys = [`customField ${EXTERNAL} K-1`, 'email kim@park.example'];
    await setKnownPerson(keys, killed, { at: NOW - 10_000 });
    const next = await connect({ sandboxed: server.sandbox, peopleFolder: folder });
    expect(await next.refused('onboard_contact', byMatch('K-1'))).toMatch(
      /whether they exist is not known yet\. Nothing was written\. Call again in 170 s\./,
    );
    expect(await allContacts(next)).toHaveLength(0);
    next.advance(170_000);
    expect(await next.call('onboard_contact', byMatch('K-1'))).toMatchObject({ created: true });
    await setKnownPerson(keys, killed, { at: NOW + 170_000 });
    const known = { ...byMatch('K-2'), email: 'kim@park.example' };
    expect(await next.call('onboard_contact', known)).toMatchObject({ created: true });
  });

  test('a create that certainly failed is removed', async () => {
    const FORBIDDEN = { statusCode: 403, message: 'Forbidden resource' };
    const [server] = (await servers(1)) as [Connected];
    server.sandbox.setFaults([{ route: 'POST /contacts/', nth: 1, fault: { status: 403, body: FORBIDDEN } }]);
    await server.refused('onboard_contact', byMatch('F-1'));
    expect(await server.call('onboard_contact', byMatch('F-1'))).toMatchObject({ created: true });
  });
});

test('a process that was suspended writes nothing after it lost its lock', async () => {
  const [server] = (await servers(1)) as [Connected];
  const { contact } = await server.call('onboard_contact', { email: 'cleo@park.example' });
  const later = performance.now() + 9_000;
  const clock = vi.spyOn(performance, 'now');
  const transport = fetchTransport(async (request) => {
    // Suspended between the read of the notes and the write.
    if (request.url.endsWith('/notes')) clock.mockReturnValue(later);
    return server.sandbox.fetch(request);
  });
  const options = { sandboxed: server.sandbox, peopleFolder: await newFolder(), api: { transport } };
  const { call } = await connect(options);
  const args = { email: 'cleo@park.example', note: 'Hello' };
  const answer = await call('onboard_contact', args).finally(() => clock.mockRestore());
  expect(answer).toMatchObject({ failed: [{ part: 'note', reason: 'No time was left to start it.' }] });
  expect((await server.call('list_contact_notes', { contactId: (contact as Json).id })).notes).toEqual([]);
});

test('a person locked by another process for too long is skipped with a message', async () => {
  const folder = await newFolder();
  let attempts = 3;
  const impatient = processAt(folder, 'one', () => attempts-- > 0);
  await withSharedLock(['a', 'b'], processAt(folder), async () => {
    const second = withSharedLock(['b'], impatient, async () => 'done');
    await expect(second).rejects.toThrow('worked on the same records for all of the time; nothing was written');
  });
  expect(await withSharedLock(['b'], processAt(folder), async () => 'done')).toBe('done');
});
