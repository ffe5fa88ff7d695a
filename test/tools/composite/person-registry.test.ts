import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Json } from '../../../src/lib/json.ts';
import { inMemoryStore } from '../../../src/lib/state-file.ts';
import { createSandbox, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { findKnownPerson, setKnownPerson } from '../../../src/tools/composite/onboard/known-people.ts';
import { withPersonLock } from '../../../src/tools/composite/onboard/person-lock.ts';
import { createLocationState } from '../../../src/tools/core/location-state.ts';
import { type Connected, connect, NOW, type Options } from '../../connect.ts';

const EXTERNAL = 'cf0000000000external';
const data = { customFields: [{ id: EXTERNAL, name: 'External id' }], contacts: [] };

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ghl-people-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'people');
}

/** Servers that share an account and, unless said otherwise, a state folder: each is a process of its own to the others. */
async function servers(count: number, sandbox: SandboxOptions = {}, options: Options = {}): Promise<Connected[]> {
  const shared = {
    peopleFolder: await freshFolder(),
    sandboxed: createSandbox({ now: () => NOW, rate: 'off', data, indexDelayMs: 60_000, ...sandbox }),
    ...options,
  };
  return Promise.all(Array.from({ length: count }, () => connect(shared)));
}

/** What a process of its own knows of a location. */
const processAt = (peopleFolder: string, locationId = 'one', hasTime = () => true) => ({
  state: createLocationState({ locationId, peopleFolder, stateStore: inMemoryStore() }),
  hasTime,
  notify: () => undefined,
});

async function everybody({ call, sandbox }: Connected): Promise<Json[]> {
  sandbox.advance(600_000);
  return (await call('search_contacts', { pageLimit: 500 })).contacts as Json[];
}

const parts = {
  tags: ['x'],
  note: 'Same note',
  tasks: [{ title: 'Call', dueDate: '2026-12-01T10:00:00Z' }],
};
const byMatch = (value: string) => ({
  matchField: EXTERNAL,
  customFields: [{ id: EXTERNAL, value }],
  firstName: 'Cleo',
  ...parts,
});

