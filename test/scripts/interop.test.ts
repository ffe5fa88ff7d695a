import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Checks, SkippedError } from '../../scripts/interop/checks.ts';
import { install } from '../../scripts/interop/packages.ts';
import { programs } from '../../scripts/interop/programs.ts';
import { propertyPaths } from '../../scripts/interop/providers/schemas.ts';

test('each program has a name of its own and packages with exact versions', () => {
  expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
  for (const { name, packages } of programs) {
    for (const version of Object.values(packages)) expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  }
});

test('checks list everything that failed', async () => {
  const checks = new Checks();
  checks.expect('one', true);
  expect(checks.done()).toBe('1 checks');
  checks.expect('two', false, { found: 2 });
  await checks.succeeds('three', () => Promise.reject(new Error('refused')));
  expect(() => checks.done()).toThrow('two: {"found":2}\nthree: refused');
});

test('the properties of a schema include those of rows and of alternatives', () => {
  const row = { type: 'object', properties: { field: { type: 'string' } } };
  const filters = { type: 'array', items: { anyOf: [row, { type: 'string' }] } };
  expect(propertyPaths({ type: 'object', properties: { filters, page: { type: 'number' } } })).toEqual([
    'filters',
    'filters.field',
    'page',
  ]);
});

test.each([
  ['E404', true, 1],
  ['ETARGET', true, 1],
  ['ECONNRESET', false, 2],
])('a package that npm refuses with %s is skipped, inevitably: %s', async (code, isInevitable, attempts) => {
  const folder = await mkdtemp(join(tmpdir(), 'interop-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const calls = join(folder, 'calls');
  await writeFile(
    join(folder, 'npm'),
    `#!/bin/sh\necho called >> ${calls}\necho 'npm error code ${code}' >&2\nexit 1\n`,
  );
  await chmod(join(folder, 'npm'), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const error = await install(folder, { absent: '1.0.0' }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SkippedError);
  expect(error).toMatchObject({ isInevitable, message: `npm cannot install absent@1.0.0: npm error code ${code}` });
  expect((await readFile(calls, 'utf8')).trim().split('\n')).toHaveLength(attempts);
});
