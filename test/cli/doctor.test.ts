import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../../src/cli/settings.ts';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import { FACTS, isOpen } from '../../src/sandbox/index.ts';
import { createWorld, runProgram, type World } from '../api/auth/world.ts';
import { runCommand } from './run-command.ts';

type Env = Record<string, string>;
interface Report {
  readonly works: boolean;
  readonly findings: readonly { what: string; state: string; message: string }[];
}

/** The report as programs get it, with the exit code. */
async function doctor(world: World, env: Env = {}, args: readonly string[] = []) {
  const { code, stdout, stderr } = await world.run(['doctor', '--json', ...args], { env });
  expect(stderr).toBe('');
  const { works, findings } = JSON.parse(stdout) as Report;
  return {
    code,
    works,
    bad: findings.filter(({ state }) => state === 'bad').map(({ what, message }) => `${what}: ${message}`),
    of: (what: string) => findings.find((each) => each.what === what),
    all: findings,
  };
}

const pit = ({ sandbox }: World, token = sandbox.token): Env => ({
  GHL_API_KEY: token,
  GHL_LOCATION_ID: sandbox.locationId,
});

describe('doctor when the server would work', () => {
  test('with a private token: exit code 0, every line, only the ends of secrets', async () => {
    const world = await createWorld();
    const { code, stdout } = await world.run(['doctor'], { env: pit(world) });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/✗/);
    expect(stdout).toContain(`GHL_API_KEY=…${world.sandbox.token.slice(-4)}`);
    expect(stdout).toContain(`GHL_CLIENT_SECRET=…${world.sandbox.oauthClient.clientSecret.slice(-4)}`);
    for (const what of [
      'node',
      'settings',
      'store',
      'sign-in',
      'scopes',
      'journal',
      'reach',
      'location',
      'clock',
      'quota',
      'host',
    ])
      expect(stdout).toMatch(new RegExp(`^[✓·] ${what} `, 'm'));
  });

  test('signed in by OAuth: granted and effective scopes, with the number of tools of each', async () => {
    const world = await createWorld();
    await world.signIn('contacts.readonly contacts.write locations.readonly');
    const { code, works, of } = await doctor(world, { GHL_SCOPES: 'contacts.readonly' });
    expect([code, works]).toEqual([0, true]);
    expect(of('granted')?.message).toBe('contacts.readonly contacts.write locations.readonly');
    expect(of('scopes')?.message).toMatch(/^contacts\.readonly \(tools: \d+\)$/);
    expect(of('not allowed')?.message).toContain('contacts.write');
    expect(of('store')?.message).toBe(`file ${world.file}; signed in: ${world.sandbox.locationId} 0 days ago`);
    expect(of('sign-in')?.message).toBe(`OAuth for location ${world.sandbox.locationId}`);
  });

  test('names only scopes that are missing, also where a tool needs another one too', async () => {
    const world = await createWorld();
    const { of } = await doctor(world, { ...pit(world), GHL_SCOPES: 'contacts.readonly contacts.write' });
    expect(of('not allowed')?.message).toMatch(/^locations\.readonly, .+: GHL_SCOPES names what the server may use$/);
    expect(of('not allowed')?.message).not.toContain('contacts.');
  });

  test('with an expired token that can be renewed', async () => {
    const world = await createWorld();
    await world.signIn();
    await world.expire();
    expect(await doctor(world)).toMatchObject({ code: 0, bad: [] });
  });

  test.each([
    [89, 'ok'],
    [90, 'note'],
  ] as const)('tells the age of a stored private token, %i days, and how to rotate it', async (days, state) => {
    const world = await createWorld();
    const { locationId, token } = world.sandbox;
    await world.run(['login', '--api-key', '--location', locationId], { input: token });
    const accounts = await readFile(world.facts, 'utf8');
    const since = Date.now() - days * 86_400_000;
    await writeFile(world.facts, accounts.replace(/"since":\s*\d+/, `"since":${since}`));
    const { code, of } = await doctor(world);
    expect(code).toBe(0);
    expect(of('token')).toEqual({
      what: 'token',
      state,
      message: `of ${locationId} stored ${days} days ago; HighLevel advises a new one every 90 days; to rotate it: HighLevel, Settings > Private Integrations; then ghl-contacts-mcp login --api-key --location ${locationId}, and restart the host`,
    });
  });

  test('names the file of the journal', async () => {
    const world = await createWorld();
    const path = join(world.folder, 'changes.jsonl');
    const { of } = await doctor(world, { ...pit(world), GHL_JOURNAL: path, GHL_JOURNAL_DAYS: '30' });
    expect(of('journal')?.message).toBe(`${path}, for 30 days`);
    expect((await doctor(world, pit(world))).of('journal')?.message).toMatch(/^\/.+\/journal\.jsonl, for 90 days$/);
  });

  test('accepts a token that may only read contacts, and one that may only write them', async () => {
    const world = await createWorld();
    const { sandbox } = world;
    const read = sandbox.issueToken({ scopes: ['contacts.readonly'], token: 'pit-r' });
    const write = sandbox.issueToken({ scopes: ['contacts.write'], token: 'pit-w' });
    expect((await doctor(world, pit(world, read))).of('location')?.message).toContain(
      'locations.readonly is not granted',
    );
    expect((await doctor(world, { ...pit(world, write), GHL_SCOPES: 'contacts.write' })).code).toBe(0);
  });

  test('in the sandbox, with --facts', async () => {
    const world = await createWorld();
    const { code, all } = await doctor(world, {}, ['--sandbox', '--facts']);
    expect(code).toBe(0);
    const facts = all.filter(({ what }) => what === 'fact');
    expect(facts).toHaveLength(FACTS.filter((fact) => isOpen(fact) && fact.check).length);
    for (const { message } of facts) expect(message).toMatch(/ (Holds|Cannot tell) \([^()]+\)\.$/);
    expect(facts.filter(({ message }) => message.includes('Cannot tell'))).toEqual([]);
    expect(await world.requests()).toEqual([]);
  });

  test('--facts writes nothing', async () => {
    const world = await createWorld();
    expect((await doctor(world, pit(world), ['--facts'])).code).toBe(0);
    const sent = new Set((await world.requests()).map(({ method, path }) => `${method} ${path}`));
    expect(
      [...sent].filter((each) => !/^(GET \/|POST \/(contacts|locations\/\w+\/tasks)\/search$)/.test(each)),
    ).toEqual([]);
  });
});

