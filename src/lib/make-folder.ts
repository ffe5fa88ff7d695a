import { promises } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing, for the owner alone. Node's own `recursive` never returns, and uses
 * a whole core, where a folder above exists and takes no new ones (`/proc`).
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    return await makeOne(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
  }
  await makeFolder(dirname(path));
  await makeOne(path);
}

const makeOne = (path: string): Promise<void> =>
  promises.mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
