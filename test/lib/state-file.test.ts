import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silent } from '../../src/lib/log.ts';
import { fileStateStore, inMemoryStore, scopedToLocation } from '../../src/lib/state-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ghl-memory-'));
  path = join(folder, 'state', 'memory.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what outlives a process', () => {
  test('is a file of the owner alone, read by the next one', async () => {
    await fileStateStore(path, silent).update('changes', () => ({ last: 'x' }));
    expect(await fileStateStore(path, silent).read('changes')).toEqual({ last: 'x' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await fileStateStore(path, silent).read('other')).toBeUndefined();
  });

  test('two servers share it: each sees the other’s last word, and keeps what the other wrote', async () => {
    const [one, two] = [fileStateStore(path, silent), fileStateStore(path, silent)];
    await one.update('a', () => ({ n: 1 }));
    await two.update('b', () => ({ n: 2 }));
    await two.update('a', () => ({ n: 3 }));
    expect([await one.read('a'), await one.read('b')]).toEqual([{ n: 3 }, { n: 2 }]);
  });

  test('is kept apart by location', async () => {
    const memory = fileStateStore(path, silent);
    await scopedToLocation(memory, 'one').update('changes', () => ({ n: 1 }));
    expect(await scopedToLocation(memory, 'two').read('changes')).toBeUndefined();
    expect(await scopedToLocation(memory, 'one').read('changes')).toEqual({ n: 1 });
  });

  test('a spoilt file is begun anew', async () => {
    const memory = fileStateStore(path, silent);
    await memory.update('a', () => ({ n: 1 }));
    await writeFile(path, '{"a": {"n"');
    expect(await memory.read('a')).toBeUndefined();
    await memory.update('a', () => ({ n: 2 }));
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: { n: 2 } });
  });

  test('what cannot be written is kept for the process, and logged', async () => {
    const words: string[] = [];
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o400);
    const memory = fileStateStore(join(blocked, 'memory.json'), (_, what) => void words.push(what));
    await memory.update('a', () => ({ n: 1 }));
    expect(await memory.read('a')).toEqual({ n: 1 });
    expect(words).toEqual(['state not stored']);
  });

  test.each(['null', '[]', '7', '"x"', '{"a": null}', '{"a": 7, "__proto__": {"b": 1}}', 'x'.repeat(5_000_000)])(
    'a file that holds something else (%#) is read as far as it makes sense and written over',
    async (text) => {
      const memory = fileStateStore(path, silent);
      await memory.update('b', () => ({ n: 0 }));
      await writeFile(path, text);
      expect([await memory.read('b'), await memory.read('constructor')]).toEqual([undefined, undefined]);
      await memory.update('b', () => ({ n: 1 }));
      expect(await fileStateStore(path, silent).read('b')).toEqual({ n: 1 });
    },
  );

  test.runIf(process.platform !== 'win32')('a pipe in its place is not waited for, and written over', async () => {
    await mkdir(join(path, '..'));
    execFileSync('mkfifo', [path]);
    const memory = fileStateStore(path, silent);
    expect(await memory.read('a')).toBeUndefined();
    await memory.update('a', () => ({ n: 1 }));
    expect(await fileStateStore(path, silent).read('a')).toEqual({ n: 1 });
  });

  test('of changes that several servers make at once none is lost', async () => {
    const servers = Array.from({ length: 4 }, () => fileStateStore(path, silent));
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        servers[n % 4]?.update('all', (kept) => ({ ...(kept as object | undefined), [`n${n}`]: n })),
      ),
    );
    expect(Object.keys((await fileStateStore(path, silent).read('all')) as object)).toHaveLength(40);
    expect(await readdir(join(path, '..'))).toEqual(['memory.json']);
  });

  test('the file has a limit: what was changed longest ago makes room', async () => {
    const memory = fileStateStore(path, silent);
    for (const name of ['one', 'two', 'three']) await memory.update(name, () => ({ text: 'x'.repeat(1_900_000) }));
    expect((await stat(path)).size).toBeLessThan(4_000_000);
    const other = fileStateStore(path, silent);
    expect(await other.read('one')).toBeUndefined();
    expect(await other.read('three')).toBeDefined();
  });

  test('or it is forgotten with the process', async () => {
    const memory = inMemoryStore();
    await memory.update('a', () => ({ n: 1 }));
    expect([await memory.read('a'), await inMemoryStore().read('a')]).toEqual([{ n: 1 }, undefined]);
  });
});
