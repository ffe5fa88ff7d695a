import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIOME = resolve('node_modules/@biomejs/biome/bin/biome');

/** For each layer, a file and one that it may not import. */
const FORBIDDEN = [
  ['src/index.ts', 'src/api/client.ts'],
  ['src/mcp/server.ts', 'src/cli/config.ts'],
  ['src/resources/index.ts', 'src/mcp/server.ts'],
  ['src/tools/core/tool.ts', 'src/tools/notes.ts'],
  ['src/tools/notes.ts', 'src/tools/runtime/execute.ts'],
  ['src/tools/core/context.ts', 'src/tools/names/lookups.ts'],
  ['src/tools/tasks.ts', 'src/tools/names/lookups.ts'],
  ['src/tools/runtime/execute.ts', 'src/tools/composite/index.ts'],
  ['src/tools/runtime/local-times.ts', 'src/tools/names/lookups.ts'],
  ['src/tools/names/lookups.ts', 'src/tools/runtime/execute.ts'],
  ['src/tools/names/phone.ts', 'src/tools/composite/index.ts'],
  ['src/tools/names/phone.ts', 'src/tools/own-writes/lists.ts'],
  ['src/tools/own-writes/lists.ts', 'src/tools/runtime/execute.ts'],
  ['src/tools/runtime/execute.ts', 'src/tools/own-writes/lists.ts'],
  ['src/tools/composite/count/groups.ts', 'src/resources/index.ts'],
  ['src/api/write/pipeline.ts', 'src/tools/notes.ts'],
  ['src/lib/json.ts', 'src/api/client.ts'],
  ['src/sandbox/routes/notes.ts', 'src/lib/json.ts'],
] as const;

/** The three ways in which a file can depend on another. */
const SPELLINGS = {
  value: (path: string) => `import { used } from '${path}';\nexport const user = used;\n`,
  type: (path: string) => `import type { Used } from '${path}';\nexport type User = Used;\n`,
  dynamic: (path: string) => `export const user = () => import('${path}');\n`,
};
type Spelling = keyof typeof SPELLINGS;

const specifier = (from: string, to: string) => {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'architecture-'));
  const config = JSON.parse(await readFile('biome.json', 'utf8'));
  await writeFile(
    join(folder, 'biome.json'),
    JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Names of the rules that these files violate. */
async function violatedRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const name of await readdir(folder))
    if (name !== 'biome.json') await rm(join(folder, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [BIOME, 'lint', '--error-on-warnings'], {
    cwd: folder,
  }).catch((error: { stdout: string; stderr: string }) => error);
  return [...new Set(`${stdout}${stderr}`.match(/noImportCycles|noRestrictedImports/g))].sort();
}

const target = 'export const used = 1;\nexport type Used = number;\n';

describe.each(Object.keys(SPELLINGS) as Spelling[])('an import as a %s', (spelling) => {
  test.each(FORBIDDEN)('%s does not import %s', async (from, to) => {
    const text = SPELLINGS[spelling](specifier(from, to));
    expect(await violatedRules({ [from]: text, [to]: target })).toEqual(['noRestrictedImports']);
  });

  test('a cycle of two files is rejected, also in test', async () => {
    for (const [a, b] of [
      ['src/api/client.ts', 'src/api/types.ts'],
      ['test/connect.ts', 'test/program.ts'],
    ] as const) {
      const files = {
        [a]: SPELLINGS[spelling](specifier(a, b)) + target,
        [b]: SPELLINGS[spelling](specifier(b, a)).replaceAll('user', 'other').replaceAll('User', 'Other') + target,
      };
      expect(await violatedRules(files)).toEqual(['noImportCycles']);
    }
  });
});

test('an import of a lower layer is allowed', async () => {
  const files = {
    'src/tools/notes.ts': SPELLINGS.value('../lib/json.ts'),
    'src/lib/json.ts': target,
  };
  expect(await violatedRules(files)).toEqual([]);
});

test('src has at most eight entries, and CONTRIBUTING and AGENTS name paths that exist', async () => {
  expect((await readdir('src')).length).toBeLessThanOrEqual(8);
  const guide = (await readFile('CONTRIBUTING.md', 'utf8')) + (await readFile('AGENTS.md', 'utf8'));
  const paths = [...guide.matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g)].map(([, path]) => path as string);
  expect(paths.length).toBeGreaterThan(30);
  const missing: string[] = [];
  for (const path of paths) await access(path).catch(() => missing.push(path));
  expect(missing).toEqual([]);
});
