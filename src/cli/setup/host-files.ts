import { posix, win32 } from 'node:path';
import { homeFolder } from '../paths.ts';
import type { Env } from '../settings.ts';
import type { Host, PathTemplate } from './hosts.ts';

/** Where paths of a person are expanded. */
export interface Place {
  readonly env: Env;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

export const thisPlace = (env: Env): Place => ({ env, platform: process.platform, home: homeFolder() });

/** The template for a platform; every other system is like Linux. */
export const templateFor = (template: PathTemplate, platform: NodeJS.Platform): string =>
  typeof template === 'string'
    ? template
    : template[platform === 'win32' || platform === 'darwin' ? platform : 'linux'];

/** Variables with which a person moves a host's folder elsewhere, as the hosts document them. */
const MOVED: Readonly<Record<string, string>> = {
  CODEX_HOME: '~/.codex',
  XDG_CONFIG_HOME: '~/.config',
};

/** An absolute path. */
export function expandPath(template: PathTemplate, { env, platform, home }: Place): string {
  const { join, normalize } = platform === 'win32' ? win32 : posix;
  const path = templateFor(template, platform);
  for (const [variable, folder] of Object.entries(MOVED)) {
    const moved = env[variable];
    if (moved && path.startsWith(`${folder}/`)) return join(moved, path.slice(folder.length));
  }
  const appData = env.APPDATA || join(home, 'AppData', 'Roaming');
  return normalize(path.replace(/^~/, () => home).replace('%APPDATA%', () => appData));
}

/** The configuration file of a host, and the folder that shows that the host is installed. */
export function hostFiles({ file, folder }: Host, place: Place): { readonly file: string; readonly folder: string } {
  const path = expandPath(file, place);
  const { dirname } = place.platform === 'win32' ? win32 : posix;
  return { file: path, folder: folder === undefined ? dirname(path) : expandPath(folder, place) };
}
