import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from './errors.ts';
import { makeFolder } from './make-folder.ts';

/** ms after which a lock that nobody keeps fresh belongs to nobody, and how often its holder does. */
const STALE_MS = 10_000;
const BEAT_MS = 2_000;
/** ms for which a lock that looks old is watched: a holder that lives keeps it fresh again within this time. */
const WATCH_MS = BEAT_MS + 500;
/** ms between taking a lock and signing it; longer means that whoever took it is gone. */
const UNSIGNED_MS = 1_000;
const PATIENCE_MS = 20_000;
const POLL_MS = 25;

const code = (error: unknown) => (error as NodeJS.ErrnoException).code;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const signatureOf = (path: string) => readFile(path, 'utf8').catch(() => undefined);

/**
 * Where the number of a process means something: a container, or the sandbox that an editor runs in, may have the name of
 * the machine and numbers of its own.
 */
export const MACHINE = machine();

function machine(): string {
  try {
    return `${hostname()}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Tells this process from an earlier one of the same number: in a container that was started again it is the rule. */
const OURS = randomUUID().slice(0, 8);

/** Names one holder in this process. */
export const newSignature = (): string => `${MACHINE} ${process.pid} ${OURS} ${randomUUID()}`;

/** What is known of the process that a signature names; nothing of those on other machines or in containers. */
export function processState(signature: string): 'running' | 'gone' | 'unknown' {
  const [where, pid, whose] = signature.split(' ');
  if (where !== MACHINE) return 'unknown';
  if (Number(pid) === process.pid) return whose === OURS ? 'running' : 'gone';
  return lives(Number(pid)) ? 'running' : 'gone';
}

/** There can be no lock at this place. */
export class LockUnavailable extends UserError {}

/** How a lock was won. */
export interface FileLock {
  /** True where somebody else held it first. */
  readonly waited: boolean;
  /** True where its holder ended without giving it back: what it sent last may still arrive. */
  readonly abandoned: boolean;
  /** False where the lock was not kept fresh, as in a process that was stopped for a while: another may hold it now. */
  readonly isFresh: () => boolean;
}

/**
 * Runs `work` while no other process that takes the same lock does. `mayWait` is asked before each further attempt.
 * @throws Unlockable where there can be no lock; UserError where another process held it too long
 */
export async function withFileLock<T>(
  path: string,
  work: (held: FileLock) => Promise<T>,
  mayWait: () => boolean = patience(),
): Promise<T> {
  const signature = newSignature();
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const state = { freshAt: performance.now() };
  const isFresh = () => performance.now() - state.freshAt < STALE_MS - BEAT_MS;
  const held = { waited: false, abandoned: false, isFresh };
  const seen = { mtimeMs: 0, since: 0 };
  for (;;) {
    const taken = await take(path, signature, seen);
    if (taken === 'taken') break;
    held.waited = true;
    held.abandoned ||= taken === 'abandoned';
    if (!mayWait())
      throw new UserError(`Another ghl-contacts-mcp holds ${path}. Try again; if none is running, delete that file.`);
    await wait(POLL_MS + Math.random() * POLL_MS);
  }
  state.freshAt = performance.now();
  const keepFresh = async () => {
    const now = performance.now();
    // Once it has been stale, it may be another's that is kept fresh here.
    if (!isFresh()) return;
    await utimes(path, new Date(), new Date());
    state.freshAt = now;
  };
  const beat = setInterval(() => void keepFresh().catch(() => undefined), BEAT_MS).unref();
  try {
    return await work(held);
  } finally {
    clearInterval(beat);
    if ((await signatureOf(path)) === signature) await rm(path, { force: true }).catch(() => undefined);
  }
}

function patience(): () => boolean {
  const until = performance.now() + PATIENCE_MS;
  return () => performance.now() <= until;
}

const unwritable = (path: string, error: unknown) =>
  new LockUnavailable(`The folder of ${path} cannot be written (${code(error)}), so nothing can be stored there.`);

async function take(path: string, signature: string, seen: Seen): Promise<'taken' | 'busy' | 'abandoned'> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(signature);
    } catch (error) {
      // A full disk gives the name and no room: nobody is to wait for it.
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    return 'taken';
  } catch (error) {
    if (code(error) !== 'EEXIST') throw unwritable(path, error);
    const found = await signatureOf(path);
    if (found === undefined || !(await abandoned(path, found, seen))) return 'busy';
    await clear(path, found);
    return 'abandoned';
  }
}

/** When a lock was last kept fresh, as its file says, and since when (monotonic ms) it says so. */
interface Seen {
  mtimeMs: number;
  since: number;
}

/**
 * Left behind by a process that is gone. Of others only the time tells, mostly that of this process: the clock of the
 * machine may have been set, or the machine may just have woken up.
 */
async function abandoned(path: string, signature: string, seen: Seen): Promise<boolean> {
  const mtimeMs = await stat(path).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
  if (mtimeMs === undefined) return false;
  if (mtimeMs !== seen.mtimeMs) Object.assign(seen, { mtimeMs, since: performance.now() });
  if (processState(signature) === 'gone') return true;
  const watched = performance.now() - seen.since;
  const age = Date.now() - mtimeMs;
  // Signed within a moment: nobody sets the clock just then.
  if (signature === '') return Math.max(age, watched) > UNSIGNED_MS;
  return watched > (age > STALE_MS ? WATCH_MS : STALE_MS);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return code(error) !== 'ESRCH';
  }
}

/** Takes an abandoned lock away. Of several who try, one moves it; a lock taken meanwhile is given back. */
async function clear(path: string, signature: string): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await signatureOf(aside)) !== signature) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true }).catch(() => undefined);
}
