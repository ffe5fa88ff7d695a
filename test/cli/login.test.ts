import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../src/sandbox/index.ts';
import { REDIRECT } from '../api/auth/signed-in.ts';
import { consent, createWorld, printedAddress, type Ran, type World } from '../api/auth/world.ts';
import { PROGRAM } from '../program.ts';

/** One line on stderr, after the program's name. */
const line = (stderr: string) => /^ghl-contacts-mcp: (.+)\n$/.exec(stderr)?.[1];
const AGENCY = 'contacts.readonly oauth.readonly oauth.write';

function expectRefused({ code, stdout, stderr }: Ran, exitCode: number, sentence: RegExp): void {
  expect(line(stderr), stderr).toMatch(sentence);
  expect(code).toBe(exitCode);
  expect(stdout).toBe('');
}

describe('login by OAuth', () => {
  test('prints the address with scopes, state, version and the white-label host', async () => {
    const world = await createWorld();
    const env = {
      GHL_VERSION_ID: 'version1',
      GHL_AUTHORIZE_URL: 'https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation',
    };
    const { code, stdout } = await world.run(['login', '--scopes', 'contacts.readonly,contacts.write'], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('login --code');
    const address = printedAddress(stdout);
    expect(address.origin + address.pathname).toBe(env.GHL_AUTHORIZE_URL);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      response_type: 'code',
      client_id: world.sandbox.oauthClient.clientId,
      redirect_uri: REDIRECT,
      scope: 'contacts.readonly contacts.write',
      state: expect.stringMatching(/^[0-9a-f]{32}$/),
      version_id: 'version1',
    });
  });

  test.each(['the address', 'the bare code'])('takes %s', async (what) => {
    const world = await createWorld();
    const address = await world.begin('contacts.readonly locations.readonly');
    const given = what === 'the bare code' ? (address.searchParams.get('code') ?? '') : String(address);
    const { code, stdout } = await world.run(['login', '--code', given]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^Signed in to .+ \\(${world.sandbox.locationId}\\) of company \\w+. The tokens are in the file ${world.file}.\nGranted: contacts.readonly locations.readonly\n$`,
      ),
    );
    expect((await stat(world.file)).mode & 0o777).toBe(0o600);
    await (await world.server()).call('list_contacts');
  });

  test.each([
    ['without', (address: URL) => address.searchParams.delete('state')],
    ['with an empty', (address: URL) => address.searchParams.set('state', '')],
  ])('an address %s state is not taken silently, and nothing is spent; the bare code in it is', async (_, change) => {
    const world = await createWorld();
    const address = await world.begin();
    const before = (await world.requests()).length;
    change(address);
    const ran = await world.run(['login', '--code', String(address)]);
    expectRefused(ran, 2, /^That address carries no state, .* login --code "that code"$/);
    expect(ran.stderr).not.toContain(address.searchParams.get('code'));
    expect(await world.requests()).toHaveLength(before);
    expect((await world.run(['login', '--code', address.searchParams.get('code') ?? ''])).code).toBe(0);
  });

  test('a state that is not ours is refused, and nothing is spent', async () => {
    const world = await createWorld();
    const address = await world.begin();
    const theirs = new URL(address);
    theirs.searchParams.set('state', 'f'.repeat(32));
    expectRefused(await world.run(['login', '--code', String(theirs)]), 2, /^That address belongs to another login/);
    expect((await world.run(['login', '--code', String(address)])).code).toBe(0);
    // Once only: a state that came back is used up.
    expectRefused(await world.run(['login', '--code', String(address)]), 2, /^That address belongs to another login/);
  });

  test.each([
    ['a code that was used', 1, /^HighLevel did not accept the code: .* Begin again: ghl-contacts-mcp login$/],
    ['a code that is over', 1, /^HighLevel did not accept the code: /],
    ['a wrong client secret', 1, /^HighLevel did not accept the code: .*client id, secret and redirect URI/],
    ['no code at all', 2, /^There is no code in that\./],
    ['an address without a code', 2, /^There is no code in that\./],
    ['no app', 2, /^OAuth needs an app: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI/],
    ['a dead network', 1, /^HighLevel could not be reached to sign in \(ECONNREFUSED\)/],
    ['a base URL that is not https', 2, /^GHL_BASE_URL: must be https/],
    ['an authorize URL that is not https', 2, /^GHL_AUTHORIZE_URL: must be https/],
    ['a store that is neither keychain nor file', 2, /^GHL_TOKEN_STORE: "disk" is not keychain and not file/],
  ])('%s: exit code %i and one line', async (what, exitCode, sentence) => {
    const world = await createWorld();
    const given = (await world.begin()).searchParams.get('code') ?? '';
    if (what === 'a code that was used') await world.run(['login', '--code', given]);
    if (what === 'a code that is over') world.sandbox.advance(11 * 60_000);
    const env: Record<string, Record<string, string>> = {
      'a wrong client secret': { GHL_CLIENT_SECRET: 'wrong' },
      'no app': { GHL_CLIENT_SECRET: '${GHL_CLIENT_SECRET}' },
      'a dead network': { GHL_BASE_URL: 'http://127.0.0.1:1' },
      'a base URL that is not https': { GHL_BASE_URL: 'http://services.example' },
      'an authorize URL that is not https': { GHL_AUTHORIZE_URL: 'http://marketplace.example' },
      'a store that is neither keychain nor file': { GHL_TOKEN_STORE: 'disk' },
    };
    const codes: Record<string, string> = {
      'no code at all': ' ',
      'an address without a code': `${REDIRECT}?error=access_denied`,
    };
    expectRefused(
      await world.run(['login', '--code', codes[what] ?? given], { env: env[what] ?? {} }),
      exitCode,
      sentence,
    );
  });
});

describe('login with a private token', () => {
  test('takes it from standard input, tries it, keeps it, and a server works with it', async () => {
    const world = await createWorld();
    const { token, locationId } = world.sandbox;
    const ran = await world.run(['login', '--api-key', '--location', locationId], { input: `${token}\r\n` });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(
      /^Signed in to .+\. The token is in the file .+\.\nNobody can ask HighLevel which scopes it has/,
    );
    expect(await world.stored()).toEqual({ [`location:${locationId}`]: { kind: 'private', token } });
    await (await world.server({ GHL_CLIENT_ID: '' })).call('list_contacts');
  });

  test.each([
    ['a wrong key', 1, /^HighLevel does not accept the token/],
    ['a revoked key', 1, /^HighLevel does not accept the token/],
    ['a key for another location', 1, /^The token does not belong to location \w+/],
    ['a key without the scope', 1, /^The token lacks the scope contacts\.readonly/],
    ["an agency's private key", 1, /^This is an agency token, and contacts belong to a sub-account/],
    ["an agency's OAuth token", 1, /^This is an agency token, and contacts belong to a sub-account/],
    ['nothing', 2, /^That is no token: it is empty/],
    ['two words', 2, /^That is no token/],
    ['no location', 2, /^Which location is the token for\?/],
    ['a dead network', 1, /ECONNREFUSED/],
  ])('%s: exit code %i and one line, and nothing is stored', async (what, exitCode, sentence) => {
    const world = await createWorld();
    const { sandbox } = world;
    const scopes = ['contacts.readonly', 'users.readonly'];
    const revoked = sandbox.issueToken({ scopes, token: 'pit-r' });
    sandbox.revoke(revoked);
    const keys: Record<string, () => string> = {
      'a wrong key': () => 'pit-00000000-0000-0000-0000-000000000000',
      'a revoked key': () => revoked,
      'a key without the scope': () => sandbox.issueToken({ scopes: ['contacts.write'], token: 'pit-w' }),
      "an agency's private key": () => sandbox.issueToken({ scopes, userType: 'Company', token: 'pit-a' }),
      "an agency's OAuth token": () => sandbox.issueToken({ scopes, userType: 'Company', token: 'oauth-a' }),
      nothing: () => '',
      'two words': () => 'pit-one two',
    };
    const location = what === 'a key for another location' ? sandbox.foreign.locationId : sandbox.locationId;
    const args = ['login', '--api-key', ...(what === 'no location' ? [] : ['--location', location])];
    const env = what === 'a dead network' ? { GHL_BASE_URL: 'http://127.0.0.1:1', GHL_TIMEOUT_MS: '1000' } : {};
    expectRefused(await world.run(args, { env, input: keys[what]?.() ?? sandbox.token }), exitCode, sentence);
    expect(existsSync(world.file)).toBe(false);
  });

  test('a key that may only write is taken where that is all it is for', async () => {
    const world = await createWorld();
    const input = world.sandbox.issueToken({ scopes: ['contacts.write'], token: 'pit-w' });
    const args = ['login', '--api-key', '--location', world.sandbox.locationId];
    expect((await world.run(args, { input, env: { GHL_SCOPES: 'contacts.write' } })).code).toBe(0);
  });
});

describe('an agency', () => {
  test('its login lists the locations, and each works when it is named', async () => {
    const world = await createWorld();
    const { code, stdout } = await world.login(AGENCY, { company: true });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Signed in to agency \w+ with \d+ locations\./);
    for (const { id, name } of world.sandbox.agencyLocations) expect(stdout).toContain(`  ${id}  ${name}`);
    expect(stdout).toMatch(/Set GHL_LOCATION_ID to the one the server is to work in\.\n$/);
    const server = await world.server();
    expect(await server.refused('list_contacts')).toMatch(
      /^Signed in to several locations: set GHL_LOCATION_ID to one of \w+/,
    );
    const [place] = world.sandbox.agencyLocations;
    await (await world.server({ GHL_LOCATION_ID: place?.id ?? '' })).call('list_contacts');
    const { stdout: listed } = await world.run(['accounts']);
    expect(listed).toContain(`${place?.id}  ${place?.name}`);
  });

  test('a second login of it with more scopes counts for locations that were used before', async () => {
    const world = await createWorld();
    const env = { GHL_LOCATION_ID: world.sandbox.agencyLocations[0]?.id ?? '' };
    await world.login(AGENCY, { company: true });
    const server = await world.server(env);
    await server.call('list_contacts');
    await world.login(`${AGENCY} contacts.write`, { company: true });
    await expect.poll(server.tools, { timeout: 10_000 }).toContain('create_contact');
    await server.call('create_contact', { firstName: 'Second', lastName: 'Login' });
  });

  test.each([
    ['fails', { status: 500 }],
    ['is cut off', { connection: 'cut' }],
    ['is no JSON', { answer: 'html' }],
  ] satisfies [string, Fault][])(
    'a list of locations that %s: the sign-in is stored, and accounts lists again',
    async (_, fault) => {
      const world = await createWorld();
      const address = await world.begin(AGENCY, { company: true });
      world.sandbox.setFaults([{ route: 'GET /oauth/installedLocations', fault }]);
      const ran = await world.run(['login', '--code', String(address)]);
      expectRefused(
        ran,
        1,
        /The sign-in is stored all the same: ghl-contacts-mcp accounts lists the locations again\.$/,
      );
      expect(Object.keys(await world.stored())).toEqual([expect.stringMatching(/^company:/)]);
      const still = await world.run(['accounts']);
      expect(still.stderr).toMatch(/^ghl-contacts-mcp: The locations of agency \w+ are not known\. .+\n$/);
      expect(still.code).toBe(0);
      world.sandbox.setFaults([]);
      const { stdout } = await world.run(['accounts']);
      const [place] = world.sandbox.agencyLocations;
      expect(stdout).toContain(`  ${place?.id}  ${place?.name}`);
      await (await world.server({ GHL_LOCATION_ID: place?.id ?? '' })).call('list_contacts');
    },
  );

  test('without the scope for its locations it says so', async () => {
    const world = await createWorld();
    expectRefused(
      await world.login('contacts.readonly', { company: true }),
      1,
      /^HighLevel did not list the locations .* oauth\.readonly/,
    );
  });
});

describe('accounts and logout', () => {
  test('a second login adds; accounts lists both; one goes, then all', async () => {
    const world = await createWorld();
    const { locationId, agencyLocations } = world.sandbox;
    const place = agencyLocations.find(({ id }) => id !== locationId)?.id ?? '';
    expect((await world.run(['accounts'])).stdout).toMatch(/^Nobody is signed in\. Sign in: ghl-contacts-mcp login/);
    await world.login(AGENCY, { company: true });
    await (await world.server({ GHL_LOCATION_ID: place })).call('list_contacts');
    await world.login('contacts.readonly contacts.write');
    const { stdout } = await world.run(['accounts']);
    expect(stdout).toMatch(
      new RegExp(
        `^${locationId} .*\n  OAuth: contacts.readonly contacts.write\n  access token until [\\d-]+ [\\d:]+ UTC, renewed by itself$`,
        'm',
      ),
    );
    expect(stdout).toMatch(new RegExp(`^${place} `, 'm'));
    expect(JSON.parse((await world.run(['accounts', '--json'])).stdout).accounts).toHaveLength(2);
    expectRefused(await world.run(['logout', '--location', 'nowhere']), 2, /^Nobody is signed in to location nowhere/);
    const out = await world.run(['logout', '--location', place]);
    expect(out.stdout).toMatch(/^Signed out of location .*\nThe grant itself ends in HighLevel: /);
    expect(Object.keys(await world.stored()).sort()).toEqual([
      expect.stringMatching(/^company:/),
      `location:${locationId}`,
    ]);
    expect((await world.run(['logout'])).stdout).toMatch(/^Signed out everywhere/);
    expect(await world.stored()).toEqual({});
  });

  test('two logins at once lose nothing', async () => {
    const world = await createWorld();
    const [one, two] = [await world.begin('contacts.readonly'), await world.begin(AGENCY, { company: true })];
    const ran = await Promise.all([one, two].map((address) => world.run(['login', '--code', String(address)])));
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    expect(Object.keys(await world.stored()).sort()).toEqual([
      expect.stringMatching(/^company:/),
      `location:${world.sandbox.locationId}`,
    ]);
    const { accounts, agencies } = JSON.parse((await world.run(['accounts', '--json'])).stdout);
    expect([accounts.length, agencies.length]).toEqual([1, 1]);
    expect((await readdir(world.folder)).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });
});

describe('a store that is no good', () => {
  const break_: Record<string, (world: World) => Promise<unknown>> = {
    'half-written': async ({ file }) => writeFile(file, (await readFile(file, 'utf8')).slice(0, 300), { mode: 0o600 }),
    empty: ({ file }) => writeFile(file, ''),
    'of another shape': ({ file }) => writeFile(file, '{"secrets":{"location:x":5}}'),
    'readable by others': ({ file }) => chmod(file, 0o644),
    'with damaged facts': ({ facts }) => writeFile(facts, '{"accounts":[null],"agencies":[]}'),
  };
  const says: Record<string, RegExp> = {
    'half-written': /^The token store .+ is damaged\. Nothing was changed; move it away and sign in again/,
    empty: /^The token store .+ is damaged\./,
    'of another shape': /^The token store .+ is damaged\./,
    'readable by others': /^The token store .+ can be read by others\. Make it yours alone: chmod 600 "/,
    'with damaged facts': /^The list of accounts .+ is damaged\. Move it away and sign in again/,
  };
  test.each(Object.keys(break_))(
    '%s: a call, login and logout say so in one line, and the code is not spent',
    async (how) => {
      const world = await createWorld();
      await world.login();
      const address = await world.begin();
      const before = (await world.requests()).length;
      await break_[how]?.(world);
      const sentence = says[how] ?? /never/;
      const server = await world.server();
      expect(await server.tools()).not.toEqual([]);
      expect(await server.refused('list_contacts')).toMatch(sentence);
      const bare = address.searchParams.get('code') ?? '';
      expectRefused(await world.run(['login', '--code', bare]), 1, sentence);
      expectRefused(await world.run(['logout']), 1, sentence);
      expect(await world.requests()).toHaveLength(before);
    },
  );

  test('a folder nobody can write to: login says so and spends no code', async () => {
    const world = await createWorld();
    const address = await world.begin();
    const before = (await world.requests()).length;
    await writeFile(join(world.folder, 'plain'), '');
    const env = { GHL_TOKEN_STORE: `file:${world.folder}/plain/tokens.json` };
    const bare = address.searchParams.get('code') ?? '';
    expectRefused(
      await world.run(['login', '--code', bare], { env }),
      1,
      /cannot be (written|read) \((ENOTDIR|EEXIST)\)/,
    );
    expectRefused(await world.run(['login'], { env }), 1, /cannot be (written|read) \((ENOTDIR|EEXIST)\)/);
    expect(await world.requests()).toHaveLength(before);
  });

  test('a disk that turned read-only: what is signed in works on while its token lives', async () => {
    const world = await createWorld();
    await world.login();
    // A name too long for any lock beside it stands for such a disk, also where the tests may do everything.
    const file = join(world.folder, 'x'.repeat(235));
    const [[key, secret] = []] = Object.entries(await world.stored());
    const store = (lifeMs: number) =>
      JSON.stringify({ secrets: { [String(key)]: { ...secret, expiresAt: Date.now() + lifeMs } } });
    await copyFile(world.facts, `${file}.accounts.json`);
    await writeFile(file, store(60_000), { mode: 0o600 });
    const env = { GHL_TOKEN_STORE: `file:${file}` };
    await (await world.server(env)).call('list_contacts');
    await writeFile(file, store(-1));
    expect(await (await world.server(env)).refused('list_contacts')).toMatch(/cannot be written \(ENAMETOOLONG\)/);
    expect(await world.refreshes()).toEqual([]);
  });
});

describe.skipIf(!existsSync('/usr/bin/script'))('on a terminal', () => {
  /** The program on a pseudo terminal: what is shown, what is typed. */
  function terminal(world: World, command: string) {
    const child = spawn('/usr/bin/script', ['-qec', `"${process.execPath}" "${PROGRAM}" ${command}`, '/dev/null'], {
      env: world.env,
    });
    onTestFinished(() => void child.kill());
    let shown = '';
    child.stdout.on('data', (chunk) => {
      shown += chunk;
    });
    return {
      shown: () => shown.replaceAll('\r', ''),
      until: (text: string) => expect.poll(() => shown, { timeout: 20_000 }).toContain(text),
      type: (text: string) => child.stdin.write(`${text}\r`),
      ended: new Promise<number | null>((resolve) => child.once('close', resolve)),
    };
  }

  test('login takes the pasted address', async () => {
    const world = await createWorld();
    const { shown, until, type, ended } = terminal(world, 'login --scopes contacts.readonly');
    await until('Paste the address');
    type(String(await consent(printedAddress(shown()))));
    expect(await ended).toBe(0);
    expect(shown()).toContain('Signed in to ');
  });

  test.each([
    ['yes', 0, 'Signed in to '],
    ['no', 2, 'give only what stands after code='],
  ])('an address without state is asked about: %s', async (answer, exitCode, says) => {
    const world = await createWorld();
    const { shown, until, type, ended } = terminal(world, 'login --scopes contacts.readonly');
    await until('Paste the address');
    const address = await consent(printedAddress(shown()));
    address.searchParams.delete('state');
    type(String(address));
    await until('(yes/no)');
    type(answer);
    expect(await ended).toBe(exitCode);
    expect(shown()).toContain(says);
  });

  test('a private token is not shown while it is typed', async () => {
    const world = await createWorld();
    const { shown, until, type, ended } = terminal(world, `login --api-key --location ${world.sandbox.locationId}`);
    await until('Private integration token: ');
    // The prompt stands before the terminal's echo is off.
    await new Promise((resolve) => setTimeout(resolve, 200));
    type(world.sandbox.token);
    expect(await ended).toBe(0);
    expect(shown()).toContain('Signed in to ');
    expect(shown()).not.toContain(world.sandbox.token);
  });
});
