import { spawnSync } from 'node:child_process';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/api/write/journal/entry.ts';
import type { Json } from '../../src/lib/json.ts';
import { createWorld } from '../api/auth/world.ts';
import { find } from '../connect.ts';
import { HELLO, PROGRAM, rpc, start } from '../program.ts';
import { runCommand } from './run-command.ts';

const WRITES = 'contacts.readonly contacts.write';

/** A server that is signed in, and what it wrote. */
async function setUp() {
  const world = await createWorld();
  await world.signIn(WRITES);
  const server = await world.server({ GHL_SCOPES: WRITES });
  const { id } = await find(server.call, 'maria');
  await server.call('update_contact', { contactId: id, city: 'Elsewhere' });
  const { contact } = await server.call('create_contact', { firstName: 'Ann', lastName: 'Lee\u202e' });
  await server.client.close();
  const file = join(world.folder, 'state/ghl-contacts-mcp/journal.jsonl');
  const entries = async () =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line): Entry => JSON.parse(line));
  return { ...world, id, other: (contact as Json & { id: string }).id, file, entries };
}

describe('ghl-contacts-mcp journal', () => {
  test('prints who, what, from, to and when, newest first', async () => {
    const { run, id, other } = await setUp();
    const { code, stdout, stderr } = await run(['journal'], { env: { GHL_TIMEZONE: 'America/Chicago' } });
    expect([code, stderr]).toEqual([0, '']);
    const [created = '', updated = ''] = stdout.split(/^(?=\d{4}-)/m);
    expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?-0[56]:00 {2}create_contact\n {2}Ann Lee /);
    expect(created).toContain(`${other}, by test 0, change `);
    expect(created).toContain('  firstName: none -> Ann\n');
    expect(updated).toContain(`${id}, by test 0, change `);
    expect(updated).toMatch(/\n {2}city: \w+ -> Elsewhere\n$/);
  });

  test('--json prints one entry in each line, --contact and --since select', async () => {
    const { run, id, entries } = await setUp();
    const all = (await entries()).toReversed();
    const printed = async (...args: string[]) => {
      const { code, stdout } = await run(['journal', '--json', ...args]);
      expect(code).toBe(0);
      return stdout.split('\n').flatMap((line): Entry[] => (line ? [JSON.parse(line)] : []));
    };
    expect((await printed()).map((entry) => entry.id)).toEqual(all.map((entry) => entry.id));
    expect((await printed('--contact', id)).map(({ tool }) => tool)).toEqual(['update_contact']);
    expect(await printed('--since', '2999-01-01')).toEqual([]);
    expect(await printed('--since', '2020-01-01')).toHaveLength(2);
  });

  test('skips damaged lines, and says how many', async () => {
    const { run, file } = await setUp();
    await appendFile(file, '{"v":1,"id":\nnothing\n{"v":9}\n');
    const { code, stdout, stderr } = await run(['journal']);
    expect([code, stdout.match(/change /g)?.length]).toEqual([0, 2]);
    expect(stderr).toBe(
      'ghl-contacts-mcp: Damaged lines of the journal were left out: 2.\nghl-contacts-mcp: Lines of the journal that another version wrote were left out: 1.\n',
    );
  });

  test('never prints what was written to another location', async () => {
    const { run, sandbox, file } = await setUp();
    const other = await run(['journal'], { env: { GHL_LOCATION_ID: sandbox.foreign.locationId } });
    expect([other.code, other.stdout]).toEqual([0, `No changes in ${file}.\n`]);
    const own = await run(['journal', '--json'], { env: { GHL_LOCATION_ID: sandbox.locationId } });
    expect(own.stdout.split('\n')).toHaveLength(3);
  });

  test.each([
    [['--since', 'yesterday'], {}, 2, '--since: give a day, such as 2026-11-24, or a time'],
    [['2026-11-24'], {}, 2, 'too many arguments'],
    [['--since', '2026-02-30'], {}, 2, '--since: "2026-02-30" is not a valid date or time'],
    [['--contact', '../x'], {}, 2, '--contact: not the id of a contact.'],
    [
      [],
      { GHL_JOURNAL: 'off' },
      1,
      'The journal is off (GHL_JOURNAL=off), so that no changes are recorded. To read one',
    ],
    [[], {}, 1, 'To read the journal of a location that nobody is signed in to, set GHL_LOCATION_ID to its id.'],
    [[], { GHL_JOURNAL_DAYS: 'many' }, 2, 'GHL_JOURNAL_DAYS: "many" is not a whole number from 1 to 3650.'],
    [[], { GHL_JOURNAL_VALUES: 'some' }, 2, 'GHL_JOURNAL_VALUES: "some" is not one of on, off.'],
  ])('%j with %j ends with one line', async (args, env, code, message) => {
    const world = await createWorld();
    const { GHL_CLIENT_ID: _, ...rest } = world.env;
    const located = args.length > 0 ? { GHL_LOCATION_ID: world.sandbox.locationId } : {};
    const ran = await runCommand(['journal', ...args], { ...rest, ...located, ...env });
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr.match(/\n/g)).toHaveLength(1);
  });

  test('shows lists and times as people write them, and ends with the pipe it writes to', async () => {
    const { env: world, run, file, entries } = await setUp();
    const [entry] = await entries();
    const task = {
      ...{ ...entry, tool: 'create_contact_task', contactName: 'Ann', group: 'run1', undoes: 'other' },
      ...{ before: null, after: { dueDate: '2026-12-01T15:00:00.000Z', tags: ['vip', 'new'] }, outcome: 'unknown' },
    };
    await appendFile(file, `${JSON.stringify(task)}\n`);
    const env = { GHL_TIMEZONE: 'America/Chicago' };
    const { stdout } = await run(['journal'], { env });
    expect(stdout).toContain('create_contact_task  it is not known whether it was done\n');
    expect(stdout).toMatch(/, by test 0, change \w+, undoes other, run run1\n/);
    expect(stdout).toContain('  dueDate: none -> 2026-12-01T09:00-06:00\n');
    expect(stdout).toContain('  tags: none -> vip, new\n');
    await appendFile(file, `${JSON.stringify(task)}\n`.repeat(5_000));
    const shell = `"$0" "$1" journal | head -1; exit "\${PIPESTATUS[0]}"`;
    const { status, stdout: first } = spawnSync('bash', ['-c', shell, process.execPath, PROGRAM], {
      env: { ...process.env, ...world, ...env },
      encoding: 'utf8',
    });
    expect([status, first.split('\n').length]).toEqual([0, 2]);
  });

  test('of the sandbox has only what was written in the sandbox', async () => {
    const { env, run } = await setUp();
    expect((await run(['journal', '--sandbox'])).stdout).toMatch(/^No changes in \/.*\/sandbox-journal\.jsonl\.\n$/);
    const program = start(['--sandbox'], env);
    program.send(HELLO);
    await program.answer(1);
    program.send(rpc(2, 'tools/call', { name: 'create_contact', arguments: { firstName: 'Sandy' } }));
    await program.answer(2);
    program.child.stdin.end();
    await program.ended;
    expect((await run(['journal', '--sandbox'])).stdout).toContain('Sandy');
    expect((await run(['journal'])).stdout).not.toContain('Sandy');
  });
});

