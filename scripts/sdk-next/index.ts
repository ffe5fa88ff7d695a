/**
 * Moves a copy of this server to the next line of the MCP SDK and says what that takes:
 *
 *     npm run sdk-next                   the tests that speak the protocol, and those that the move changes
 *     npm run sdk-next -- --all          every test
 *     npm run sdk-next -- --folder DIR   keeps the copy in DIR, an empty folder, with a commit for each step
 *     npm run sdk-next -- --write        writes the figures into docs/sdk-next.md
 *
 * The working tree is only read, except by --write. Takes some minutes and needs the npm registry.
 */
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PROTOCOL_TESTS, runTests, startRatio, typeErrors } from './checks.ts';
import { runCodemod } from './codemod.ts';
import { commit, createCopy, installNextLine, run } from './copy.ts';
import { apply } from './patch.ts';
import { patches } from './patches/index.ts';
import { type Move, report } from './report.ts';

const DOCUMENT = 'docs/sdk-next.md';
const FIGURES = /(?<=<!-- figures -->\n)[\s\S]*?(?=\n<!-- \/figures -->)/;

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { all: flag, write: flag, folder: { type: 'string' } } });

const progress = (text: string) => console.error(`${text} …`);

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size);
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

async function move(folder: string): Promise<Move> {
  progress(`copying the repository to ${folder}`);
  await createCopy(folder);
  const before = join(folder, 'build/before');
  await run(folder, 'npm', 'run', '--silent', 'build');
  await mkdir(join(folder, 'build'));
  await rename(join(folder, 'dist'), before);
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  const from = `@modelcontextprotocol/sdk ${lock.packages['node_modules/@modelcontextprotocol/sdk'].version}`;
  progress('running the codemod');
  const codemod = await runCodemod(folder);
  await installNextLine(folder);
  const byCodemod = await commit(folder, 'The codemod');
  const errorsBefore = (await typeErrors(folder)).length;
  progress('applying the patches');
  const applied = [];
  for (const patch of patches) applied.push(await apply(folder, patch));
  const byPatches = await commit(folder, 'The patches');
  const errors = await typeErrors(folder);
  progress('running tests');
  const changed = [...new Set([...byCodemod, ...byPatches])].filter((file) => file.endsWith('.test.ts'));
  const tests = await runTests(folder, values.all ? [] : [...PROTOCOL_TESTS, ...changed]);
  progress('measuring starts');
  const after = join(folder, 'dist');
  return {
    ...{ from, codemod, errorsBefore, tests },
    patches: applied,
    typeErrors: errors,
    size: { before: await bytesOf(before), after: await bytesOf(after) },
    startRatio: await startRatio(join(after, 'index.js'), join(before, 'index.js')),
  };
}

const folder = values.folder ? resolve(values.folder) : await mkdtemp(join(tmpdir(), 'sdk-next-'));
await mkdir(folder, { recursive: true });
if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty.`);
try {
  const figures = report(await move(await realpath(folder)));
  console.log(figures);
  if (values.write)
    await writeFile(
      DOCUMENT,
      (await readFile(DOCUMENT, 'utf8')).replace(FIGURES, () => figures),
    );
} finally {
  if (!values.folder) await rm(folder, { recursive: true, force: true });
}
