import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { environment } from '../config.ts';
import { NAME } from '../paths.ts';
import { ask, printLine, usageError } from '../terminal.ts';
import { chooseAccount, choosePermissions } from './account.ts';
import { changeText, currentEntry, startsProgram } from './change.ts';
import { findHosts, type InstalledHost } from './config-files.ts';
import { hostFiles, thisPlace } from './host-files.ts';
import { HOSTS, type Host } from './hosts.ts';
import { ALIAS, inSandbox, ownLaunch, type ServerEntry } from './launch.ts';
import { type Change, makeChange, planAdditions, planRemovals } from './plan.ts';

export interface SetupOptions {
  readonly remove?: boolean;
  readonly print?: boolean;
  readonly sandbox?: boolean;
}

/**
 * Adds this server to hosts of this computer, or removes it. It shows every change and asks before it makes one; with
 * `print` it only shows. @throws SettingError without a terminal, and for an answer that is not offered
 */
export async function runSetup({ remove = false, print = false, sandbox = false }: SetupOptions): Promise<void> {
  const { hosts, unreadable } = await findHosts(thisPlace(environment));
  for (const problem of unreadable) printLine(problem);
  if (print) return printEntries(hosts, sandbox);
  if (process.stdin.isTTY !== true)
    return usageError('setup asks questions, so it needs a terminal. setup --print shows the entries without asking.');
  if (hosts.length === 0)
    throw new UserError(
      `No host was found. Known are ${HOSTS.map(({ name }) => name).join(', ')}. setup --print shows what to add to one.`,
    );
  return remove ? removeServer(hosts) : addServer(hosts, sandbox);
}

const program = () => realpathSync(process.argv[1] ?? '');

/** For the hosts of this computer, or for every host if there is none. */
function printEntries(hosts: readonly InstalledHost[], sandbox: boolean): void {
  const launch = ownLaunch(program());
  const server = sandbox ? inSandbox(launch) : { ...launch, env: { GHL_SCOPES: 'contacts.readonly' } };
  const known = () => HOSTS.map((host) => ({ host, file: hostFiles(host, thisPlace(environment)).file }));
  const shown = hosts.length > 0 ? hosts : known();
  for (const { host, file } of shown) {
    printLine(`${host.name}: ${file}`);
    printEntry(host, server);
  }
}

/** As it stands in a configuration that has nothing else. */
function printEntry(host: Host, server: ServerEntry): void {
  const text = changeText(host, '', host.entry(server));
  for (const line of text.trimEnd().split('\n')) printLine(`  ${line}`);
}

async function addServer(hosts: readonly InstalledHost[], sandbox: boolean): Promise<void> {
  const chosen = await chooseHosts(hosts);
  const launch = ownLaunch(program());
  const server = sandbox
    ? inSandbox(launch)
    : { ...launch, env: { ...(await chooseAccount()), ...(await choosePermissions()) } };
  const changes = await planAdditions(chosen, server);
  for (const { installed } of changes) {
    const { host, file, text } = installed;
    const earlier = currentEntry(host, text);
    const isNew = earlier === undefined;
    printLine(`${host.name}: setup ${isNew ? 'adds to' : `changes the entry ${ALIAS} in`} ${file}:`);
    printEntry(host, server);
    if (startsProgram(earlier))
      printLine('What you added to the entry stays, except for the account and what is allowed.');
    else if (!isNew) printLine('The entry that is there is for something else, and is replaced.');
  }
  const made = await makeChanges(changes);
  if (made.length === 0) return;
  const works = await runDoctor(server, sandbox);
  for (const { host } of made.map(({ installed }) => installed)) printLine(`${host.name}: ${host.restart}.`);
  printLine(
    works
      ? 'Then ask: "How many contacts do I have?"'
      : 'Correct first what doctor found, and check it by running setup again.',
  );
}

async function removeServer(hosts: readonly InstalledHost[]): Promise<void> {
  const changes = await planRemovals(hosts);
  if (changes.length === 0)
    return printLine(`Nothing was changed: no configuration that setup can edit has an entry ${ALIAS}.`);
  for (const { installed, after } of changes) {
    const { host, file } = installed;
    const what = after === undefined ? `deletes ${file}, which it created` : `removes the entry ${ALIAS} from ${file}`;
    printLine(`${host.name}: setup ${what}`);
  }
  const made = await makeChanges(changes);
  if (made.length > 0) printLine(`A stored token is still there; ${NAME} logout deletes it.`);
}

async function chooseHosts(hosts: readonly InstalledHost[]): Promise<readonly InstalledHost[]> {
  printLine('Hosts on this computer:');
  hosts.forEach(({ host }, i) => {
    printLine(`  ${i + 1}  ${host.name}`);
  });
  const answer = await ask('Which of them? Numbers, or Enter for all: ');
  if (answer === '') return hosts;
  const chosen = answer.split(/[\s,]+/).map((number) => hosts[Number(number) - 1]);
  if (chosen.every((each) => each !== undefined)) return [...new Set(chosen)];
  return usageError(`Answer with numbers from 1 to ${hosts.length}. Nothing was changed; run setup again.`);
}

/** @returns the changes that were made; none unless the owner agrees */
async function makeChanges(changes: readonly Change[]): Promise<Change[]> {
  if (changes.length === 0) return [];
  if ((await ask('Make these changes? (yes/no) ')).toLowerCase() !== 'yes') {
    printLine('Nothing was changed.');
    return [];
  }
  const made: Change[] = [];
  for (const change of changes) if (await makeChange(change, Date.now())) made.push(change);
  return made;
}

/** Runs doctor with the settings of the entry and no others. @returns whether the server would work */
async function runDoctor({ env }: ServerEntry, sandbox: boolean): Promise<boolean> {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('GHL_'));
  const child = spawn(process.execPath, [program(), 'doctor', ...(sandbox ? ['--sandbox'] : [])], {
    env: { ...Object.fromEntries(others), ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) process.exitCode = 1;
  return code === 0;
}
