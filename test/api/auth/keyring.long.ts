import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/index.ts';
import { PROGRAM } from '../../program.ts';
import { createWorld, runProgram, type World } from './world.ts';

const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter(
  (program) => spawnSync(program, ['--version']).status !== 0,
);
const SKIPPED = missing.length ? ` (skipped: ${missing.join(' and ')} not installed)` : '';

/** The library of the keychain keeps the session of its process, so that each command runs in a process of its own. */
const processes = (options?: SandboxOptions) => createWorld(options, runProgram);

/** A desktop session with an unlocked keyring; its files are in the world's folder. */
async function keyring({ env, folder }: World): Promise<Record<string, string>> {
  const script =
    'echo | gnome-keyring-daemon --unlock --components=secrets >&2 && echo "$DBUS_SESSION_BUS_ADDRESS" && exec cat';
  const session = spawn('dbus-run-session', ['--', 'sh', '-c', script], { env: { ...env, XDG_RUNTIME_DIR: folder } });
  const ended = new Promise((resolve) => session.once('close', resolve));
  onTestFinished(async () => {
    session.stdin.end();
    await ended;
  });
  for await (const DBUS_SESSION_BUS_ADDRESS of createInterface({ input: session.stdout }))
    return { GHL_TOKEN_STORE: '', DBUS_SESSION_BUS_ADDRESS };
  throw new Error('no session');
}

/** Files other than the keyring's that hold one of the secrets. */
async function filesWith(folder: string, secrets: readonly string[]): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as const));
  return texts.filter(([, text]) => secrets.some((secret) => text.includes(secret))).map(([path]) => path);
}

