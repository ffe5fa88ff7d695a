import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';

/** ms: a lock older than this belongs to nobody; a refresh is over long before. */
const STALE_MS = 30_000;
const PATIENCE_MS = 20_000;
const POLL_MS = 25;

const code = (error: unknown) => (error as NodeJS.ErrnoException).code;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `work` while no other process that takes the same lock does. @throws UserError where there can be no lock */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await take(path))) {
    if (Date.now() > until)
      throw new UserError(`Another ghl-contacts-mcp holds ${path}. If none is running, delete that file.`);
    await wait(POLL_MS + Math.random() * POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(String(process.pid)).finally(() => file.close());
    return true;
  } catch (error) {
    if (code(error) !== 'EEXIST')
      throw new UserError(`The folder of ${path} cannot be written (${code(error)}), so nothing can be stored there.`);
    if (await abandoned(path)) await rm(path, { force: true });
    return false;
  }
}

/** Left behind by a process that is gone, or by a clock nobody watches. */
async function abandoned(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return false;
  if (Date.now() - found.mtimeMs > STALE_MS) return true;
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return code(error) === 'ESRCH';
  }
}
