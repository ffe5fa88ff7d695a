import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, SkippedError } from './checks.ts';
import { type Output, runCommand } from './run-command.ts';
import { serverCommand } from './server-command.ts';

const INSTALL_TIMEOUT_MS = 300_000;
/** The registry may be busy. */
const ATTEMPTS = 2;
/** npm's codes for a package, and for a version of it, that the registry does not have. */
const NOT_IN_REGISTRY = /\b(E404|ETARGET)\b/;

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
 * Installs packages into a folder of their own inside `parent`, unless they are there.
 * @throws SkippedError if npm cannot install them
 */
export async function install(parent: string, packages: Readonly<Record<string, string>>): Promise<Installed> {
  const specifiers = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const folder = join(parent, specifiers.join('+').replaceAll('/', '-'));
  await mkdir(folder, { recursive: true });
  if (specifiers.length > 0 && !(await isInstalled(folder))) await runNpm(folder, specifiers);
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

/** The file that a finished installation has. */
const markerOf = (folder: string) => join(folder, 'installed');
const isInstalled = (folder: string) =>
  access(markerOf(folder)).then(
    () => true,
    () => false,
  );

async function runNpm(folder: string, specifiers: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error', ...specifiers];
  let failure = '';
  for (let attempt = 0; attempt < ATTEMPTS && !NOT_IN_REGISTRY.test(failure); attempt += 1) {
    const result = await runCommand('npm', args, { cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS }).catch(
      (error: unknown) => ({ code: 1, stderr: messageOf(error) }),
    );
    if (result.code === 0) return writeFile(markerOf(folder), '');
    failure = result.stderr.trim();
  }
  const reason = failure.split('\n').slice(0, 2).join(', ');
  const isInevitable = NOT_IN_REGISTRY.test(failure);
  throw new SkippedError(`npm cannot install ${specifiers.join(' ')}: ${reason}`, { isInevitable });
}
