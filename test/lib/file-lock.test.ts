import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { withFileLock } from '../../src/lib/file-lock.ts';
import { MACHINE, newSignature } from '../../src/lib/lock-signature.ts';

async function freshPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ghl-lock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'some.lock');
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const DEAD = () => spawnSync(process.execPath, ['-e', '']).pid;
const MINUTE_AGO = () => new Date(Date.now() - 60_000);

test('one holder at a time', async () => {
  const path = await freshPath();
  let [inside, most] = [0, 0];
  const work = () =>
    withFileLock(path, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(5);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 12 }, work));
  expect(most).toBe(1);
  expect(await readdir(dirname(path))).toEqual([]);
});

test.each([
  ['of a process that is gone', () => `${MACHINE} ${DEAD()} x`, () => new Date()],
  ['of an earlier process of the same number', () => `${MACHINE} ${process.pid} x`, () => new Date()],
  ['that nobody came to sign', () => '', MINUTE_AGO],
  ['of another machine, which nobody keeps fresh', () => 'elsewhere 1 x', MINUTE_AGO],
])('a lock %s is acquired soon, also by several processes', async (_, signature, at) => {
  const path = await freshPath();
  await writeFile(path, signature());
  await utimes(path, at(), at());
  const started = Date.now();
  let [inside, most] = [0, 0];
  await Promise.all(
    Array.from({ length: 5 }, () =>
      withFileLock(path, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await sleep(2);
        inside -= 1;
      }),
    ),
  );
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(most).toBe(1);
});

test.runIf(process.platform === 'linux')(
  'a lock names the container or sandbox to which its process id belongs',
  async () => {
    const path = await freshPath();
    const held = await withFileLock(path, () => readFile(path, 'utf8'));
    expect(held).toContain(`${await readlink('/proc/self/ns/pid')} ${process.pid} `);
  },
);

test.each([
  ['of a process that lives', () => `${MACHINE} ${process.ppid} x`],
  ['of this process', newSignature],
  ['of a container or sandbox on this machine, whatever its number', () => `${hostname()}/pid:[1] ${DEAD()} x`],
  ['of another machine or container, whatever its number', () => `elsewhere ${DEAD()} x`],
  ['just taken and not signed yet', () => ''],
  ['of a process that lives, while the clock is an hour ahead,', () => `${MACHINE} ${process.ppid} x`, MINUTE_AGO],
])('a lock %s makes others wait', async (_, signature, at = () => new Date()) => {
  const path = await freshPath();
  const held = signature();
  await writeFile(path, held);
  await utimes(path, at(), at());
  let done = false;
  const waiting = withFileLock(path, async () => {
    done = true;
  });
  await sleep(300);
  expect(done).toBe(false);
  expect(await readFile(path, 'utf8')).toBe(held);
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
  await withFileLock(path, () => writeFile(path, 'somebody else'));
  expect(await readFile(path, 'utf8')).toBe('somebody else');
});

test('a lock that seems old because the clock was set forward stays with its holder', async () => {
  const path = await freshPath();
  await writeFile(path, 'elsewhere 1 x');
  const beat = async () => utimes(path, MINUTE_AGO(), MINUTE_AGO());
  await beat();
  let done = false;
  const waiting = withFileLock(path, async () => {
    done = true;
  });
  for (let n = 0; n < 4; n += 1) {
    await sleep(1_000);
    await beat();
  }
  expect(done).toBe(false);
  await rm(path);
  await waiting;
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
  let done = false;
  const waiting = withFileLock(path, async () => {
    done = true;
  });
  await sleep(200);
  expect(done).toBe(false);
  passed = 10_000;
  await waiting;
});
