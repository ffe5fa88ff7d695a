import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './settings.ts';

/** The name of the program and of the npm package. */
export const NAME = 'ghl-contacts-mcp';

/** The operating system's folder for state that programs write: journals and the like. */
export function stateFolder(env: Env, platform = process.platform): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), NAME);
  if (platform === 'darwin') return applicationSupport();
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), NAME);
}

/** The operating system's folder for what a person configured: who is signed in. */
export function configFolder(env: Env, platform = process.platform): string {
  if (platform === 'win32') return join(env.APPDATA || join(homedir(), 'AppData', 'Roaming'), NAME);
  if (platform === 'darwin') return applicationSupport();
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), NAME);
}

/** The operating system's folder for what can be made again at any time. */
export function cacheFolder(env: Env, platform = process.platform): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), NAME, 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', NAME);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), NAME);
}

const applicationSupport = () => join(homedir(), 'Library', 'Application Support', NAME);