describe('two servers with one state folder', () => {
  const ways: [string, () => Json, SandboxOptions?][] = [
    ['email', () => ({ email: 'cleo@park.example', ...parts })],
    ['phone', () => ({ phone: '+13125550103', ...parts })],
    ['the match field alone', () => byMatch('C-3')],
    [
      'email, where duplicates are allowed',
      () => ({ email: 'c@park.example', ...parts }),
      { switches: { duplicatesAllowed: true } },
    ],
  ];
  test.each(ways)('onboard a person by %s at once: one contact, note and task', async (_, args, sandbox = {}) => {
    const [one, two] = (await servers(2, sandbox)) as [Connected, Connected];
    const answers = await Promise.all([one, two, one, two].map(({ call }) => call('onboard_contact', args())));
    const ids = new Set(answers.map(({ contact }) => (contact as Json).id));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    const [contactId] = ids;
    expect((await one.call('list_contact_notes', { contactId })).notes).toHaveLength(1);
    expect((await one.call('list_contact_tasks', { contactId })).tasks).toHaveLength(1);
    expect(await everybody(one)).toHaveLength(1);
  });

  test('different keys of one contact do not duplicate its parts', async () => {
    const both = { email: 'cleo@park.example', phone: '+13125550103' };
    const [one, two] = (await servers(2, { data: { ...data, contacts: [both] } })) as [Connected, Connected];
    const [{ contact }] = (await Promise.all([
      one.call('onboard_contact', { email: both.email, ...parts }),
      two.call('onboard_contact', { phone: both.phone, ...parts }),
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
    expect(await everybody(first)).toHaveLength(1);
  });

  test('also if the duplicate lookup is delayed like search', async () => {
    const [first, second] = (await servers(2, { switches: { duplicatesAllowed: true } })) as [Connected, Connected];
    const body = { contact: null };
    first.sandbox.setFaults([{ route: 'GET /contacts/search/duplicate', fault: { status: 200, body } }]);
    const person = { email: 'cleo@park.example', phone: '+13125550103', ...parts };
    await first.call('onboard_contact', person);
    expect(await second.call('onboard_contact', person)).toMatchObject({ created: false, note: { created: false } });
    expect(await second.call('onboard_contact', { phone: '+13125550103' })).toMatchObject({ created: false });
    expect(await everybody(first)).toHaveLength(1);
  });

  test('a create left unfinished by a killed process delays others, unless a lookup finds the contact', async () => {
    const [server] = (await servers(1, {}, {})) as [Connected];
    const folder = await freshFolder();
    const killed = processAt(folder, server.sandbox.locationId);
    const keys = [`customField ${EXTERNAL} K-1`, 'email kim@park.example'];
    await setKnownPerson(keys, killed, { at: NOW - 10_000 });
    const next = await connect({ sandboxed: server.sandbox, peopleFolder: folder });
    expect(await next.refused('onboard_contact', byMatch('K-1'))).toMatch(
      /whether they exist is not known yet\. Nothing was written\. Call again in 170 s\./,
    );
    expect(await everybody(next)).toHaveLength(0);
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
    // Stopped between its look at the notes and its write.
    if (request.url.endsWith('/notes')) clock.mockReturnValue(later);
    return server.sandbox.fetch(request);
  });
  const options = { sandboxed: server.sandbox, peopleFolder: await freshFolder(), api: { transport } };
  const { call } = await connect(options);
  const args = { email: 'cleo@park.example', note: 'Hello' };
  const answer = await call('onboard_contact', args).finally(() => clock.mockRestore());
  expect(answer).toMatchObject({ failed: [{ part: 'note', reason: 'No time was left to begin it.' }] });
  expect((await server.call('list_contact_notes', { contactId: (contact as Json).id })).notes).toEqual([]);
});

describe('the folder of people', () => {
  test('is private to the owner, contains no names, and no lock afterwards', async () => {
    const peopleFolder = await freshFolder();
    const { call, sandbox } = await connect({ sandbox: { data }, peopleFolder });
    await call('onboard_contact', { ...byMatch('P-1'), email: 'pat@park.example' });
    expect((await stat(peopleFolder)).mode & 0o777).toBe(0o700);
    const files = await readdir(peopleFolder);
    expect(files.every((file) => /^[0-9a-f]{32}\.json$/.test(file))).toBe(true);
    expect(files).toHaveLength(2);
    for (const file of files) {
      expect((await stat(join(peopleFolder, file))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(peopleFolder, file), 'utf8')).not.toMatch(/park|P-1/);
    }
    // A damaged entry is as good as none.
    for (const file of files) await writeFile(join(peopleFolder, file), '{"id"');
    sandbox.advance(600_000);
    expect(await call('onboard_contact', byMatch('P-1'))).toMatchObject({ created: false });
  });

  test('is cleared of outdated files', async () => {
    const peopleFolder = await freshFolder();
    const { call } = await connect({ sandbox: { data }, peopleFolder });
    await call('onboard_contact', { email: 'old@park.example' });
    const [old] = (await readdir(peopleFolder)) as [string];
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const file of [old, old.replace('json', 'lock'), `${old}.12345678`]) {
      await writeFile(join(peopleFolder, file), '');
      await utimes(join(peopleFolder, file), hourAgo, hourAgo);
    }
    const other = await connect({ sandbox: { data }, peopleFolder });
    await other.call('onboard_contact', { email: 'new@park.example' });
    await expect.poll(() => readdir(peopleFolder)).toHaveLength(1);
    expect(await readdir(peopleFolder)).not.toContain(old);
  });

  test('without a writable folder, one process still creates each person once and says that others are not coordinated', async () => {
    const blocked = await freshFolder();
    const file = join(blocked, '..', '..', 'file');
    await writeFile(file, '');
    await chmod(file, 0o400);
    const { call } = await connect({ sandbox: { data, indexDelayMs: 60_000 }, peopleFolder: join(file, 'people') });
    const answers = await Promise.all([1, 2, 3].map(() => call('onboard_contact', byMatch('B-1'))));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    const notice = expect.stringMatching(/^The state folder takes no files.*Tell the owner\.$/);
    expect(answers).toEqual(Array(3).fill(expect.objectContaining({ notice })));
  });

  test('separates locations', async () => {
    const folder = await freshFolder();
    await setKnownPerson(['email a'], processAt(folder), { id: 'x', at: 1 });
    expect(await findKnownPerson('email a', processAt(folder, 'two'))).toBeUndefined();
    expect(await findKnownPerson('email a', processAt(folder))).toEqual({ id: 'x', at: 1 });
  });

  test('a person locked by another process for too long is skipped with a message', async () => {
    const folder = await freshFolder();
    let left = 3;
    const impatient = processAt(folder, 'one', () => left-- > 0);
    await withPersonLock(['a', 'b'], processAt(folder), async () => {
      const second = withPersonLock(['b'], impatient, async () => 'done');
      await expect(second).rejects.toThrow('worked on the same person for all of the time; nothing was written');
    });
    expect(await withPersonLock(['b'], processAt(folder), async () => 'done')).toBe('done');
  });
});