describe.skipIf(missing.length > 0)(`a real keyring${SKIPPED}`, () => {
  test('login stores a private token, a server reads it, logout deletes it', async () => {
    const world = await processes();
    const env = await keyring(world);
    const { token, locationId } = world.sandbox;
    const args = ['login', '--api-key', '--location', locationId];
    const ran = await world.run(args, { env, input: token });
    expect(ran.stdout).toContain('The token is in the keychain.');
    expect(await filesWith(world.folder, [token])).toEqual([]);
    await (await world.server(env)).call('list_contacts');
    expect((await world.run(['doctor'], { env })).stdout).toMatch(/^✓ store +keychain; signed in: /m);
    expect((await world.run(['logout'], { env })).code).toBe(0);
    expect(await (await world.server(env)).refused('list_contacts')).toMatch(/^Not signed in/);
    // Read from the keyring itself, not from the list of accounts.
    expect(await entries(env)).toEqual([]);
  });

  test('OAuth: it stores a rotated pair, and the pairs of an agency and of a location separately', async () => {
    const world = await processes({ tokenTtlMs: 1_500 });
    const env = await keyring(world);
    await world.login('contacts.readonly oauth.readonly oauth.write', { env, company: true });
    const { code, stdout } = await world.login('contacts.readonly', { env });
    expect([code, stdout]).toEqual([0, expect.stringContaining('The tokens are in the keychain.')]);
    const here = { ...env, GHL_LOCATION_ID: world.sandbox.locationId };
    for (let start = 0; start < 2; start += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1_600));
      await (await world.server(here)).call('list_contacts');
    }
    expect((await entries(env)).sort()).toEqual([
      expect.stringMatching(/^company:/),
      `location:${world.sandbox.locationId}`,
    ]);
    expect(
      (await world.requests()).filter(({ spentRefreshToken, graceRefresh }) => spentRefreshToken || graceRefresh),
    ).toEqual([]);
  });

  test('login and doctor report that tokens in the keyring cannot be read without it', async () => {
    const world = await processes();
    const env = await keyring(world);
    await world.login('contacts.readonly', { env });
    const unavailable = { ...env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.folder}/no-bus` };
    expect(await (await world.server(unavailable)).refused('list_contacts')).toMatch(
      /^The keychain does not answer \(.+\)\. Unlock it/,
    );
    expect((await world.run(['doctor'], { env: unavailable })).stdout).toMatch(
      /^✗ store +The keychain does not answer/m,
    );
    const second = await world.login('contacts.readonly', { env: unavailable });
    expect(second.stderr).toMatch(
      /^ghl-contacts-mcp: The keychain, where your sign-ins are, does not answer: unlock it .+\n$/,
    );
    await (await world.server(env)).call('list_contacts');
  });
});

/** Our entries in the keyring, read by the library and not by the program. */
async function entries(env: Record<string, string>): Promise<string[]> {
  const code =
    "import('@napi-rs/keyring').then(async (k) => console.log(JSON.stringify((await k.findCredentialsAsync('ghl-contacts-mcp')).map((c) => c.account))))";
  const { stdout } = spawnSync(process.execPath, ['-e', code], { env: { ...process.env, ...env }, encoding: 'utf8' });
  return JSON.parse(stdout) as string[];
}

describe('without a keychain', () => {
  test('a private file is used instead, login and doctor name it, and a later keyring changes nothing', async () => {
    const world = await processes();
    const env = { GHL_TOKEN_STORE: '', DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.folder}/no-bus` };
    const file = join(world.folder, 'config/ghl-contacts-mcp/tokens.json');
    expect((await world.run(['doctor'], { env })).stdout).toMatch(
      /^· store .*login will use a file\. The keychain does not answer/m,
    );
    const { code, stdout } = await world.login('contacts.readonly', { env });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`The tokens are in the file ${file}.`)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await world.run(['doctor'], { env })).stdout).toContain(`file ${file}; signed in: `);
    await (await world.server(env)).call('list_contacts');
    if (missing.length === 0) {
      const later = await keyring(world);
      expect((await world.login('contacts.readonly', { env: later })).stdout).toContain(`in the file ${file}`);
    }
    expect((await world.run(['logout'], { env })).code).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/"secrets": \{\}/);
  });

  test('logout without a sign-in needs no keychain', async () => {
    const world = await processes();
    const env = { GHL_TOKEN_STORE: '', DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.folder}/no-bus` };
    expect((await world.run(['logout'], { env })).code).toBe(0);
  });
});

describe('without the library of the keychain', () => {
  /** The program in a folder that has no packages. */
  async function installed(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'ghl-bundle-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(dirname(PROGRAM), join(folder, 'dist'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    return join(folder, 'dist', 'index.js');
  }

  test('login uses a private file, and doctor says what is missing', async () => {
    const [world, program] = [await processes(), await installed()];
    const env = { ...world.env, GHL_TOKEN_STORE: '' };
    const before = await runProgram(['doctor'], env, '', program);
    expect(before.stdout).toMatch(/^· store .*login will use a file\. .*@napi-rs\/keyring is not installed/m);
    const { sandbox } = world;
    const login = ['login', '--api-key', '--location', sandbox.locationId];
    const { code, stdout } = await runProgram(login, env, `${sandbox.token}\n`, program);
    const file = join(world.folder, 'config/ghl-contacts-mcp/tokens.json');
    expect([code, stdout]).toEqual([0, expect.stringContaining(`The token is in the file ${file}.`)]);
    const after = await runProgram(['doctor'], env, '', program);
    expect(after.stdout).toMatch(/^✓ store .*tokens\.json; signed in: /m);
  });

  test('tokens that are in the keychain cannot be read, and the message says so', async () => {
    const [world, program] = [await processes(), await installed()];
    await world.signIn();
    const facts = JSON.parse(await readFile(world.facts, 'utf8'));
    const folder = join(world.folder, 'config/ghl-contacts-mcp');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'accounts.json'), JSON.stringify({ ...facts, store: 'keychain' }), { mode: 0o600 });
    const { code, stdout } = await runProgram(['doctor'], { ...world.env, GHL_TOKEN_STORE: '' }, '', program);
    expect(stdout).toMatch(/^✗ store .*@napi-rs\/keyring is not installed/m);
    expect(code).toBe(1);
  });
});
