import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/index.ts';
import { createWorld, runProgram } from '../api/auth/world.ts';
import { expectRefused } from './expect-refused.ts';

const AGENCY = 'contacts.readonly oauth.readonly oauth.write';

describe('an agency', () => {
  test('lists the locations at login, and each works when GHL_LOCATION_ID names it', async () => {
    const world = await createWorld();
    const { code, stdout } = await world.login(AGENCY, { company: true });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Signed in to agency \w+ with \d+ locations\./);
    for (const { id, name } of world.sandbox.agencyLocations) expect(stdout).toContain(`  ${id}  ${name}`);
    expect(stdout).toMatch(/Set GHL_LOCATION_ID to the one that the server should use\.\n$/);
    const server = await world.server();
    expect(await server.refused('list_contacts')).toMatch(
      /^Signed in to several locations: set GHL_LOCATION_ID to one of \w+/,
    );
    const [place] = world.sandbox.agencyLocations;
    await (await world.server({ GHL_LOCATION_ID: place?.id ?? '' })).call('list_contacts');
    const { stdout: listed } = await world.run(['accounts']);
    expect(listed).toContain(`${place?.id}  ${place?.name}`);
  });

  test('lists more locations than one page of the API holds', async () => {
    const world = await createWorld();
    const page = (from: number, to: number) => ({
      locations: Array.from({ length: to - from }, (_, i) => ({
        _id: `location${from + i}`,
        name: `Branch ${from + i}`,
      })),
    });
    const address = await world.begin(AGENCY, { company: true });
    const route = 'GET /oauth/installedLocations';
    world.sandbox.setFaults([
      { route, nth: 1, fault: { status: 200, body: page(0, 100) } },
      { route, nth: 2, fault: { status: 200, body: page(100, 130) } },
      { route, fault: { status: 200, body: page(0, 0) } },
    ]);
    const { stdout } = await world.run(['login', '--code', String(address)]);
    expect(stdout).toMatch(/^Signed in to agency \w+ with 130 locations\./);
    const lists = (await world.requests()).filter(({ path }) => path.startsWith('/oauth/installedLocations'));
    expect(lists.map(({ path }) => new URL(path, 'http://sandbox').searchParams.get('skip'))).toEqual([
      '0',
      '100',
      '130',
    ]);
    world.sandbox.setFaults([]);
    const { stdout: listed } = await world.run(['accounts']);
    expect(listed.match(/^ {2}location\d+ {2}Branch \d+$/gm)).toHaveLength(130);
    const server = await world.server({ GHL_LOCATION_ID: 'location129' });
    expect(await server.tools()).toContain('search_contacts');
  });

  test('a second login with more scopes applies to locations already in use', async () => {
    const world = await createWorld();
    const env = { GHL_LOCATION_ID: world.sandbox.agencyLocations[0]?.id ?? '' };
    await world.signIn(AGENCY, { company: true });
    const server = await world.server(env);
    await server.call('list_contacts');
    await world.signIn(`${AGENCY} contacts.write`, { company: true });
    await expect.poll(server.tools, { timeout: 10_000 }).toContain('create_contact');
    await server.call('create_contact', { firstName: 'Second', lastName: 'Login' });
  });

  test.each([
    ['fails', { status: 500 }],
    ['is cut off', { connection: 'cut' }],
    ['is not JSON', { answer: 'html' }],
  ] satisfies [string, Fault][])(
    'a list of locations that %s: the sign-in is stored and accounts lists again',
    async (_, fault) => {
      const world = await createWorld();
      const address = await world.begin(AGENCY, { company: true });
      world.sandbox.setFaults([{ route: 'GET /oauth/installedLocations', fault }]);
      const ran = await world.run(['login', '--code', String(address)]);
      expectRefused(
        ran,
        1,
        /The sign-in is stored nevertheless: ghl-contacts-mcp accounts lists the locations again\.$/,
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

  test('without the scope for its locations the error names it', async () => {
    const world = await createWorld();
    expectRefused(
      await world.login('contacts.readonly', { company: true }),
      1,
      /^HighLevel did not list the locations .* oauth\.readonly/,
    );
  });
});

describe('accounts and logout', () => {
  test('a second login adds an account, accounts lists both, logout removes one or all', async () => {
    const world = await createWorld();
    const { locationId, agencyLocations } = world.sandbox;
    const place = agencyLocations.find(({ id }) => id !== locationId)?.id ?? '';
    expect((await world.run(['accounts'])).stdout).toMatch(
      /^No location is signed in\. Sign in: ghl-contacts-mcp login/,
    );
    await world.signIn(AGENCY, { company: true });
    await (await world.server({ GHL_LOCATION_ID: place })).call('list_contacts');
    await world.signIn('contacts.readonly contacts.write');
    const { stdout } = await world.run(['accounts']);
    expect(stdout).toMatch(
      new RegExp(
        `^${locationId} .*\n  OAuth: contacts.readonly contacts.write\n  access token until [\\d-]+ [\\d:]+ UTC, renewed automatically$`,
        'm',
      ),
    );
    expect(stdout).toMatch(new RegExp(`^${place} `, 'm'));
    expect(JSON.parse((await world.run(['accounts', '--json'])).stdout).accounts).toHaveLength(2);
    expectRefused(await world.run(['logout', '--location', 'nowhere']), 2, /^Location nowhere is not signed in/);
    const out = await world.run(['logout', '--location', place]);
    expect(out.stdout).toMatch(/^Signed out of location .*\nTo end the grant itself, use HighLevel: /);
    expect(Object.keys(await world.stored()).sort()).toEqual([
      expect.stringMatching(/^company:/),
      `location:${locationId}`,
    ]);
    expect((await world.run(['logout'])).stdout).toMatch(/^Signed out everywhere/);
    expect(await world.stored()).toEqual({});
  });

  test('two concurrent logins are both stored', async () => {
    const world = await createWorld();
    const [one, two] = [await world.begin('contacts.readonly'), await world.begin(AGENCY, { company: true })];
    const ran = await Promise.all(
      [one, two].map((address) => runProgram(['login', '--code', String(address)], world.env)),
    );
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
