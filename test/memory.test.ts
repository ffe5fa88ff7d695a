import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silent } from '../src/log.ts';
import { fileMemory, ofLocation, shortMemory } from '../src/memory.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ghl-memory-'));
  path = join(folder, 'state', 'memory.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what outlives a process', () => {
  test('is a file of the owner alone, read by the next one', async () => {
    await fileMemory(path, silent).write('changes', { last: 'x' });
    expect(await fileMemory(path, silent).read('changes')).toEqual({ last: 'x' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await fileMemory(path, silent).read('other')).toBeUndefined();
  });

  test('two servers share it: each sees the other’s last word, and keeps what the other wrote', async () => {
    const [one, two] = [fileMemory(path, silent), fileMemory(path, silent)];
    await one.write('a', { n: 1 });
    await two.write('b', { n: 2 });
    await two.write('a', { n: 3 });
    expect([await one.read('a'), await one.read('b')]).toEqual([{ n: 3 }, { n: 2 }]);
  });

  test('is kept apart by location', async () => {
    let location = 'one';
    const memory = ofLocation(fileMemory(path, silent), () => location);
    await memory.write('changes', { n: 1 });
    location = 'two';
    expect(await memory.read('changes')).toBeUndefined();
    location = 'one';
    expect(await memory.read('changes')).toEqual({ n: 1 });
  });

  test('a spoilt file is begun anew', async () => {
    const memory = fileMemory(path, silent);
    await memory.write('a', { n: 1 });
    await writeFile(path, '{"a": {"n"');
    expect(await memory.read('a')).toBeUndefined();
    await memory.write('a', { n: 2 });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: { n: 2 } });
  });

  test('what cannot be written is kept for the process, and logged', async () => {
    const words: string[] = [];
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o400);
    const memory = fileMemory(join(blocked, 'memory.json'), (_, what) => void words.push(what));
    await memory.write('a', { n: 1 });
    expect(await memory.read('a')).toEqual({ n: 1 });
    expect(words).toEqual(['memory']);
  });

  test('or it is forgotten with the process', async () => {
    const memory = shortMemory();
    await memory.write('a', { n: 1 });
    expect([await memory.read('a'), await shortMemory().read('a')]).toEqual([{ n: 1 }, undefined]);
  });
});
