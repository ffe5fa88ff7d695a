import { constants } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { errorCode, UserError } from './errors.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

/** The file's JSON, or undefined if there is no file. @throws UserError if it is damaged or cannot be read */
export async function readJson(path: string, what: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UserError(`${what} ${path} cannot be read (${errorCode(error)}).`);
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(
      `${what} ${path} is damaged. Nothing was changed; move it away and sign in again with ghl-contacts-mcp login.`,
    );
  }
}

/** Replaces the file in one step. Call under a lock: a crash leaves one temporary file, which the next write deletes. */
export async function writeJson(path: string, value: unknown, what: string): Promise<void> {
  try {
    await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, { flush: true, suffix: 'tmp' });
  } catch (error) {
    throw new UserError(
      `${what} ${path} cannot be written (${errorCode(error)}) and is unchanged. Free disk space, or make it writable, and try again.`,
    );
  }
}

/** @throws UserError if other users of this machine can read the file */
export async function refuseReadableByOthers(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const found = await stat(path).catch(() => undefined);
  if (found && (found.mode & (constants.S_IRWXG | constants.S_IRWXO)) !== 0) {
    throw new UserError(
      `The token store ${path} can be read by others. Restrict it to its owner: chmod 600 ${JSON.stringify(path)}`,
    );
  }
}
