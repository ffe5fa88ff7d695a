import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FileError, PartFile } from '../../src/lib/part-file.ts';
import { failWrites } from '../failing-writes.ts';

/** Errors that the next link of a file throws. */
const refusals = vi.hoisted(() => [] as string[]);
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const link: typeof real.link = (...args) => {
    const code = refusals.shift();
    return code ? Promise.reject(Object.assign(new Error(code), { code })) : real.link(...args);
  };
  return { ...real, link };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'part-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const create = () => PartFile.create({ folder, stem: 'all', extension: 'txt' });
const files = async () => (await readdir(folder)).sort();

test('a file has its name when it is complete, and is readable by its owner only', async () => {
  const file = await create();
  await file.append('one ');
  await file.append('two 🚲');
  expect(await files()).toEqual(['all.txt.part']);
  expect(file.bytes).toBe(12);
  expect(await file.publish()).toBe(join(folder, 'all.txt'));
  expect(await files()).toEqual(['all.txt']);
  expect(await readFile(join(folder, 'all.txt'), 'utf8')).toBe('one two 🚲');
  expect((await stat(join(folder, 'all.txt'))).mode & 0o777).toBe(0o600);
});

describe('a write that fails', () => {
  test.each([
    ['ENOSPC', 'noSpace', 'the disk is full (ENOSPC)'],
    ['EDQUOT', 'noSpace', 'the disk is full (EDQUOT)'],
    ['EIO', 'notWritable', 'cannot be written (EIO)'],
  ] as const)('for %s has the kind %s, and the same text may be given again', async (code, kind, message) => {
    const file = await create();
    await file.append('one ');
    const end = await failWrites(folder, code);
    const error = await file.append('two three').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(message) });
    expect(file.bytes).toBe(4);
    expect(await files()).toEqual(['all.txt.part']);
    end();
    await file.append('two');
    expect(await readFile(await file.publish(), 'utf8')).toBe('one two');
  });
});

describe('where the file system has no links', () => {
  test('the file gets its name all the same', async () => {
    const file = await create();
    await file.append('whole');
    refusals.push('EPERM');
    expect(await readFile(await file.publish(), 'utf8')).toBe('whole');
    expect(await files()).toEqual(['all.txt']);
  });

  test('a file that took the name meanwhile is not replaced', async () => {
    const file = await create();
    await file.append('whole');
    await writeFile(join(folder, 'all.txt'), 'mine');
    refusals.push('ENOTSUP', 'ENOTSUP');
    expect(await file.publish()).toBe(join(folder, 'all-2.txt'));
    expect(await readFile(join(folder, 'all.txt'), 'utf8')).toBe('mine');
    expect(await readFile(join(folder, 'all-2.txt'), 'utf8')).toBe('whole');
  });
});

test('twenty files created at once have twenty names', async () => {
  const created = await Promise.all(Array.from({ length: 20 }, create));
  await Promise.all(created.map((file, i) => file.append(`file ${i}`)));
  const paths = await Promise.all(created.map((file) => file.publish()));
  expect(new Set(paths).size).toBe(20);
  expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(created.map((_, i) => `file ${i}`));
  expect(await files()).toHaveLength(20);
});

test('a file that is discarded is gone, one that replaced it stays', async () => {
  const [one, two] = [await create(), await create()];
  await one.discard();
  // Written while the first exists: a file that is created after a removal may get the same number in the file system.
  await writeFile(join(folder, 'other'), 'other');
  await rename(join(folder, 'other'), two.path);
  await two.discard();
  expect(await files()).toEqual(['all-2.txt.part']);
  await expect(two.append('more')).rejects.toMatchObject({ kind: 'replaced' });
  expect(await readFile(two.path, 'utf8')).toBe('other');
});

test.each([
  ['below a file', 'a file/deep', 'ENOTDIR'],
  ['that cannot be made', '/proc/nowhere/deep', 'ENOENT'],
])('a folder %s is an error that names it', async (_, name, code) => {
  await writeFile(join(folder, 'a file'), '');
  const path = name.startsWith('/') ? name : join(folder, name);
  await expect(PartFile.create({ folder: path, stem: 'all', extension: 'txt' })).rejects.toMatchObject({
    kind: 'notWritable',
    message: `${path} cannot be written (${code}).`,
  });
});
