import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorld, type World } from '../api/auth/world.ts';
import { expectRefused } from './expect-refused.ts';

describe('an unusable token store', () => {
  const break_: Record<string, (world: World) => Promise<unknown>> = {
    'half-written': async ({ file }) => writeFile(file, (await readFile(file, 'utf8')).slice(0, 300), { mode: 0o600 }),
    empty: ({ file }) => writeFile(file, ''),
    'with an unexpected structure': ({ file }) => writeFile(file, '{"secrets":{"location:x":5}}'),
    'readable by others': ({ file }) => chmod(file, 0o644),
    'with a damaged accounts file': ({ facts }) => writeFile(facts, '{"accounts":[null],"agencies":[]}'),
  };
  const says: Record<string, RegExp> = {
    'half-written': /^The token store .+ is damaged\. Nothing was changed; move it away and sign in again/,
    empty: /^The token store .+ is damaged\./,
    'with an unexpected structure': /^The token store .+ is damaged\./,
    'readable by others': /^The token store .+ can be read by others\. Restrict it to its owner: chmod 600 "/,
    'with a damaged accounts file': /^The list of accounts .+ is damaged\. Move it away and sign in again/,
  };
  test.each(Object.keys(break_))(
    '%s: a call, login and logout report it in one line, and the code is not spent',
    async (how) => {
      const world = await createWorld();
      await world.signIn();
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

  test('a folder that is not writable: login reports it and does not spend the code', async () => {
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

  test('a disk that became read-only: a stored token works until it expires', async () => {
    const world = await createWorld();
    await world.signIn();
    // A file name too long for its lock file simulates such a disk, also where tests run as root.
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
