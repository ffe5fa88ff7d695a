import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeBundle } from '../../scripts/packaging/desktop-bundle.ts';
import { startBundle } from '../../scripts/packaging/start-bundle.ts';

const ACCOUNT = { api_key: 'pit-not-used', location_id: 'notUsed' };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ghl bundle-'));
  await writeBundle(folder);
});
afterAll(() => rm(folder, { recursive: true }));

async function filesOf(path: string): Promise<string[]> {
  const found = await readdir(path, { recursive: true, withFileTypes: true });
  return found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name).slice(path.length + 1));
}

/** The files of the program that its entry point loads, at once or later. */
async function loadedFrom(entry: string): Promise<string[]> {
  const found = new Set([entry]);
  for (const file of found) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const [name] of text.matchAll(/(?<=["'](\.\/|\.\/chunks\/))[\w-]+\.js(?=["'])/g))
      found.add(`dist/chunks/${name}`);
  }
  return [...found];
}

describe('the bundle for Claude Desktop', () => {
  test('has the program and nothing else: no types, and nothing that only other projects import', async () => {
    const program = await loadedFrom('dist/index.js');
    expect((await filesOf(folder)).sort()).toEqual(
      [...program, 'dist/package.json', 'LICENSE', 'manifest.json'].sort(),
    );
  });

  test.each([
    ['reads only, unless a person enters other scopes', {}, false],
    ['reads only, if a person leaves the scopes empty', { scopes: '' }, false],
    ['writes, if a person enters the scope', { scopes: 'contacts.readonly contacts.write' }, true],
  ])('starts by its manifest, and %s', async (_, entered, writes) => {
    const client = await startBundle(folder, { ...ACCOUNT, ...entered });
    try {
      const { tools } = await client.listTools();
      const names = tools.map(({ name }) => name);
      expect(names).toContain('get_contact');
      expect(names.includes('create_contact')).toBe(writes);
      expect(client.getInstructions()).not.toContain('Not signed in');
    } finally {
      await client.close();
    }
  });
});
