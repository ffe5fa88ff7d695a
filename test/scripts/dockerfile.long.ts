import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Docker is not needed: the steps of the Dockerfile run in a folder for each stage, with this Node in place of the base image.

/** What a stage has become; its files are below `root`. */
interface Stage {
  readonly root: string;
  workdir: string;
  entrypoint: readonly string[];
}

let work: string;
let image: Stage;

/** The instructions of a Dockerfile, with what follows each. */
const instructions = (text: string): (readonly [name: string, rest: string])[] =>
  text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return [name, rest];
    });

/** The folder that `docker build .` sends: this one, without what .dockerignore names. */
async function copyContext(folder: string): Promise<void> {
  const ignored = (await readFile('.dockerignore', 'utf8')).split('\n').filter((line) => line !== '');
  for (const name of await readdir('.')) {
    if (!ignored.includes(name)) await cp(name, join(folder, name), { recursive: true });
  }
}

async function copy(rest: string, stage: Stage, context: string, stages: ReadonlyMap<string, Stage>): Promise<void> {
  const words = rest.split(/\s+/);
  const [, from] = /^--from=(.+)$/.exec(words[0] ?? '') ?? [];
  const base = from === undefined ? context : (stages.get(from)?.root ?? '');
  const paths = from === undefined ? words : words.slice(1);
  const target = resolve(join(stage.root, stage.workdir), paths.at(-1) ?? '');
  for (const path of paths.slice(0, -1)) {
    const source = join(base, path);
    const isFile = (await stat(source)).isFile();
    await cp(source, isFile ? join(target, basename(path)) : target, { recursive: true });
  }
}

/** Runs the steps of the Dockerfile. @returns its last stage */
async function build(): Promise<Stage> {
  const context = join(work, 'context');
  await mkdir(context);
  await copyContext(context);
  const stages = new Map<string, Stage>();
  let stage: Stage = { root: '', workdir: '/', entrypoint: [] };
  for (const [name, rest] of instructions(await readFile('Dockerfile', 'utf8'))) {
    if (name === 'FROM') {
      const alias = / AS (\w+)$/.exec(rest)?.[1] ?? 'image';
      stage = { root: join(work, alias), workdir: '/', entrypoint: [] };
      stages.set(alias, stage);
    } else if (name === 'WORKDIR') {
      stage.workdir = rest;
      await mkdir(join(stage.root, rest), { recursive: true });
    } else if (name === 'COPY') await copy(rest, stage, context, stages);
    else if (name === 'RUN') execFileSync('sh', ['-c', rest], { cwd: join(stage.root, stage.workdir), stdio: 'pipe' });
    else if (name === 'ENTRYPOINT') stage.entrypoint = JSON.parse(rest) as readonly string[];
    else if (!['LABEL', 'USER'].includes(name)) throw new Error(`This test does not know ${name}`);
  }
  return stage;
}

async function filesOfImage(): Promise<string[]> {
  const found = await readdir(image.root, { recursive: true, withFileTypes: true });
  return found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name).slice(image.root.length));
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'ghl-image-'));
  image = await build();
}, 300_000);
afterAll(() => rm(work, { recursive: true }));

test('the steps of the Dockerfile make an image with the program and no packages', async () => {
  const files = await filesOfImage();
  expect(files.filter((path) => !path.startsWith('/app/dist/'))).toEqual([]);
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(image.root, path))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
});

test('the image starts the server, which writes into the home folder only', async () => {
  const before = await filesOfImage();
  const [node = '', program = ''] = image.entrypoint;
  const home = join(work, 'home');
  const client = new Client({ name: 'container', version: '0' });
  const transport = new StdioClientTransport({
    command: node,
    args: [join(image.root, program), '--sandbox'],
    env: { HOME: home, GHL_CONFIRM: 'off' },
  });
  await client.connect(transport);
  try {
    const written = await client.callTool({ name: 'create_contact', arguments: { firstName: 'Ada' } });
    expect(written.isError).not.toBe(true);
  } finally {
    await client.close();
  }
  expect(await filesOfImage()).toEqual(before);
  expect(await readdir(join(home, '.local/state/ghl-contacts-mcp'))).toContain('sandbox-journal.jsonl');
});
