import pkg from '../../../package.json' with { type: 'json' };
import { openTokenStore } from '../../api/auth/token-store.ts';
import { SettingError } from '../../lib/errors.ts';
import { redact, redactStrictly } from '../../lib/redact.ts';
import { stripHiddenCharacters, truncate } from '../../lib/text.ts';
import { resolveToolAccess } from '../../tools/core/tool-access.ts';
import { tools } from '../../tools/index.ts';
import { type Config, missingOfApp, readConfig, SECRET_SETTINGS, SETTINGS } from '../config.ts';
import { type Connection, openConnection } from '../connection.ts';
import { foreign, masked, notify, sayJson } from '../terminal.ts';
import { checkFacts } from './api-assumptions.ts';
import { reach } from './connectivity.ts';
import type { Finding } from './finding.ts';

export interface DoctorOptions {
  readonly json?: boolean;
  readonly facts?: boolean;
  readonly sandbox?: boolean;
}

/**
 * Checks what a server started with these settings would meet. Exit code 0 only if it would work, 1 if not, 2 where a
 * setting cannot be understood.
 */
export async function runDoctor({ json = false, facts = false, sandbox = false }: DoctorOptions): Promise<void> {
  const config = settingsOr(sandbox);
  const all = 'problem' in config ? [nodeVersion(), config.problem] : await examine(config.settings, sandbox, facts);
  const findings = all.map((each) => ({ ...each, says: redact(each.says) }));
  const works = !findings.some(({ state }) => state === 'bad');
  if (json) sayJson({ works, findings });
  else for (const { what, state, says } of findings) notify(`${MARKS[state]} ${what.padEnd(12)} ${says}`);
  process.exitCode = works ? 0 : 'problem' in config ? 2 : 1;
}

const MARKS = { ok: '✓', note: '·', bad: '✗' } as const;

function settingsOr(sandbox: boolean): { readonly settings: Config } | { readonly problem: Finding } {
  try {
    return { settings: readConfig(process.env, sandbox) };
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return { problem: { what: 'settings', state: 'bad', says: error.message } };
  }
}

async function examine(config: Config, sandbox: boolean, facts: boolean): Promise<Finding[]> {
  const session = openConnection(config, sandbox);
  const found = [
    nodeVersion(),
    settings(),
    await store(config, sandbox),
    credential(session),
    ...partOfApp(),
    ...renewal(config, session),
    ...scopes(config, session),
  ];
  if (session.account.missing !== undefined) return [...found, host()];
  const reached = await reach(config, session);
  const assumed = facts && !reached.some(({ state }) => state === 'bad') ? await checkFacts(config, session) : [];
  return [...found, ...reached, ...assumed, host()];
}

/** Whether one version is the other or a later one, number by number. */
export function atLeast(version: string, wanted: string): boolean {
  const numbers = (text: string) => text.split(/[.+-]/).slice(0, 3).map(Number);
  const [is, least] = [numbers(version), numbers(wanted)];
  const at = least.findIndex((number, i) => number !== (is[i] ?? 0));
  return at < 0 || (is[at] ?? 0) > (least[at] ?? 0);
}

const NODE = pkg.engines.node.replace('>=', '');

function nodeVersion(): Finding {
  const { node } = process.versions;
  const fine = atLeast(node, NODE);
  return {
    what: 'node',
    state: fine ? 'ok' : 'bad',
    says: fine ? node : `${node} is too old: install Node ${NODE} or newer.`,
  };
}

/** Every setting that is given, by name; secrets by their end, and what a host left of its own placeholders. */
function settings(): Finding {
  const given = Object.keys(SETTINGS).flatMap((name) => {
    const value = process.env[name]?.trim();
    if (!value) return [];
    if (/^\$\{.*\}$/.test(value))
      return [`${name} (left as ${placeholder(value)} by the host, so it counts as missing)`];
    return [`${name}=${(SECRET_SETTINGS as readonly string[]).includes(name) ? masked(value) : printable(value)}`];
  });
  return {
    what: 'settings',
    state: 'ok',
    says: given.length ? `from the environment: ${given.join(', ')}` : 'none given, all at their defaults',
  };
}

