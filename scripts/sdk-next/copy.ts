import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../interop/run-command.ts';

/** The next line of the SDK; `node` is the HTTP transport, which the bridge for the conformance suite uses. */
export const PACKAGES = {
  '@modelcontextprotocol/server': '2.4.0',
  '@modelcontextprotocol/client': '2.4.0',
  '@modelcontextprotocol/core': '2.4.0',
  '@modelcontextprotocol/node': '2.1.2',
};
export const CODEMOD = '@modelcontextprotocol/codemod@2.3.1';

const TIMEOUT_MS = 300_000;

/** Runs a command in a folder. Returns what it wrote to stdout. @throws Error if it ends with another code than 0 */
export async function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, { cwd, timeoutMs: TIMEOUT_MS });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Copies the files of the repository, with uncommitted changes, into an empty folder, and installs what they need. */
export async function createCopy(folder: string): Promise<void> {
  const files = await run('.', 'git', 'ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate');
  for (const file of files.trim().split('\n')) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(file, join(folder, file));
  }
  await run(folder, 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  // A repository of its own: the maintainer reads what each step changed.
  await run(folder, 'git', 'init', '--quiet');
  await run(folder, 'git', 'add', '.');
  await record(folder, 'The server with the first line of the SDK');
}

/** Formats what a step changed, as the repository does, and records it. Returns the files. */
export async function commit(folder: string, message: string): Promise<string[]> {
  await run(folder, 'git', 'add', '.');
  const changed = (await run(folder, 'git', 'diff', '--cached', '--name-only')).trim().split('\n');
  const sources = changed.filter((file) => file.endsWith('.ts'));
  // Any exit code: what the linter rejects is for the type check and the tests to find.
  await runCommand('npx', ['biome', 'check', '--write', ...sources], { cwd: folder });
  await run(folder, 'git', 'add', '.');
  await record(folder, message);
  return changed;
}

async function record(folder: string, message: string): Promise<void> {
  const author = ['-c', 'user.name=sdk-next', '-c', 'user.email=sdk-next@localhost'];
  await run(folder, 'git', ...author, 'commit', '--quiet', '--no-verify', '--message', message);
}

/** Installs the next line with its versions as they are here, in place of the first line and of what the codemod chose. */
export async function installNextLine(folder: string): Promise<void> {
  const specifiers = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  const options = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run(folder, 'npm', 'uninstall', ...options, '@modelcontextprotocol/sdk');
  await run(folder, 'npm', 'install', '--save-dev', '--save-exact', ...options, ...specifiers);
}
