import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Installed } from './packages.ts';
import { serverCommand } from './server-command.ts';

/** The name of the server in the configurations of hosts. */
export const SERVER = 'ghl-contacts';

/** Runs twice: for its list of servers and to validate the plugin. */
export const CLAUDE_CODE = { '@anthropic-ai/claude-code': '2.1.330' };
/** Runs twice: for its list of servers and for a turn. */
export const GEMINI_CLI = { '@google/gemini-cli': '0.61.0' };

/** Writes the configuration of a host into a folder that is the home of its user and a project at once. */
export async function prepareProject({ folder }: Installed, name: string, file: string, config: string) {
  const cwd = join(folder, name);
  const path = join(cwd, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, config);
  return { cwd, env: { ...serverCommand.env, HOME: cwd, XDG_CONFIG_HOME: cwd } };
}
