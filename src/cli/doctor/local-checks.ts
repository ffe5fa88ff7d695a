import pkg from '../../../package.json' with { type: 'json' };
import { KEYCHAIN, keychainProblem } from '../../api/auth/keychain.ts';
import { openTokenStore } from '../../api/auth/token-store.ts';
import { fileJournal } from '../../api/write/journal/file-journal.ts';
import { silent } from '../../lib/log.ts';
import { redactStrictly } from '../../lib/redact.ts';
import { stripHiddenCharacters, truncate } from '../../lib/text.ts';
import { DAY_MS } from '../../lib/time.ts';
import { scopesOf } from '../../tools/core/tool.ts';
import { resolveToolAccess } from '../../tools/core/tool-access.ts';
import { tools } from '../../tools/index.ts';
import { type Config, environment } from '../config.ts';
import type { Connection } from '../connection.ts';
import { isPlaceholder, missingAppSettings, SECRET_SETTINGS, SETTINGS, type Setting } from '../settings.ts';
import { displayValue, maskSecret } from '../terminal.ts';
import { bad, type Finding, note, ok } from './finding.ts';

// Checks that send nothing.

/** Whether a version is at least the wanted one, compared number by number. */
export function atLeast(version: string, wanted: string): boolean {
  const numbers = (text: string) => text.split(/[.+-]/).slice(0, 3).map(Number);
  const [actual, least] = [numbers(version), numbers(wanted)];
  const differs = least.findIndex((number, i) => number !== (actual[i] ?? 0));
  return differs < 0 || (actual[differs] ?? 0) > (least[differs] ?? 0);
}

const MIN_NODE = pkg.engines.node.replace('>=', '');

export function checkNode(): Finding {
  const { node } = process.versions;
  if (atLeast(node, MIN_NODE)) return ok('node', node);
  return bad('node', `${node} is too old: install Node ${MIN_NODE} or newer.`);
}

/** Every setting that is given; of a secret only its end is shown. */
export function listSettings(): Finding {
  const given = (Object.keys(SETTINGS) as Setting[]).flatMap((name) => {
    const value = environment[name]?.trim();
    if (!value) return [];
    if (isPlaceholder(value)) return [`${name} (left as ${placeholder(value)} by the host, so it counts as missing)`];
    return [`${name}=${SECRET_SETTINGS.includes(name) ? maskSecret(value) : printable(value)}`];
  });
  return ok(
    'settings',
    given.length ? `from the environment: ${given.join(', ')}` : 'none given, all at their defaults',
  );
}

/** A placeholder is shown only if it holds nothing but a name. */
const placeholder = (value: string): string =>
  /^\$\{([a-z]+:)?[A-Za-z_][A-Za-z0-9_]*\}$/.test(value) ? printable(value) : 'a placeholder';
const printable = (value: string): string =>
  truncate(redactStrictly(stripHiddenCharacters(value)).replace(/\s+/g, ' '), 200);

export async function checkStore(config: Config, sandbox: boolean): Promise<Finding> {
  if (sandbox) return note('store', 'not used: the sandbox needs no sign-in');
  if (config.credential) return note('store', 'not used: the settings hold the token');
  try {
    const opened = openTokenStore(config.auth.store);
    const { accounts, agencies } = await opened.accounts.read();
    const age = accounts.map(({ locationId, since }) => `${locationId} ${daysSince(since)} days ago`);
    const signedIn =
      age.length + agencies.length === 0
        ? 'no location signed in'
        : `signed in: ${[...age, ...agencies.map(({ companyId }) => `agency ${companyId}`)].join(', ')}`;
    const { name } = await opened.secrets();
    const problem = name === KEYCHAIN ? await keychainProblem() : undefined;
    if (problem === undefined) return ok('store', `${name}; ${signedIn}`);
    const isUsed = accounts.length + agencies.length > 0;
    return isUsed ? bad('store', problem) : note('store', `${signedIn}; login will use a file. ${problem}`);
  } catch (error) {
    return bad('store', (error as Error).message);
  }
}

/** Of a private token, which has no end. Source: HighLevel's page on private integrations. */
const ROTATION_DAYS = 90;

