import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { REDIRECT } from '../api/auth/signed-in.ts';
import { createWorld, printedAddress } from '../api/auth/world.ts';
import { expectRefused } from './expect-refused.ts';

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

  test.each(['the address', 'the bare code'])('accepts %s', async (what) => {
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
  ])('an address %s state is rejected and its code not spent; the bare code is accepted', async (_, change) => {
    const world = await createWorld();
    const address = await world.begin();
    const before = (await world.requests()).length;
    change(address);
    const ran = await world.run(['login', '--code', String(address)]);
    expectRefused(ran, 2, /^That address has no state, .* login --code "that code"$/);
    expect(ran.stderr).not.toContain(address.searchParams.get('code'));
    expect(await world.requests()).toHaveLength(before);
    expect((await world.run(['login', '--code', address.searchParams.get('code') ?? ''])).code).toBe(0);
  });

  test('a state of another login is rejected and the code is not spent', async () => {
    const world = await createWorld();
    const address = await world.begin();
    const theirs = new URL(address);
    theirs.searchParams.set('state', 'f'.repeat(32));
    expectRefused(await world.run(['login', '--code', String(theirs)]), 2, /^That address belongs to another login/);
    expect((await world.run(['login', '--code', String(address)])).code).toBe(0);
    // A state is valid once.
    expectRefused(await world.run(['login', '--code', String(address)]), 2, /^That address belongs to another login/);
  });

  test.each([
    ['a code that was used', 1, /^HighLevel did not accept the code: .* Begin again: ghl-contacts-mcp login$/],
    ['an expired code', 1, /^HighLevel did not accept the code: /],
    ['a wrong client secret', 1, /^HighLevel did not accept the code: .*client id, secret and redirect URI/],
    ['no code at all', 2, /^That holds no code\./],
    ['an address without a code', 2, /^That holds no code\./],
    ['no app', 2, /^OAuth needs an app: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI/],
    ['a dead network', 1, /^HighLevel could not be reached to sign in \(ECONNREFUSED\)/],
    ['a base URL that is not https', 2, /^GHL_BASE_URL: must be https/],
    ['an authorize URL that is not https', 2, /^GHL_AUTHORIZE_URL: must be https/],
    ['a store that is neither keychain nor file', 2, /^GHL_TOKEN_STORE: "disk" is not keychain and not file/],
  ])('%s: exit code %i and one line', async (what, exitCode, sentence) => {
    const world = await createWorld();
    const given = (await world.begin()).searchParams.get('code') ?? '';
    if (what === 'a code that was used') await world.run(['login', '--code', given]);
    if (what === 'an expired code') world.sandbox.advance(11 * 60_000);
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
  test('reads the token from stdin, checks it, stores it, and a server uses it', async () => {
    const world = await createWorld();
    const { token, locationId } = world.sandbox;
    const ran = await world.run(['login', '--api-key', '--location', locationId], { input: `${token}\r\n` });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(
      /^Signed in to .+\. The token is in the file .+\.\nHighLevel does not tell the scopes of a private token/,
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

  test('a key without read scopes is accepted where GHL_SCOPES names none', async () => {
    const world = await createWorld();
    const input = world.sandbox.issueToken({ scopes: ['contacts.write'], token: 'pit-w' });
    const args = ['login', '--api-key', '--location', world.sandbox.locationId];
    expect((await world.run(args, { input, env: { GHL_SCOPES: 'contacts.write' } })).code).toBe(0);
  });
});
