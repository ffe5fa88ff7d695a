import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';

/** ms after which a lock that nobody keeps fresh belongs to nobody, and how often its holder does. */
const STALE_MS = 10_000;
const BEAT_MS = 2_000;
/** ms between taking a lock and signing it; longer means that whoever took it is gone. */
const UNSIGNED_MS = 1_000;
const PATIENCE_MS = 20_000;
const POLL_MS = 25;

const code = (error: unknown) => (error as NodeJS.ErrnoException).code;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const signatureOf = (path: string) => readFile(path, 'utf8').catch(() => undefined);

/** Names one holder in this process. */
export const newSignature = (): string => `${hostname()} ${process.pid} ${randomUUID()}`;

/** What is known of the process that a signature names; nothing of those on other machines or in containers. */
export function processOf(signature: string): 'running' | 'gone' | 'unknown' {
  const [host, pid] = signature.split(' ');
  if (host !== hostname()) return 'unknown';
  return lives(Number(pid)) ? 'running' : 'gone';
}

/** Runs `work` while no other process that takes the same lock does. @throws UserError where there can be no lock */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const signature = newSignature();
  const until = Date.now() + PATIENCE_MS;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  while (!(await take(path, signature))) {
    if (Date.now() > until)
      throw new UserError(
        `Another ghl-contacts-mcp has held ${path} for ${PATIENCE_MS / 1_000} s. Try again; if none is running, delete that file.`,
      );
    await wait(POLL_MS + Math.random() * POLL_MS);
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), BEAT_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await signatureOf(path)) === signature) await rm(path, { force: true }).catch(() => undefined);
  }
}

const unwritable = (path: string, error: unknown) =>
  new UserError(`The folder of ${path} cannot be written (${code(error)}), so nothing can be stored there.`);

async function take(path: string, signature: string): Promise<boolean> {
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
    return true;
  } catch (error) {
    if (code(error) !== 'EEXIST') throw unwritable(path, error);
    const found = await signatureOf(path);
    if (found !== undefined && (await abandoned(path, found))) await clear(path, found);
    return false;
  }
}

/** Left behind by a process that is gone. Of processes on other machines or in containers only the time tells. */
async function abandoned(path: string, signature: string): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > (signature === '' ? UNSIGNED_MS : STALE_MS)) return true;
  return processOf(signature) === 'gone';
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