test('a sign-in that HighLevel no longer accepts is journalled once', async () => {
  const world = await createWorld();
  await world.signIn();
  await world.expire();
  world.sandbox.setFaults([{ route: 'POST /oauth/token', fault: { status: 400, body: { error: 'invalid_grant' } } }]);
  const { refused, client } = await world.server();
  for (let call = 0; call < 3; call += 1)
    expect(await refused('list_contacts')).toContain('no longer accepts this sign-in');
  await client.close();
  const text = await readFile(join(world.folder, 'state/ghl-contacts-mcp/journal.jsonl'), 'utf8');
  const { locationId } = world.sandbox;
  expect(JSON.parse(text)).toMatchObject({ tool: 'refresh_token', outcome: 'refused', reason: 'signIn', locationId });
});

test('with GHL_JOURNAL=off nothing is journalled: no write, refused call or failed sign-in', async () => {
  const world = await createWorld();
  const off = { GHL_JOURNAL: 'off' };
  const env = { ...off, GHL_LOCATION_ID: world.sandbox.locationId };
  expect((await world.run(['login', '--api-key'], { env, input: `pit-${'1'.repeat(36)}\n` })).code).toBe(1);
  await world.signIn(WRITES);
  const server = await world.server({ ...off, GHL_SCOPES: WRITES, GHL_TOOLS: '-delete_contact' });
  await server.call('create_contact', { firstName: 'Ann' });
  expect(await server.refused('delete_contact', { contactId: 'a'.repeat(20) })).toContain('switched off');
  expect(await server.refused('list_recent_changes')).toContain('The journal is off (GHL_JOURNAL=off)');
  await server.client.close();
  const files = await readdir(world.folder, { recursive: true });
  expect(files.filter((file) => file.includes('journal'))).toEqual([]);
});

test('a sign-in that fails is journalled without its token', async () => {
  const { run, folder, sandbox } = await createWorld();
  const token = 'pit-11111111-2222-4333-8444-555555555555';
  const env = { GHL_LOCATION_ID: sandbox.locationId };
  expect((await run(['login', '--api-key'], { env, input: `${token}\n` })).code).toBe(1);
  const text = await readFile(join(folder, 'state/ghl-contacts-mcp/journal.jsonl'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({
    tool: 'login',
    locationId: sandbox.locationId,
    outcome: 'refused',
    attempts: 0,
  });
  expect(text).not.toContain(token);
  const { stdout } = await run(['journal'], { env });
  expect(stdout).toMatch(/ {2}login {2}refused, nothing was written \(\w+\)\n/);
});