/** The age of each stored private token, and how to rotate it. A store that cannot be read is a finding of `checkStore`. */
export async function checkTokenAges(config: Config, sandbox: boolean): Promise<Finding[]> {
  if (sandbox || config.credential) return [];
  const { accounts } = await openTokenStore(config.auth.store)
    .accounts.read()
    .catch(() => ({ accounts: [] }));
  return accounts
    .filter(({ kind }) => kind === 'private')
    .map(({ locationId, since }) => {
      const days = daysSince(since);
      const how = `to rotate it: HighLevel, Settings > Private Integrations; then ghl-contacts-mcp login --api-key --location ${locationId}, and restart the host`;
      const age = `of ${locationId} stored ${days} days ago; HighLevel advises a new one every ${ROTATION_DAYS} days`;
      return (days < ROTATION_DAYS ? ok : note)('token', `${age}; ${how}`);
    });
}

const daysSince = (time: number): number => Math.floor((Date.now() - time) / DAY_MS);

export function checkSignIn({ account }: Connection): Finding {
  if (account.missing !== undefined) return bad('sign-in', account.missing);
  return ok('sign-in', `${account.credential}${account.locationId ? ` for location ${account.locationId}` : ''}`);
}

export function checkApp(): Finding[] {
  const missing = missingAppSettings(environment);
  if (missing.length === 0) return [];
  return [note('OAuth app', `not configured: ${missing.join(' and ')} missing`)];
}

/** Writes are refused while the journal cannot be written. */
export async function checkJournal({ journal }: Config, { scopes }: Connection): Promise<Finding> {
  if (!journal) return note('journal', 'off: no change is recorded');
  const { path, days, hasValues } = journal;
  try {
    await fileJournal(journal, silent).assertWritable();
    return ok('journal', `${path}, for ${days} days${hasValues ? '' : ', without values'}`);
  } catch (error) {
    const canWrite = scopes().includes('contacts.write');
    return (canWrite ? bad : note)('journal', (error as Error).message);
  }
}

/** Without its app an OAuth sign-in ends after a day. */
export function checkRenewal(config: Config, { account }: Connection): Finding[] {
  if (account.granted === undefined || config.auth.app) return [];
  return [
    bad(
      'renewal',
      'The sign-in cannot be renewed when its token ends: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI as they were for ghl-contacts-mcp login.',
    ),
  ];
}

/** Scopes granted and in effect, the number of tools of each, and the scopes not in effect. */
export function checkScopes(config: Config, connection: Connection): Finding[] {
  const scopes = connection.scopes();
  const { offered, hidden } = resolveToolAccess(tools, scopes, config.selected, undefined, config.toolSettings);
  const count = (scope: string) => offered.filter((tool) => tool.scope === scope).length;
  const inEffect = scopes.map((scope) => `${scope} (tools: ${count(scope)})`);
  // A tool may need two scopes and lack one of them.
  const needed = new Set(hidden.filter(({ reason }) => reason === 'scope').flatMap(({ tool }) => scopesOf(tool)));
  const missing = [...needed].filter((scope) => !scopes.includes(scope));
  const { granted } = connection.account;
  const findings: Finding[] = [];
  if (granted) findings.push(ok('granted', granted.map(displayValue).join(' ') || 'nothing'));
  findings.push(ok('scopes', inEffect.join(', ') || 'none'));
  if (config.otherScopes.length)
    findings.push(
      note(
        'not used',
        `${config.otherScopes.map(printable).join(', ')}: for other parts of HighLevel, which this server does not use`,
      ),
    );
  if (missing.length) findings.push(note('not allowed', `${missing.join(', ')}: ${howToAllow(granted !== undefined)}`));
  if (offered.length === 0) findings.push(bad('tools', 'No tool is left: extend GHL_SCOPES or GHL_TOOLS.'));
  return findings;
}

const howToAllow = (oauth: boolean) =>
  oauth
    ? 'sign in again with ghl-contacts-mcp login --scopes "…" for what is not granted; GHL_SCOPES narrows what is'
    : 'GHL_SCOPES names what the server may use';

export const hostNote = note(
  'host',
  "put settings into the env block of the host's own configuration: most hosts pass on nothing else, and some drop names that contain KEY or TOKEN",
);
