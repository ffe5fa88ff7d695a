import { constants } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from './errors.ts';
import { makeFolder } from './make-folder.ts';

const code = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** The file's JSON, or undefined where there is none. @throws UserError where it is damaged or cannot be read */
export async function readJson(path: string, what: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (code(error) === 'ENOENT') return undefined;
    throw new UserError(`${what} ${path} cannot be read (${code(error)}).`);
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

/**
 * Replaces the file in one step: whoever reads sees the old or the new, and a crash leaves one of them whole. Only one
 * process at a time may; so what a crash left half-written has a known name and goes with the next write.
 */
export async function writeJson(path: string, value: unknown, what: string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await makeFolder(dirname(path));
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new UserError(
      `${what} ${path} cannot be written (${code(error)}); it is as it was. Make room, or make it writable, and try again.`,
    );
  }
}

/** @throws UserError where others on this machine can read the file */
export async function refuseReadableByOthers(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const found = await stat(path).catch(() => undefined);
  if (found && (found.mode & (constants.S_IRWXG | constants.S_IRWXO)) !== 0) {
    throw new UserError(
      `The token store ${path} can be read by others. Make it yours alone: chmod 600 ${JSON.stringify(path)}`,
    );
  }
}
