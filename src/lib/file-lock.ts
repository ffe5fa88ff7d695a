import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, UserError } from './errors.ts';
import { newSignature, processState } from './lock-signature.ts';
import { makeFolder } from './make-folder.ts';

/** ms without a heartbeat after which a lock is stale, and between two heartbeats of its holder. */
const STALE_MS = 10_000;
const HEARTBEAT_MS = 2_000;
/** ms for which a lock that looks stale is watched: a running holder renews it within this time. */
const WATCH_MS = HEARTBEAT_MS + 500;
/** ms between creating a lock file and writing its signature; after that, the process that created it has ended. */
const UNSIGNED_MS = 1_000;
const MAX_WAIT_MS = 20_000;
const POLL_MS = 25;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const signatureOf = (path: string) => readFile(path, 'utf8').catch(() => undefined);

/** No lock file can be created at this path. */
export class LockUnavailable extends UserError {}

/** A lock that was acquired. */
export interface FileLock {
  /** True if another process held it first. */
  readonly waited: boolean;
  /** True if its holder ended without releasing it: a request that it sent may still arrive. */
  readonly abandoned: boolean;
  /** False after missed heartbeats, as in a process that was suspended: another process may hold the lock now. */
  readonly isFresh: () => boolean;
}

/**
 * Runs `work` while no other process holds the same lock. `mayWait` is asked before each further attempt.
 * @throws LockUnavailable; UserError if another process holds the lock for too long
 */
export async function withFileLock<T>(
  path: string,
  work: (lock: FileLock) => Promise<T>,
  mayWait: () => boolean = untilMaxWait(),
): Promise<T> {
  const signature = newSignature();
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw notWritable(path, error);
  });
  const lock = { ...(await acquire(path, signature, mayWait)), ...startHeartbeat(path) };
  try {
    return await work(lock);
  } finally {
    lock.stop();
    if ((await signatureOf(path)) === signature) await rm(path, { force: true }).catch(() => undefined);
  }
}

function untilMaxWait(): () => boolean {
  const until = performance.now() + MAX_WAIT_MS;
  return () => performance.now() <= until;
}

const notWritable = (path: string, error: unknown) =>
  new LockUnavailable(`The folder of ${path} cannot be written (${errorCode(error)}), so nothing can be stored there.`);

async function acquire(
  path: string,
  signature: string,
  mayWait: () => boolean,
): Promise<Pick<FileLock, 'waited' | 'abandoned'>> {
  const lock = { waited: false, abandoned: false };
  const heartbeat = { mtimeMs: 0, since: 0 };
  for (;;) {
    const result = await tryAcquire(path, signature, heartbeat);
    if (result === 'acquired') return lock;
    lock.waited = true;
    lock.abandoned ||= result === 'abandoned';
    if (!mayWait())
      throw new UserError(`Another ghl-contacts-mcp holds ${path}. Try again; if none is running, delete that file.`);
    await wait(POLL_MS + Math.random() * POLL_MS);
  }
}

function startHeartbeat(path: string): { readonly isFresh: () => boolean; readonly stop: () => void } {
  let freshAt = performance.now();
  const isFresh = () => performance.now() - freshAt < STALE_MS - HEARTBEAT_MS;
  const renew = async () => {
    const now = performance.now();
    // A lock that was stale may belong to another process by now, and must not be renewed.
    if (!isFresh()) return;
    await utimes(path, new Date(), new Date());
    freshAt = now;
  };
  const timer = setInterval(() => void renew().catch(() => undefined), HEARTBEAT_MS).unref();
  return { isFresh, stop: () => clearInterval(timer) };
}

async function tryAcquire(
  path: string,
  signature: string,
  heartbeat: Heartbeat,
): Promise<'acquired' | 'busy' | 'abandoned'> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(signature);
    } catch (error) {
      // A full disk stores the name and no content: without the file nobody waits for it.
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    return 'acquired';
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw notWritable(path, error);
    const found = await signatureOf(path);
    if (found === undefined || !(await isAbandoned(path, found, heartbeat))) return 'busy';
    await removeAbandoned(path, found);
    return 'abandoned';
  }
}

/** The latest heartbeat in the lock file, and since when (monotonic ms) it is the latest. */
interface Heartbeat {
  mtimeMs: number;
  since: number;
}

/**
 * Whether the holder has ended. Of a holder elsewhere only the time tells, mainly that of this process: the machine's clock
 * may have been set, or the machine may just have woken up.
 */
async function isAbandoned(path: string, signature: string, heartbeat: Heartbeat): Promise<boolean> {
  const mtimeMs = await stat(path).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
  if (mtimeMs === undefined) return false;
  if (mtimeMs !== heartbeat.mtimeMs) Object.assign(heartbeat, { mtimeMs, since: performance.now() });
  if (processState(signature) === 'ended') return true;
  const watched = performance.now() - heartbeat.since;
  const age = Date.now() - mtimeMs;
  // The signature follows at once: the clock is hardly set in between.
  if (signature === '') return Math.max(age, watched) > UNSIGNED_MS;
  return watched > (age > STALE_MS ? WATCH_MS : STALE_MS);
}

/** Of several processes that try, one moves the file; a lock that was acquired meanwhile is moved back. */
async function removeAbandoned(path: string, signature: string): Promise<void> {
  const moved = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(path, moved);
  } catch {
    return;
  }
  if ((await signatureOf(moved)) !== signature) await link(moved, path).catch(() => undefined);
  await rm(moved, { force: true }).catch(() => undefined);
}