const FAST = { GHL_TIMEOUT_MS: '1500' };

/** The failure, the exit code, and the line that says how to fix it. */
const failures: Record<string, { code: 1 | 2; message: RegExp; env: (world: World) => Env | Promise<Env> }> = {
  'nobody is signed in': {
    code: 1,
    message: /^sign-in: Not signed in to HighLevel: set GHL_API_KEY .+ or run ghl-contacts-mcp login/,
    env: () => ({}),
  },
  'a host did not replace its placeholders': {
    code: 1,
    message: /^sign-in: Not signed in/,
    env: () => ({ GHL_API_KEY: '${GHL_API_KEY}', GHL_LOCATION_ID: '' }),
  },
  'a key without a location': {
    code: 1,
    message: /^sign-in: GHL_LOCATION_ID is missing: set it/,
    env: (world) => ({ GHL_API_KEY: world.sandbox.token }),
  },
  'a wrong key': {
    code: 1,
    message: /^reach: HighLevel does not accept the token: .+ sets GHL_API_KEY/,
    env: (world) => pit(world, 'pit-wrong-wrong'),
  },
  'a wrong key that may only write': {
    code: 1,
    message: /^reach: HighLevel does not accept the token/,
    env: (world) => ({ ...pit(world, 'pit-wrong-wrong'), GHL_SCOPES: 'contacts.write' }),
  },
  'a key of another location': {
    code: 1,
    message: /^reach: The token does not belong to location/,
    env: (world) => ({ ...pit(world), GHL_LOCATION_ID: world.sandbox.foreign.locationId }),
  },
  "an agency's private token": {
    code: 1,
    message: /^reach: This is an agency token, and contacts belong to a sub-account/,
    env: (world) =>
      pit(
        world,
        world.sandbox.issueToken({
          scopes: ['contacts.readonly', 'users.readonly'],
          userType: 'Company',
          token: 'pit-agency',
        }),
      ),
  },
  "an agency's OAuth token": {
    code: 1,
    message: /^reach: This is an agency token/,
    env: (world) =>
      pit(
        world,
        world.sandbox.issueToken({ scopes: ['contacts.readonly'], userType: 'Company', token: 'agency-token' }),
      ),
  },
  'a missing scope': {
    code: 1,
    message: /^reach: The token lacks the scope contacts\.readonly/,
    env: (world) => pit(world, world.sandbox.issueToken({ scopes: ['contacts.write'], token: 'pit-w' })),
  },
  'a dead network': {
    code: 1,
    message: /^reach: .+ECONNREFUSED/,
    env: (world) => ({ ...pit(world), ...FAST, GHL_BASE_URL: 'http://127.0.0.1:1' }),
  },
  'no tool left': {
    code: 1,
    message: /^tools: No tool is left: extend GHL_SCOPES or GHL_TOOLS/,
    env: (world) => ({ ...pit(world), GHL_TOOLS: 'bulk' }),
  },
  'a base URL that is not https': {
    code: 2,
    message: /^settings: GHL_BASE_URL: must be https/,
    env: (world) => ({ ...pit(world), GHL_BASE_URL: 'http://services.example' }),
  },
  'several locations': {
    code: 1,
    message: /^sign-in: Signed in to several locations: set GHL_LOCATION_ID to one of/,
    async env(world) {
      await world.signIn('contacts.readonly oauth.readonly oauth.write', { company: true });
      return {};
    },
  },
  'a revoked refresh token': {
    code: 1,
    message: /^reach: HighLevel no longer accepts this sign-in: .+ Sign in again: ghl-contacts-mcp login$/,
    async env(world) {
      await world.signIn();
      const [pair] = Object.values(await world.stored());
      const body = JSON.stringify({ token: pair?.refreshToken });
      await fetch(`${world.url}/__sandbox/revoke`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      await world.expire();
      return {};
    },
  },
  'OAuth without the app that renews it': {
    code: 1,
    message: /^renewal: The sign-in cannot be renewed when its token ends: set GHL_CLIENT_ID/,
    async env(world) {
      await world.signIn();
      return { GHL_CLIENT_SECRET: '' };
    },
  },
  'a damaged token store': {
    code: 1,
    message: /^reach: The token store .+ is damaged/,
    async env(world) {
      await world.signIn();
      await writeFile(world.file, '{"secrets":');
      return {};
    },
  },
  'a damaged accounts file': {
    code: 1,
    message: /^store: The list of accounts .+ is damaged\. Move it away and sign in again/,
    async env(world) {
      await writeFile(world.facts, '[]');
      return {};
    },
  },
  'a token store that others can read': {
    code: 1,
    message: /^reach: The token store .+ can be read by others\. Restrict it to its owner: chmod 600/,
    async env(world) {
      await world.signIn();
      await chmod(world.file, 0o640);
      return {};
    },
  },
};

describe('doctor when the server would not work', () => {
  test.each(Object.entries(failures))(
    '%s: an exit code other than 0, and a line with the correction',
    async (_, { code, message, env }) => {
      const world = await createWorld();
      const report = await doctor(world, await env(world));
      expect(report).toMatchObject({ code, works: false });
      expect(report.bad.join('\n')).toMatch(new RegExp(message.source, 'm'));
    },
  );

  test.each([
    ['behind', 3_600_000],
    ['ahead of', -3_600_000],
  ])('a clock an hour %s is reported, and the server works', async (where, ahead) => {
    const options: SandboxOptions = { now: () => Date.now() + ahead };
    const world = await createWorld(options);
    await world.signIn();
    const { code, of } = await doctor(world);
    expect(code).toBe(0);
    expect(of('clock')?.message).toBe(
      `is 60 minutes ${where} HighLevel's: set this machine's clock, or due dates and token renewal will be off`,
    );
    await (await world.server()).call('list_contacts');
  });
});

test('without a sign-in the server starts, lists its tools and says how to sign in', async () => {
  const world = await createWorld();
  const server = await world.server();
  expect(await server.tools()).toContain('search_contacts');
  const sentence = /Not signed in to HighLevel: set GHL_API_KEY [^.]+ or run ghl-contacts-mcp login[^.]+\./;
  expect(server.client.getInstructions()).toMatch(sentence);
  expect(await server.refused('search_contacts')).toMatch(sentence);
});

test('doctor shows no secret from a wrong setting', async () => {
  const world = await createWorld();
  const secrets = ['pit-abcdef01-2345-4678-9abc-def012345678', 'tok_9f8e7d6c5b4a3f2e1d0c'];
  const { HOME = '', PATH = '' } = world.env;
  for (const [at, name] of Object.keys(SETTINGS).entries()) {
    const secret = secrets[at % 2] ?? '';
    const value = at % 3 === 0 ? `\${${secret}}` : secret;
    const { stdout, stderr, code } = await runCommand(['doctor'], { HOME, PATH, [name]: value });
    expect(code).not.toBe(0);
    expect(stderr).toBe('');
    for (const each of secrets) expect(stdout).not.toContain(each.slice(0, 12));
  }
  const unknown = await runCommand(['pit-abcdef01-2345-4678-9abc-def012345678'], world.env);
  expect(unknown).toMatchObject({ code: 2, stdout: '', stderr: expect.not.stringContaining('abcdef') });
  const served = await runCommand([], { HOME, PATH, GHL_TOOLS: 'tok_9f8e7d6c5b4a3f2e1d0c' });
  expect(served).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^[^\n]*"\[redacted\]" is no family[^\n]*\n$/),
  });
});

test('scopes of other parts of HighLevel are ignored and named', async () => {
  const world = await createWorld();
  const env = { ...pit(world), GHL_SCOPES: 'contacts.readonly conversations.readonly opportunities.write' };
  const { code, of } = await doctor(world, env);
  expect(code).toBe(0);
  expect(of('not used')?.message).toMatch(
    /^conversations\.readonly, opportunities\.write: for other parts of HighLevel/,
  );
});

test('its report is written to a pipe completely', async () => {
  const world = await createWorld();
  const { stdout } = await runProgram(['doctor', '--sandbox', '--facts'], world.env);
  expect(stdout).toMatch(/· host +put settings into .+\n$/);
});
