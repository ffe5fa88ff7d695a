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

describe('the state file', () => {
  test('is private to the owner and read by the next process', async () => {
    await fileStateStore(path, silent).update('changes', () => ({ last: 'x' }));
    expect(await fileStateStore(path, silent).read('changes')).toEqual({ last: 'x' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await fileStateStore(path, silent).read('other')).toBeUndefined();
  });

  test('shared by two servers: each reads the latest values of the other and preserves them', async () => {
    const [one, two] = [fileStateStore(path, silent), fileStateStore(path, silent)];
    await one.update('a', () => ({ n: 1 }));
    await two.update('b', () => ({ n: 2 }));
    await two.update('a', () => ({ n: 3 }));
    expect([await one.read('a'), await one.read('b')]).toEqual([{ n: 3 }, { n: 2 }]);
  });

  test('separates locations', async () => {
    const store = fileStateStore(path, silent);
    await scopedToLocation(store, 'one').update('changes', () => ({ n: 1 }));
    expect(await scopedToLocation(store, 'two').read('changes')).toBeUndefined();
    expect(await scopedToLocation(store, 'one').read('changes')).toEqual({ n: 1 });
  });

  test('is replaced if it is damaged', async () => {
    const store = fileStateStore(path, silent);
    await store.update('a', () => ({ n: 1 }));
    await writeFile(path, '{"a": {"n"');
    expect(await store.read('a')).toBeUndefined();
    await store.update('a', () => ({ n: 2 }));
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: { n: 2 } });
  });

  test('that cannot be written is stored in memory and logged', async () => {
    const messages: string[] = [];
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o400);
    const store = fileStateStore(join(blocked, 'memory.json'), (_, message) => void messages.push(message));
    expect(await store.update('a', () => ({ n: 1 }))).toBe(false);
    expect(await store.read('a')).toEqual({ n: 1 });
    expect(messages).toEqual(['state not stored']);
  });

  test.each(['null', '[]', '7', '"x"', '{"a": null}', '{"a": 7, "__proto__": {"b": 1}}', 'x'.repeat(5_000_000)])(
    'with other content (%#) is read as far as it is valid, and overwritten',
    async (text) => {
      const store = fileStateStore(path, silent);
      await store.update('b', () => ({ n: 0 }));
      await writeFile(path, text);
      expect([await store.read('b'), await store.read('constructor')]).toEqual([undefined, undefined]);
      await store.update('b', () => ({ n: 1 }));
      expect(await fileStateStore(path, silent).read('b')).toEqual({ n: 1 });
    },
  );

  test.runIf(process.platform !== 'win32')('a pipe in its place does not block and is replaced', async () => {
    await mkdir(join(path, '..'));
    execFileSync('mkfifo', [path]);
    const store = fileStateStore(path, silent);
    expect(await store.read('a')).toBeUndefined();
    await store.update('a', () => ({ n: 1 }));
    expect(await fileStateStore(path, silent).read('a')).toEqual({ n: 1 });
  });

  test('loses no concurrent change of several servers', async () => {
    // As long as a busy machine takes: after that time the file is written without the lock.
    const servers = Array.from({ length: 4 }, () => fileStateStore(path, silent, 60_000));
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        servers[n % 4]?.update('all', (stored) => ({ ...(stored as object | undefined), [`n${n}`]: n })),
      ),
    );
    expect(Object.keys((await fileStateStore(path, silent).read('all')) as object)).toHaveLength(40);
    expect(await readdir(join(path, '..'))).toEqual(['memory.json']);
  });

  test('has a size limit: the oldest entries are removed', async () => {
    const store = fileStateStore(path, silent);
    for (const name of ['one', 'two', 'three']) await store.update(name, () => ({ text: 'x'.repeat(4_900_000) }));
    expect((await stat(path)).size).toBeLessThan(10_000_000);
    const other = fileStateStore(path, silent);
    expect(await other.read('one')).toBeUndefined();
    expect(await other.read('three')).toBeDefined();
  });

  test('without a file values exist only in memory', async () => {
    const store = inMemoryStore();
    await store.update('a', () => ({ n: 1 }));
    expect([await store.read('a'), await inMemoryStore().read('a')]).toEqual([{ n: 1 }, undefined]);
  });
});
