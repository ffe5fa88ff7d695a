import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { SettingError } from '../lib/errors.ts';
import type { Env } from './settings.ts';

/** The name of the program and of the npm package. */
export const NAME = 'ghl-contacts-mcp';

function knownHome(): string {
  try {
    return homedir();
  } catch {
    // HOME is not set, and the system has no entry for the user id of this process, as in a container.
    return '';
  }
}

/** The home folder of the person who runs this process. @throws SettingError if the system knows none */
export function homeFolder(): string {
  const home = knownHome();
  if (isAbsolute(home)) return home;
  throw new SettingError(
    'HOME (on Windows USERPROFILE): the system gives no absolute path for your home folder. Set it, as in HOME=/home/you.',
  );
}

/** The operating system's folder for state that programs write: journals and the like. */
export function stateFolder(env: Env, platform = process.platform): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homeFolder(), 'AppData', 'Local'), NAME);
  if (platform === 'darwin') return applicationSupport();
  return join(env.XDG_STATE_HOME || join(homeFolder(), '.local', 'state'), NAME);
}

/** The operating system's folder for what a person configured: who is signed in. */
export function configFolder(env: Env, platform = process.platform): string {
  if (platform === 'win32') return join(env.APPDATA || join(homeFolder(), 'AppData', 'Roaming'), NAME);
  if (platform === 'darwin') return applicationSupport();
  return join(env.XDG_CONFIG_HOME || join(homeFolder(), '.config'), NAME);
}

/** The operating system's folder for what can be made again at any time. */
export function cacheFolder(env: Env, platform = process.platform): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homeFolder(), 'AppData', 'Local'), NAME, 'cache');
  if (platform === 'darwin') return join(homeFolder(), 'Library', 'Caches', NAME);
  return join(env.XDG_CACHE_HOME || join(homeFolder(), '.cache'), NAME);
}

const applicationSupport = () => join(homeFolder(), 'Library', 'Application Support', NAME);
