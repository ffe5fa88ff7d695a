import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorld, type Running, type World } from '../api/auth/world.ts';

const SPY = new URL('spy.cjs', import.meta.url).pathname;

/** A server whose open files, native code and connections are written down. */
async function watched(world: World, env: Record<string, string> = {}) {
  const log = join(world.folder, 'spy.log');
  const server = await world.server({ ...env, NODE_OPTIONS: `--require ${SPY}`, SPY_LOG: log });
  const seen = async (what: 'open' | 'native' | 'connect') =>
    (await readFile(log, 'utf8'))
      .split('\n')
      .flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []));
  return {
    server,
    natives: () => seen('native'),
    connections: () => seen('connect'),
    /** Only files in the person's home; the program's own code is left out. */
    files: async () => [...new Set((await seen('open')).filter((path) => path.startsWith(world.folder)))],
  };
}

/** What hosts do before anybody asks for anything. */
async function probe({ client }: Running): Promise<void> {
  await client.listTools();
  await client.listResources();
  await client.listResourceTemplates();
  await client.readResource({ uri: 'ghl://status' });
  await client.ping();
}

describe('a start', () => {
  test('signed in: it reads only the accounts file and sends nothing; a call reads the tokens and sends', async () => {
    const world = await createWorld();
    await world.signIn('contacts.readonly contacts.write');
    const before = (await world.requests()).length;
    const { server, files, connections } = await watched(world);
    await probe(server);
    expect(await server.tools()).toContain('create_contact');
    expect(await files()).toEqual([world.facts]);
    expect(await connections()).toEqual([]);
    expect(await world.requests()).toHaveLength(before);
    await server.call('list_contacts');
    expect(await files()).toEqual([world.facts, world.file]);
    expect(await connections()).toHaveLength(1);
    expect(await world.requests()).toHaveLength(before + 1);
  });

  test('with tokens in the keychain: it does not access the keychain before a call', async () => {
    const world = await createWorld();
    await world.signIn();
    const facts = JSON.parse(await readFile(world.facts, 'utf8'));
    const { server, files, natives, connections } = await watched(world, await keychainOf(world, facts));
    await probe(server);
    expect(await natives()).toEqual([]);
    expect(await files()).toEqual([join(world.folder, 'config/ghl-contacts-mcp/accounts.json')]);
    expect(await connections()).toEqual([]);
    // There is no keychain at this address; the test shows whether it was asked.
    expect(await server.refused('list_contacts')).toMatch(/^The keychain does not answer/);
    expect(await natives()).toEqual([expect.stringContaining('keyring')]);
  });

  test.each([
    ['signed out', { GHL_TOKEN_STORE: 'keychain' }],
    [
      'with a private token and without network',
      { GHL_API_KEY: 'pit-dead', GHL_LOCATION_ID: 'abcdefghij', GHL_BASE_URL: 'http://127.0.0.1:1' },
    ],
  ])('%s: it lists its tools, opens no file and sends nothing', async (_, env) => {
    const world = await createWorld();
    const { server, files, natives, connections } = await watched(world, env);
    await probe(server);
    expect((await server.tools()).length).toBeGreaterThan(5);
    expect((await files()).filter((path) => !path.endsWith('accounts.json'))).toEqual([]);
    expect(await natives()).toEqual([]);
    expect(await connections()).toEqual([]);
    expect(await world.requests()).toEqual([]);
  });

  test('with an expired token and no network: it lists its tools, and a call says what is wrong', async () => {
    const world = await createWorld();
    await world.signIn();
    await world.expire();
    const { server, files, connections } = await watched(world, { GHL_BASE_URL: 'http://127.0.0.1:1' });
    await probe(server);
    expect(await files()).toEqual([world.facts]);
    expect(await connections()).toEqual([]);
    expect(await server.refused('list_contacts')).toMatch(
      /^HighLevel could not be reached to sign in \(ECONNREFUSED\)/,
    );
  });
});

/** The facts of sign-ins that are in a keychain, and settings that point at them. */
async function keychainOf(world: World, facts: object): Promise<Record<string, string>> {
  const folder = join(world.folder, 'config/ghl-contacts-mcp');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'accounts.json'), JSON.stringify({ ...facts, store: 'keychain' }));
  return { GHL_TOKEN_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: `unix:path=${world.folder}/no-bus` };
}
