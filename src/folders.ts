import { promises } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;
const NAME = 'ghl-contacts-mcp';

/** Where the system keeps what programs remember: journals and the like. */
export function stateFolder(env: Env): string {
  if (process.platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), NAME);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', NAME);
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), NAME);
}

/** Where the system keeps what a person set up: who is signed in. */
export function configFolder(env: Env): string {
  if (process.platform === 'win32') return join(env.APPDATA || join(homedir(), 'AppData', 'Roaming'), NAME);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', NAME);
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), NAME);
}

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
