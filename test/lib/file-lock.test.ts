import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { withFileLock } from '../../src/lib/file-lock.ts';
import { MACHINE, newSignature } from '../../src/lib/lock-signature.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function freshPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ghl-lock-'));
  folders.push(folder);
  return join(folder, 'some.lock');
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const DEAD = () => spawnSync(process.execPath, ['-e', '']).pid;
const MINUTE_AGO = () => new Date(Date.now() - 60_000);

test('one holder at a time', async () => {
  const path = await freshPath();
  let [holders, max] = [0, 0];
  const work = () =>
    withFileLock(path, async () => {
      holders += 1;
      max = Math.max(max, holders);
      await sleep(5);
      holders -= 1;
    });
  await Promise.all(Array.from({ length: 12 }, work));
  expect(max).toBe(1);
  expect(await readdir(dirname(path))).toEqual([]);
});

test.each([
  ['of a process that has ended', () => `${MACHINE} ${DEAD()} x`, () => new Date()],
  ['of an earlier process with the same id', () => `${MACHINE} ${process.pid} x`, () => new Date()],
  ['without a signature', () => '', MINUTE_AGO],
  ['of another machine without a heartbeat', () => 'elsewhere 1 x', MINUTE_AGO],
])('a lock %s is acquired soon, also by several processes', async (_, signature, at) => {
  const path = await freshPath();
  await writeFile(path, signature());
  await utimes(path, at(), at());
  const started = Date.now();
  let [holders, max] = [0, 0];
  await Promise.all(
    Array.from({ length: 5 }, () =>
      withFileLock(path, async () => {
        holders += 1;
        max = Math.max(max, holders);
        await sleep(2);
        holders -= 1;
      }),
    ),
  );
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(max).toBe(1);
});

test.runIf(process.platform === 'linux')(
  'a lock names the container or sandbox to which its process id belongs',
  async () => {
    const path = await freshPath();
    const signature = await withFileLock(path, () => readFile(path, 'utf8'));
    expect(signature).toContain(`${await readlink('/proc/self/ns/pid')} ${process.pid} `);
  },
);

test.concurrent.each([
  ['of a running process', () => `${MACHINE} ${process.ppid} x`],
  ['of this process', newSignature],
  ['of a container or sandbox on this machine, whatever its process id', () => `${hostname()}/pid:[1] ${DEAD()} x`],
  ['of another machine or container, whatever its process id', () => `elsewhere ${DEAD()} x`],
  ['just created and not signed yet', () => ''],
  ['of a running process, while the clock is an hour ahead,', () => `${MACHINE} ${process.ppid} x`, MINUTE_AGO],
])('a lock %s makes others wait', async (_, signature, at = () => new Date()) => {
  const path = await freshPath();
  const held = signature();
  await writeFile(path, held);
  await utimes(path, at(), at());
  let acquired = false;
  const waiting = withFileLock(path, async () => {
    acquired = true;
  });
  await sleep(300);
  expect(acquired).toBe(false);
  expect(await readFile(path, 'utf8')).toBe(held);
  await rm(path);
  await waiting;
});

test.concurrent('a lock that seems old because the clock was set forward stays with its holder', async () => {
  const path = await freshPath();
  await writeFile(path, 'elsewhere 1 x');
  const renew = async () => utimes(path, MINUTE_AGO(), MINUTE_AGO());
  await renew();
  let acquired = false;
  const waiting = withFileLock(path, async () => {
    acquired = true;
  });
  for (let n = 0; n < 4; n += 1) {
    await sleep(1_000);
    await renew();
  }
  expect(acquired).toBe(false);
  await rm(path);
  await waiting;
});

test('a holder that was suspended is notified that it may have lost its lock', async () => {
  const path = await freshPath();
  await withFileLock(path, async ({ isFresh }) => {
    expect(isFresh()).toBe(true);
    const later = performance.now() + 9_000;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(later);
    const fresh = isFresh();
    clock.mockRestore();
    expect(fresh).toBe(false);
  });
});

test('a holder that lost its lock does not release the lock of the next', async () => {
  const path = await freshPath();
  await withFileLock(path, () => writeFile(path, 'another holder'));
  expect(await readFile(path, 'utf8')).toBe('another holder');
});

test('a lock dated in the future because the clock was set back is acquired when its heartbeat stops', async () => {
  const path = await freshPath();
  await writeFile(path, 'elsewhere 1 x');
  const ahead = new Date(Date.now() + 3_600_000);
  await utimes(path, ahead, ahead);
  const clock = performance.now.bind(performance);
  let passed = 0;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => clock() + passed);
  onTestFinished(() => now.mockRestore());
  let acquired = false;
  const waiting = withFileLock(path, async () => {
    acquired = true;
  });
  await sleep(200);
  expect(acquired).toBe(false);
  passed = 10_000;
  await waiting;
});
