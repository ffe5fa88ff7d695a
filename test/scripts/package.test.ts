import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as z from 'zod';
import pkg from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };

const Packed = z.array(z.object({ size: z.number(), files: z.array(z.object({ path: z.string() })) })).length(1);

/** What `npm publish` would upload. Without scripts: `prepack` would build while other tests run the program. */
async function pack() {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const [packed] = Packed.parse(JSON.parse(stdout));
  if (!packed) throw new Error('npm packed nothing');
  return packed;
}

test('the package has at most 380 KB, and only the program, the types of the sandbox, and documents', async () => {
  const { size, files } = await pack();
  expect(size).toBeLessThanOrEqual(380_000);
  const others = files
    .map(({ path }) => path)
    .filter((path) => !/^dist\/((chunks\/)?[\w-]+\.js|package\.json|types\/[\w/-]+\.d\.ts)$/.test(path));
  expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
});

test('of undici the program has pools only', async () => {
  const chunks = (await readdir('dist/chunks')).filter((name) => name.startsWith('undici-'));
  expect(chunks).toHaveLength(1);
  const text = await readFile(`dist/chunks/${chunks[0]}`, 'utf8');
  expect(text).toContain('keepAliveTimeout');
  for (const absent of ['text/event-stream', 'MockNotMatchedError']) expect(text).not.toContain(absent);
});

test('npm install changes no file of a clone: the lock file has the dependencies of package.json', () => {
  const { devDependencies, optionalDependencies } = pkg;
  const { '': root } = lock.packages;
  expect(root).toEqual({ ...root, devDependencies, optionalDependencies });
  expect(root).not.toHaveProperty('dependencies');
});

test('of the SDK the program has the messages that it uses', async () => {
  const chunks = await Promise.all(
    (await readdir('dist/chunks')).map((name) => readFile(`dist/chunks/${name}`, 'utf8')),
  );
  const all = chunks.join('\n');
  expect(all).toContain('resources/subscribe');
  // Of the parameters of `sampling/createMessage`, which this server never sends.
  expect(all).not.toContain('speedPriority');
});
