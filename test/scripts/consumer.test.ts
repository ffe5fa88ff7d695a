import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);

let project: string;

/** A project that has installed what the package contains, and Node's types. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'consumer-'));
  const installed = join(project, 'node_modules/ghl-contacts-mcp');
  await mkdir(installed, { recursive: true });
  await cp('package.json', join(installed, 'package.json'));
  await cp('dist', join(installed, 'dist'), { recursive: true });
  await mkdir(join(project, 'node_modules/@types'));
  for (const name of ['@types/node', 'undici-types'])
    await symlink(resolve('node_modules', name), join(project, 'node_modules', name));
  await writeFile(join(project, 'package.json'), '{"type": "module"}');
});
afterAll(() => rm(project, { recursive: true }));

/** The compiler's messages about a file; none if it compiles. */
async function compile(name: string, source: string, moduleResolution: 'nodenext' | 'bundler'): Promise<string> {
  await writeFile(join(project, name), source);
  const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext';
  const options = ['--noEmit', '--strict', '--target', 'es2023', '--types', 'node'];
  const args = [...options, '--module', module, '--moduleResolution', moduleResolution, name];
  const { stdout } = await run(resolve('node_modules/.bin/tsc'), args, { cwd: project }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

async function exampleOfDocs(): Promise<string> {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(await readFile('docs/sandbox.md', 'utf8')) ?? [];
  if (!example) throw new Error('docs/sandbox.md has no example');
  return example;
}

describe('ghl-contacts-mcp/sandbox in another project', () => {
  test.each(['nodenext', 'bundler'] as const)(
    'the example of the docs compiles with module resolution %s',
    async (resolution) => {
      expect(await compile('example.ts', await exampleOfDocs(), resolution)).toBe('');
    },
  );

  test('the example of the docs runs', async () => {
    const example = await exampleOfDocs();
    await writeFile(join(project, 'example.mjs'), example);
    const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: project });
    expect(stdout).toBe('201 Ada Lovelace\n');
  });

  test.each([
    ['an unknown option', `createSandbox({ indexDelay: 5 });`],
    ['a wrong value of a switch', `createSandbox({ switches: { postStatus: 200 } });`],
    ['a fault that does not exist', `createSandbox({ faults: [{ route: '*', fault: 'no such fault' }] });`],
    ['data of another form', `createSandbox({ data: { contacts: [{ firstName: 5 }] } });`],
  ])('the types reject %s', async (_, statement) => {
    const source = `import { createSandbox } from 'ghl-contacts-mcp/sandbox';\n${statement}\n`;
    expect(await compile('wrong.ts', source, 'nodenext')).toMatch(/^wrong\.ts\(2,\d+\): error TS2/);
  });

  test('the modules of the program are not importable', async () => {
    await writeFile(join(project, 'inside.mjs'), `import 'ghl-contacts-mcp/dist/index.js';`);
    await expect(run(process.execPath, ['inside.mjs'], { cwd: project })).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });
});
