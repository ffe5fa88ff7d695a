import { homedir } from 'node:os';
import { join } from 'node:path';

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
