import fs from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApi } from '../../src/api/client.ts';
import type { Endpoint } from '../../src/api/endpoint.ts';
import { fetchTransport } from '../../src/api/transport/index.ts';
import { readConfig } from '../../src/cli/config.ts';
import { openConnection } from '../../src/cli/connection.ts';
import { silent } from '../../src/lib/log.ts';
import { contacts } from '../../src/tools/contacts.ts';
import { searchContacts } from '../../src/tools/search.ts';
import { tags } from '../../src/tools/tags.ts';
import { createWorld, type World } from '../api/auth/world.ts';

const named = (all: readonly Endpoint[], name: string) => all.find((each) => each.name === name) as Endpoint;
const listContacts = named(contacts, 'list_contacts');
const addTags = named(tags, 'add_contact_tags');
const BOTH = 'contacts.readonly contacts.write';

/** The session of a server and its request layer, in this process, over the store of a world. */
function opened(world: World, env: Record<string, string> = {}) {
  const config = readConfig({ ...world.env, ...env }, false);
  const session = openConnection(config, false);
  const { scopes, howToGrant } = session;
  const api = createApi({ ...session.transportOptions, scopes, howToGrant, timeoutMs: 5_000, log: silent });
  const said = (endpoint: Endpoint, args: object) =>
    api.call(endpoint, { ...args }).then(
      () => 'answered',
      (error: Error) => error.message,
    );
  return { session, api, said };
}

/** Changes the plain facts as a login in another process does: the file is another one afterwards. */
async function changeFacts(world: World, scopes: readonly string[]): Promise<void> {
  const facts = JSON.parse(await readFile(world.facts, 'utf8'));
  for (const account of facts.accounts) account.scopes = scopes;
  await writeFile(`${world.facts}.next`, JSON.stringify(facts));
  fs.renameSync(`${world.facts}.next`, world.facts);
}

describe('scopes are read before each call', () => {
  test('after OAuth scopes were narrowed no request uses the old ones, and the refusal says how to restore them', async () => {
    const world = await createWorld();
    await world.signIn(BOTH);
    const { api, said } = opened(world);
    const { contacts: found } = await api.call(searchContacts, { pageLimit: 1 });
    const [{ id: contactId }] = found as [{ id: string }];
    expect(await said(addTags, { contactId, tags: ['one'] })).toBe('answered');
    const before = (await world.requests()).length;
    await changeFacts(world, ['contacts.readonly']);
    const sentences = await Promise.all(
      Array.from({ length: 40 }, (_, i) => said(addTags, { contactId, tags: [`t${i}`] })),
    );
    expect(new Set(sentences)).toEqual(
      new Set([
        'add_contact_tags needs the scope contacts.write, which is not in effect; nothing was sent. The owner grants it by signing in again, with the scope added to the app in HighLevel: ghl-contacts-mcp login --scopes "contacts.readonly contacts.write".',
      ]),
    );
    expect(await world.requests()).toHaveLength(before);
    await changeFacts(world, BOTH.split(' '));
    expect(await said(addTags, { contactId, tags: ['two'] })).toBe('answered');
  });

  test.each([
    [BOTH, 'The sign-in grants it; the owner allows it: add contacts.write to GHL_SCOPES and restart the server.'],
    [
      'contacts.readonly',
      'The owner grants it by signing in again, with the scope added to the app in HighLevel: ghl-contacts-mcp login --scopes "contacts.readonly contacts.write"; then add contacts.write to GHL_SCOPES and restart the server.',
    ],
  ])(
    'granted %s and narrowed by GHL_SCOPES: the refusal says which of the two lacks the scope',
    async (granted, advice) => {
      const world = await createWorld();
      await world.signIn(granted);
      const { said } = opened(world, { GHL_SCOPES: 'contacts.readonly' });
      expect(await said(addTags, { contactId: 'x', tags: ['one'] })).toContain(advice);
      // A tool that is not listed says the same.
      const server = await world.server({ GHL_SCOPES: 'contacts.readonly' });
      expect(await server.refused('add_contact_tags', { contactId: 'x', tags: ['one'] })).toContain(advice);
    },
  );
});

