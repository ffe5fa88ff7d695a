import { openStore } from '../auth/store.ts';
import { type Config, readConfig, SETTINGS } from '../config.ts';
import { SettingError } from '../errors.ts';
import { gate } from '../gate.ts';
import { openSession, type Session } from '../session.ts';
import { tools } from '../tools/index.ts';
import { checkFacts } from './facts.ts';
import { reach } from './reach.ts';
import { masked, say } from './terminal.ts';

export interface DoctorOptions {
  readonly json?: boolean;
  readonly facts?: boolean;
  readonly sandbox?: boolean;
}

/** One line of the report; a failing one says the mend. `bad` means that the server would not work. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'bad';
  readonly says: string;
}

/** Checks what a server started with these settings would meet. Exit code 0 only if it would work, 1 if not. */
export async function runDoctor({ json = false, facts = false, sandbox = false }: DoctorOptions): Promise<void> {
  const findings = await examine(sandbox, facts);
  const works = !findings.some(({ state }) => state === 'bad');
  if (json) say(JSON.stringify({ works, findings }, null, 2));
  else for (const { what, state, says } of findings) say(`${MARKS[state]} ${what.padEnd(12)} ${says}`);
  process.exit(works ? 0 : 1);
}

const MARKS = { ok: '✓', note: '·', bad: '✗' } as const;

async function examine(sandbox: boolean, facts: boolean): Promise<Finding[]> {
  const node = nodeVersion();
  let config: Config;
  try {
    config = readConfig(process.env, sandbox);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return [node, { what: 'settings', state: 'bad', says: error.message }];
  }
  const session = openSession(config, sandbox);
  const found = [node, ...settings(), await store(config, sandbox), credential(session), ...scopes(config, session)];
  if (session.account.missing !== undefined) return [...found, host()];
  return [...found, ...(await reach(config, session)), ...(facts ? await checkFacts(config, session) : []), host()];
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fine = major > 20 || (major === 20 && minor >= 18);
  return {
    what: 'node',
    state: fine ? 'ok' : 'bad',
    says: fine ? process.versions.node : `${process.versions.node} is too old: install Node 20.18.1 or newer.`,
  };
}

const SECRET = /KEY|SECRET/;

/** Every setting that is given, by name; secrets by their end. */
function settings(): Finding[] {
  const given = Object.keys(SETTINGS).flatMap((name) =>
    process.env[name] ? [`${name}=${SECRET.test(name) ? masked(process.env[name]) : process.env[name]}`] : [],
  );
  return [
    {
      what: 'settings',
      state: 'ok',
      says: given.length ? `from the environment: ${given.join(', ')}` : 'none given, all at their defaults',
    },
  ];
}

async function store(config: Config, sandbox: boolean): Promise<Finding> {
  if (sandbox || config.credential)
    return { what: 'store', state: 'note', says: 'not used: the settings hold the token' };
  try {
    const opened = openStore(config.auth.store);
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

function credential({ account }: Session): Finding {
  if (account.missing !== undefined) return { what: 'sign-in', state: 'bad', says: account.missing };
  return {
    what: 'sign-in',
    state: 'ok',
    says: `${account.credential}${account.locationId ? ` for location ${account.locationId}` : ''}`,
  };
}

/** Scopes in effect and how many tools each opens; what stays shut. */
function scopes(config: Config, session: Session): Finding[] {
  const { shown, hidden } = gate(tools, session.scopes(), config.selected);
  const count = (list: readonly { scope: string }[], scope: string) =>
    list.filter((tool) => tool.scope === scope).length;
  const open = session.scopes().map((scope) => `${scope} (${count(shown, scope)} tools)`);
  const shut = [...new Set(hidden.filter(({ by }) => by === 'scope').map(({ tool }) => tool.scope))];
  const none: Finding[] =
    shown.length === 0
      ? [{ what: 'tools', state: 'bad', says: 'No tool is left: widen GHL_SCOPES or GHL_TOOLS.' }]
      : [];
  return [
    { what: 'scopes', state: 'ok', says: open.join(', ') || 'none' },
    ...(shut.length
      ? [
          {
            what: 'not granted',
            state: 'note',
            says: `${shut.join(', ')}: GHL_SCOPES names what the server may use`,
          } as const,
        ]
      : []),
    ...none,
  ];
}

const host = (): Finding => ({
  what: 'host',
  state: 'note',
  says: "put settings into the env block of the host's own configuration: most hosts pass nothing else on, and some drop names with KEY or TOKEN in them",
});
