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

/** The compiler's messages about these files; none if they compile. */
async function compile(files: Readonly<Record<string, string>>, moduleResolution: 'nodenext' | 'bundler') {
  for (const [name, source] of Object.entries(files)) await writeFile(join(project, name), source);
  const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext';
  const options = ['--noEmit', '--strict', '--target', 'es2023', '--types', 'node'];
  const args = [...options, '--module', module, '--moduleResolution', moduleResolution, ...Object.keys(files)];
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
  test('the example of the docs compiles with module resolution bundler', async () => {
    expect(await compile({ 'example.ts': await exampleOfDocs() }, 'bundler')).toBe('');
  });

  test('the example of the docs runs', async () => {
    const example = await exampleOfDocs();
    await writeFile(join(project, 'example.mjs'), example);
    const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: project });
    expect(stdout).toBe('201 Ada Lovelace\n');
  });

  test('with module resolution nodenext the example compiles, and the types reject what is wrong', async () => {
    const wrong = {
      'unknown-option.ts': `createSandbox({ indexDelay: 5 });`,
      'wrong-value-of-a-switch.ts': `createSandbox({ switches: { postStatus: 200 } });`,
      'fault-that-does-not-exist.ts': `createSandbox({ faults: [{ route: '*', fault: 'no such fault' }] });`,
      'data-of-another-form.ts': `createSandbox({ data: { contacts: [{ firstName: 5 }] } });`,
    };
    const files = Object.entries(wrong).map(([name, statement]) => [
      name,
      `import { createSandbox } from 'ghl-contacts-mcp/sandbox';\n${statement}\n`,
    ]);
    const messages = await compile({ 'example.ts': await exampleOfDocs(), ...Object.fromEntries(files) }, 'nodenext');
    const errors = [...messages.matchAll(/^(\S+)\(2,\d+\): error TS2/gm)].map(([, name]) => name);
    expect(errors.sort()).toEqual(Object.keys(wrong).sort());
    expect(messages.match(/error TS/g)).toHaveLength(errors.length);
  });

  test('the modules of the program are not importable', async () => {
    await writeFile(join(project, 'inside.mjs'), `import 'ghl-contacts-mcp/dist/index.js';`);
    await expect(run(process.execPath, ['inside.mjs'], { cwd: project })).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });
});