/** A name is shown, and nothing else that stands in it. */
const placeholder = (value: string): string =>
  /^\$\{([a-z]+:)?[A-Za-z_][A-Za-z0-9_]*\}$/.test(value) ? printable(value) : 'a placeholder';
const printable = (value: string): string =>
  truncate(redactStrictly(stripHiddenCharacters(value)).replace(/\s+/g, ' '), 200);

async function store(config: Config, sandbox: boolean): Promise<Finding> {
  if (sandbox || config.credential)
    return { what: 'store', state: 'note', says: 'not used: the settings hold the token' };
  try {
    const opened = openTokenStore(config.auth.store);
    const { accounts, agencies } = await opened.accounts.read();
    const age = accounts.map(
      ({ locationId, since }) => `${locationId} ${Math.floor((Date.now() - since) / 86_400_000)} days ago`,
    );
    const signed =
      age.length + agencies.length === 0
        ? 'nobody signed in'
        : `signed in: ${[...age, ...agencies.map(({ companyId }) => `agency ${companyId}`)].join(', ')}`;
    return { what: 'store', state: 'ok', says: `${(await opened.secrets()).name}; ${signed}` };
  } catch (error) {
    return { what: 'store', state: 'bad', says: (error as Error).message };
  }
}

function credential({ account }: Connection): Finding {
  if (account.missing !== undefined) return { what: 'sign-in', state: 'bad', says: account.missing };
  return {
    what: 'sign-in',
    state: 'ok',
    says: `${account.credential}${account.locationId ? ` for location ${account.locationId}` : ''}`,
  };
}

function partOfApp(): Finding[] {
  const missing = missingOfApp(process.env);
  if (missing.length === 0) return [];
  return [{ what: 'OAuth app', state: 'note', says: `not configured: ${missing.join(' and ')} missing` }];
}

/** An OAuth sign-in lives for a day without the app that renews it. */
function renewal(config: Config, { account }: Connection): Finding[] {
  if (account.granted === undefined || config.auth.app) return [];
  return [
    {
      what: 'renewal',
      state: 'bad',
      says: 'The sign-in cannot be renewed when its token ends: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI as they were for ghl-contacts-mcp login.',
    },
  ];
}

/** Scopes granted and in effect, how many tools each opens, and what stays shut. */
function scopes(config: Config, session: Connection): Finding[] {
  const { offered: shown, hidden } = resolveToolAccess(tools, session.scopes(), config.selected);
  const count = (scope: string) => shown.filter((tool) => tool.scope === scope).length;
  const open = session.scopes().map((scope) => `${scope} (${count(scope)} tools)`);
  const shut = [...new Set(hidden.filter(({ reason: by }) => by === 'scope').map(({ tool }) => tool.scope))];
  const { granted } = session.account;
  const findings: Finding[] = [];
  if (granted) findings.push({ what: 'granted', state: 'ok', says: granted.map(foreign).join(' ') || 'nothing' });
  findings.push({ what: 'scopes', state: 'ok', says: open.join(', ') || 'none' });
  if (config.otherScopes.length)
    findings.push({
      what: 'passed over',
      state: 'note',
      says: `${config.otherScopes.map(printable).join(', ')}: of other parts of HighLevel, which this server does not use`,
    });
  if (shut.length)
    findings.push({
      what: 'not in use',
      state: 'note',
      says: `${shut.join(', ')}: ${howToOpen(granted !== undefined)}`,
    });
  if (shown.length === 0)
    findings.push({ what: 'tools', state: 'bad', says: 'No tool is left: widen GHL_SCOPES or GHL_TOOLS.' });
  return findings;
}

const howToOpen = (oauth: boolean) =>
  oauth
    ? 'sign in again with ghl-contacts-mcp login --scopes "…" for what is not granted; GHL_SCOPES narrows what is'
    : 'GHL_SCOPES names what the server may use';

const host = (): Finding => ({
  what: 'host',
  state: 'note',
  says: "put settings into the env block of the host's own configuration: most hosts pass nothing else on, and some drop names with KEY or TOKEN in them",
});
