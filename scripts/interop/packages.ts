import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, SkippedError } from './checks.ts';
import { type Output, runCommand } from './run-command.ts';
import { serverCommand } from './server-command.ts';

const INSTALL_TIMEOUT_MS = 300_000;

/** Packages in a folder of their own, outside the project. */
export interface Installed {
  readonly folder: string;
  /** Imports a module as a file in the folder would. The caller declares the part of its type that it uses. */
  load<T>(specifier: string): Promise<T>;
  /** Runs a command of the packages, with an environment that has no secrets. Any exit code is a result. */
  command(
    name: string,
    args: readonly string[],
    options?: { readonly env?: Env; readonly cwd?: string },
  ): Promise<Output>;
}

type Env = Readonly<Record<string, string>>;

/**
 * Installs packages into a folder, unless they are there.
 * @throws SkippedError if npm cannot install them
 */
export async function install(folder: string, packages: Readonly<Record<string, string>>): Promise<Installed> {
  await mkdir(folder, { recursive: true });
  const isNeeded = Object.keys(packages).length > 0;
  if (isNeeded && (await installedIn(folder)) !== JSON.stringify(packages)) await runNpm(folder, packages);
  const loader = join(folder, 'load.mjs');
  await writeFile(loader, 'export const load = (specifier) => import(specifier);\n');
  const { load } = (await import(pathToFileURL(loader).href)) as { load: (specifier: string) => Promise<unknown> };
  return {
    folder,
    load: async <T>(specifier: string) => (await load(specifier)) as T,
    command: (name, args, options) =>
      runCommand(join(folder, 'node_modules/.bin', name), args, { env: serverCommand.env, ...options }),
  };
}

/** The file that says what a finished installation has. */
const markerOf = (folder: string) => join(folder, 'installed.json');
const installedIn = (folder: string) => readFile(markerOf(folder), 'utf8').catch(() => undefined);

async function runNpm(folder: string, packages: Readonly<Record<string, string>>): Promise<void> {
  const specifiers = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error', ...specifiers];
  const result = await runCommand('npm', args, { cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS }).catch(
    (error: unknown) => ({ code: 1, stdout: '', stderr: messageOf(error) }),
  );
  if (result.code !== 0) {
    throw new SkippedError(`npm cannot install ${specifiers.join(' ')}: ${result.stderr.trim().split('\n')[0]}`);
  }
  await writeFile(markerOf(folder), JSON.stringify(packages));
}
