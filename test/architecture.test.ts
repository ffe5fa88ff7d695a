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

const CYCLES = [
  ['src/api/client.ts', 'src/api/types.ts'],
  ['test/connect.ts', 'test/program.ts'],
] as const;

const target = 'export const used = 1;\nexport type Used = number;\n';

const restricted = (spelling: Spelling, from: string, to: string): Project => ({
  name: `${spelling} ${from} ${to}`.replaceAll('/', '-'),
  files: { [from]: SPELLINGS[spelling](specifier(from, to)), [to]: target },
});
const cyclic = (spelling: Spelling, a: string, b: string): Project => ({
  name: `${spelling} cycle ${a}`.replaceAll('/', '-'),
  files: {
    [a]: SPELLINGS[spelling](specifier(a, b)) + target,
    [b]: SPELLINGS[spelling](specifier(b, a)).replaceAll('user', 'other').replaceAll('User', 'Other') + target,
  },
});
const ALLOWED: Project = {
  name: 'allowed',
  files: { 'src/tools/notes.ts': SPELLINGS.value('../lib/json.ts'), 'src/lib/json.ts': target },
};

/** Files of a project of its own, in a folder with this name. */
interface Project {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}
const spellings = Object.keys(SPELLINGS) as Spelling[];
const PROJECTS: readonly Project[] = [
  ALLOWED,
  ...spellings.flatMap((spelling) => [
    ...FORBIDDEN.map(([from, to]) => restricted(spelling, from, to)),
    ...CYCLES.map(([a, b]) => cyclic(spelling, a, b)),
  ]),
];

/** Names of the rules that each project violates. One run of the linter checks all of them. */
const violatedRules = new Map<string, readonly string[]>();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'architecture-'));
  const config = JSON.parse(await readFile('biome.json', 'utf8')) as BiomeConfig;
  const overrides = config.overrides.map(({ includes, ...rest }) => ({
    ...rest,
    includes: includes.map(inEachFolder),
  }));
  await writeFile(
    join(folder, 'biome.json'),
    JSON.stringify({ ...config, overrides, $schema: undefined, vcs: { enabled: false } }),
  );
  for (const { name, files } of PROJECTS)
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, name, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  const args = ['lint', '--error-on-warnings', '--reporter=json', '--max-diagnostics=none'];
  const { stdout } = await promisify(execFile)(process.execPath, [BIOME, ...args], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  for (const { category, location } of (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics) {
    const [name = ''] = location.path.split('/');
    const [rule] = /noImportCycles|noRestrictedImports/.exec(category) ?? [];
    const others = violatedRules.get(name) ?? [];
    if (rule && !others.includes(rule)) violatedRules.set(name, [...others, rule]);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface BiomeConfig {
  readonly overrides: readonly { readonly includes: readonly string[] }[];
}
interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string };
}
const inEachFolder = (pattern: string) => pattern.replace(/^!?/, '$&*/');

describe.each(spellings)('an import as a %s', (spelling) => {
  test.each(FORBIDDEN)('%s does not import %s', (from, to) => {
    expect(violatedRules.get(restricted(spelling, from, to).name)).toEqual(['noRestrictedImports']);
  });

  test('a cycle of two files is rejected, also in test', () => {
    for (const [a, b] of CYCLES) expect(violatedRules.get(cyclic(spelling, a, b).name)).toEqual(['noImportCycles']);
  });
});

test('an import of a lower layer is allowed', () => {
  expect(violatedRules.get(ALLOWED.name)).toBeUndefined();
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