describe('the path of a call', () => {
  /** Counts reads of files in this process, by function. */
  function countReads(path: string) {
    const counts = { sync: 0, async: 0 };
    const real = { readFileSync: fs.readFileSync, statSync: fs.statSync, readFile: fs.promises.readFile };
    const of = (given: unknown) => String(given) === path;
    Object.assign(fs, {
      readFileSync: (...args: Parameters<typeof fs.readFileSync>) => {
        if (of(args[0])) counts.sync += 1;
        return real.readFileSync(...args);
      },
      statSync: (...args: Parameters<typeof fs.statSync>) => {
        if (of(args[0])) counts.sync += 1;
        return real.statSync(...args);
      },
    });
    Object.assign(fs.promises, {
      readFile: (...args: Parameters<typeof fs.promises.readFile>) => {
        if (of(args[0])) counts.async += 1;
        return real.readFile(...args);
      },
    });
    syncBuiltinESMExports();
    onTestFinished(() => {
      const { readFile: promised, ...sync } = real;
      Object.assign(fs, sync);
      Object.assign(fs.promises, { readFile: promised });
      syncBuiltinESMExports();
    });
    return counts;
  }

  test('reads the accounts file only if it changed, and never synchronously', async () => {
    const world = await createWorld();
    await world.signIn(BOTH);
    const counts = countReads(world.facts);
    const { said } = opened(world);
    // The start, which must not wait, and that the counter counts.
    expect(counts.sync).toBeGreaterThan(0);
    expect(await said(listContacts, {})).toBe('answered');
    Object.assign(counts, { sync: 0, async: 0 });
    for (let call = 0; call < 20; call += 1) expect(await said(listContacts, { query: `${call}` })).toBe('answered');
    expect(counts).toEqual({ sync: 0, async: 0 });
    await changeFacts(world, ['contacts.readonly']);
    Object.assign(counts, { sync: 0, async: 0 });
    for (let call = 0; call < 3; call += 1) expect(await said(listContacts, { query: `${call}` })).toBe('answered');
    expect(counts).toEqual({ sync: 0, async: 1 });
  });

  test('a file that could not be read is read again with the next call', async () => {
    const world = await createWorld();
    await world.signIn(BOTH);
    const { said } = opened(world);
    const whole = await readFile(world.facts);
    await writeFile(world.facts, whole.subarray(0, 50));
    expect(await said(listContacts, {})).toMatch(/is damaged/);
    await writeFile(world.facts, whole);
    expect(await said(listContacts, {})).toBe('answered');
  });
});

describe('a change of account while the server runs', () => {
  const CREDENTIALS = {
    one: { token: 'pit-one-0123', locationId: 'one' },
    two: { token: 'pit-two-0123', locationId: 'two' },
  };

  /** A request layer whose account becomes another one when the token is renewed; what was asked with which token. */
  function switching() {
    let now: keyof typeof CREDENTIALS = 'one';
    const asked: string[] = [];
    const api = createApi({
      transport: fetchTransport(async ({ url, headers }) => {
        asked.push(`${new URL(url).searchParams.get('locationId')} ${headers.get('authorization')}`);
        return Response.json({ statusCode: 401, message: 'Invalid JWT' }, { status: 401 });
      }),
      baseUrl: 'http://127.0.0.1:1',
      credential: {
        current: async () => CREDENTIALS[now],
        async renew() {
          now = 'two';
          return true;
        },
      },
      scopes: ['contacts.readonly'],
      timeoutMs: 1_000,
      log: silent,
    });
    return { api, asked };
  }

  test('a request prepared for one location is not sent with the token of another', async () => {
    const { api, asked } = switching();
    await expect(api.call(listContacts, {})).rejects.toThrow();
    expect(asked).toEqual(['one Bearer pit-one-0123']);
  });
});
