import { SettingError } from '../../lib/errors.ts';
import { redact } from '../../lib/redact.ts';
import { type Config, environment, readConfig } from '../config.ts';
import { openConnection } from '../connection.ts';
import { printJson, printLine } from '../terminal.ts';
import { checkFacts } from './api-assumptions.ts';
import { checkConnectivity } from './connectivity.ts';
import { bad, type Finding } from './finding.ts';
import {
  checkApp, checkJournal, checkNode, checkRenewal, checkScopes, checkSignIn, checkStore, checkTokenAges, hostNote, listSettings,
} from './local-checks.ts'; // biome-ignore format: one import

export interface DoctorOptions {
  readonly json?: boolean;
  readonly facts?: boolean;
  readonly sandbox?: boolean;
}

/**
 * Checks whether a server with these settings would work, and prints the findings. Exit code 0 only if it would, 1 if
 * not, 2 for a setting that cannot be read.
 */
export async function runDoctor({ json = false, facts = false, sandbox = false }: DoctorOptions): Promise<void> {
  const config = readSettings(sandbox);
  const all = 'problem' in config ? [checkNode(), config.problem] : await runChecks(config.settings, sandbox, facts);
  const findings = all.map((each) => ({ ...each, message: redact(each.message) }));
  const works = !findings.some(({ state }) => state === 'bad');
  if (json) printJson({ works, findings });
  else for (const { what, state, message } of findings) printLine(`${MARKS[state]} ${what.padEnd(12)} ${message}`);
  process.exitCode = works ? 0 : 'problem' in config ? 2 : 1;
}

const MARKS = { ok: '✓', note: '·', bad: '✗' } as const;

function readSettings(sandbox: boolean): { readonly settings: Config } | { readonly problem: Finding } {
  try {
    return { settings: readConfig(environment, sandbox) };
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return { problem: bad('settings', error.message) };
  }
}

async function runChecks(config: Config, sandbox: boolean, facts: boolean): Promise<Finding[]> {
  const connection = openConnection(config, sandbox);
  const local = [
    checkNode(),
    listSettings(),
    await checkStore(config, sandbox),
    ...(await checkTokenAges(config, sandbox)),
    checkSignIn(connection),
    ...checkApp(),
    ...checkRenewal(config, connection),
    ...checkScopes(config, connection),
    await checkJournal(config, connection),
  ];
  if (connection.account.missing !== undefined) return [...local, hostNote];
  const remote = await checkConnectivity(config, connection);
  const works = remote.every(({ state }) => state !== 'bad');
  return [...local, ...remote, ...(facts && works ? await checkFacts(config, connection) : []), hostNote];
}
