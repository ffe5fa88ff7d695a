import { isAbsolute, join } from 'node:path';
import { WHERE_SETTINGS_ARE } from '../api/auth/account-status.ts';
import type { OAuthApp } from '../api/auth/oauth-client.ts';
import type { TokenStoreSetting } from '../api/auth/token-store.ts';
import type { Credential } from '../api/credentials.ts';
import { ID } from '../api/endpoint.ts';
import type { Scope } from '../api/scopes.ts';
import { SettingError } from '../lib/errors.ts';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import { looksSecret, quotedSetting, rememberSecret } from '../lib/redact.ts';
import { firstCharacters, stripHiddenCharacters } from '../lib/text.ts';
import { parseScopes, parseSelection, type Selection } from '../tools/core/tool-access.ts';
import { tools } from '../tools/index.ts';
import { configFolder, stateFolder } from './paths.ts';

/** The environment, checked once. Nothing else reads it. */
export interface Config {
  /** A private token and its location from the settings, what is wrong with them, or nothing: then the store counts. */
  readonly credential: Credential | { readonly missing: string } | undefined;
  /** The location asked for, which picks one of those signed in to. */
  readonly locationId: string | undefined;
  /** Scopes the owner names, if any, and those among them that this server has no use for. */
  readonly scopes: readonly Scope[] | undefined;
  readonly otherScopes: readonly string[];
  readonly auth: {
    readonly store: TokenStoreSetting;
    readonly app: OAuthApp | undefined;
    readonly versionId: string | undefined;
    readonly authorizeUrl: string;
  };
  readonly selected: Selection;
  readonly label: string | undefined;
  readonly timezone: string | undefined;
  /** User id or email that "me" means. */
  readonly user: string | undefined;
  readonly baseUrl: string;
  /** ms */
  readonly timeoutMs: number;
  /** Share of the location's quota, 0.1 to 1. */
  readonly rateShare: number;
  /** File of the write journal, or undefined for none. */
  readonly journal: string | undefined;
  /** File of what conversations go on from, or undefined to forget it with the process. */
  readonly memory: string | undefined;
  /** Folder by which several servers of one owner agree on people, or undefined for none. */
  readonly people: string | undefined;
  readonly sandbox: {
    readonly indexDelayMs: number;
    readonly rate: number | 'off';
    readonly dailyRate: number;
    /** A file. */
    readonly faults: string | undefined;
    readonly tokenTtlMs: number;
  };
  readonly log: { readonly level: LogLevel; readonly file: string | undefined };
}

export const DEFAULT_BASE_URL = 'https://services.leadconnectorhq.com';
const DEFAULT_AUTHORIZE_URL = 'https://marketplace.gohighlevel.com/v2/oauth/chooselocation';

/** Every setting with what it means: the README's table is made from it. */
export const SETTINGS = {
  GHL_API_KEY: 'Private integration token (`pit-…`) or any bearer token for one location',
  GHL_LOCATION_ID: 'The location (sub-account) to work in; required with `GHL_API_KEY`',
  GHL_SCOPES: 'Scopes this server may use, separated by spaces or commas (`contacts.readonly`; in the sandbox, all)',
  GHL_TOOLS:
    'Which of the permitted tools to show: families, tool names, `read`, `write`, `delete`, `bulk`, `automation` (campaigns and workflows), each with or without a minus, as in `contacts,tasks,notes,-delete` (all). What is merely unnamed may still be done as part of another tool; a minus forbids the act, whichever tool, prompt, completion or resource would do it: `-delete` also refuses `removeTags` and `tags` that replace others, `-tags` also `tags` of a new contact. The server itself still reads the location’s time zone, and reads back its own writes',
  GHL_LABEL: 'A name for this account, shown in the title and the instructions, for people with several',
  GHL_TIMEZONE:
    "IANA zone that local times are read in (the location's where `locations.readonly` is in effect, else the machine's)",
  GHL_USER: 'The user id or email that “me” means in `assignedTo`, `followers` and `userId`',
  GHL_CLIENT_ID: 'The OAuth app, for `login` and renewing (with the two below)',
  GHL_CLIENT_SECRET: 'Its secret',
  GHL_REDIRECT_URI: 'Its redirect URL, to the letter',
  GHL_VERSION_ID: 'Its version id, which private apps need to sign in',
  GHL_AUTHORIZE_URL: `Where people sign in (\`${DEFAULT_AUTHORIZE_URL}\`); white-label hosts have their own`,
  GHL_TOKEN_STORE:
    'Where sign-ins live: `keychain` or `file:<path>` (`keychain`; where there is none, a file only you can read in your configuration folder)',
  GHL_BASE_URL: `API base (\`${DEFAULT_BASE_URL}\`); plain http only for loopback`,
  GHL_TIMEOUT_MS: 'Budget of one call in ms (`30000`)',
  GHL_RATE_SHARE:
    "Share of the location's quota this server may use, 0.1 to 1 (`0.8`: your other jobs use the same quota)",
  GHL_JOURNAL: 'Where the write journal lives, or `off` (a file of your own in the state folder; off in the sandbox)',
  GHL_SANDBOX_INDEX_DELAY_MS: 'Sandbox only: ms by which list and search trail writes (`0`)',
  GHL_SANDBOX_TOKEN_TTL_MS: 'Sandbox only: life of an OAuth access token in ms (`86399000`)',
  GHL_SANDBOX_FAULTS: 'Sandbox only: a JSON file of faults, per route and nth request',
  GHL_SANDBOX_RATE:
    'Sandbox only: requests per 10 s and, after a slash, per day, or `off` (`100/200000`; a trial has `25/10000`)',
  LOG_LEVEL: '`debug`, `info`, `warn`, `error` or `silent` (`info`); logs go to stderr',
  LOG_FILE: 'A file that gets the log as well (hosts throw stderr away)',
} as const;
type Setting = keyof typeof SETTINGS;
export type Env = Readonly<Record<string, string | undefined>>;

/** Empty values and a literal `${…}` left behind by a host count as missing. */
function reader(env: Env): (name: Setting) => string | undefined {
  return (name) => {
    const value = env[name]?.trim();
    return value === undefined || value === '' || /^\$\{.*\}$/.test(value) ? undefined : value;
  };
}

/** @throws SettingError naming the setting and its mend */
export function readConfig(env: Env, sandbox: boolean): Config {
  const read = reader(env);
  for (const name of SECRET_SETTINGS) rememberSecret(read(name));
  for (const name of NAMES) refuseSecret(name, read(name));
  const named = read('GHL_SCOPES');
  const { scopes, others } = parseScopes(named ?? '');
  const log = { level: oneOf(read, 'LOG_LEVEL', LOG_LEVELS, 'info'), file: read('LOG_FILE') };
  return {
    credential: sandbox ? undefined : credential(read),
    locationId: locationId(read),
    scopes: named === undefined ? undefined : scopes,
    otherScopes: others,
    auth: {
      store: store(read, env),
      app: app(read),
      versionId: read('GHL_VERSION_ID'),
      authorizeUrl: https(read, 'GHL_AUTHORIZE_URL', DEFAULT_AUTHORIZE_URL),
    },
    selected: parseSelection(read('GHL_TOOLS') ?? '', tools),
    label: label(read('GHL_LABEL')),
    timezone: timezone(read),
    user: read('GHL_USER'),
    baseUrl: https(read, 'GHL_BASE_URL', DEFAULT_BASE_URL),
    timeoutMs: whole(read, 'GHL_TIMEOUT_MS', 30_000, 100, 300_000),
    rateShare: share(read),
    journal: journal(read, env, sandbox),
    memory: sandbox ? undefined : join(stateFolder(env), 'memory.json'),
    people: sandbox ? undefined : join(stateFolder(env), 'people'),
    sandbox: {
      indexDelayMs: whole(read, 'GHL_SANDBOX_INDEX_DELAY_MS', 0, 0, 3_600_000),
      faults: read('GHL_SANDBOX_FAULTS'),
      tokenTtlMs: whole(read, 'GHL_SANDBOX_TOKEN_TTL_MS', 86_399_000, 1, 999_999_999),
      ...sandboxRate(read),
    },
    log,
  };
}

type Read = ReturnType<typeof reader>;

export const SECRET_SETTINGS = ['GHL_API_KEY', 'GHL_CLIENT_SECRET'] as const satisfies readonly Setting[];

/** Settings whose values are shown, sent in addresses or told to the model as they are. */
const NAMES = [
  'GHL_LOCATION_ID',
  'GHL_CLIENT_ID',
  'GHL_VERSION_ID',
  'GHL_USER',
  'GHL_LABEL',
] as const satisfies readonly Setting[];

/** @throws SettingError where a value that is due to be an id or a name looks like a secret */
export function refuseSecret(name: string, value: string | undefined): void {
  if (value === undefined || !looksSecret(value)) return;
  throw new SettingError(
    `${name}: holds what looks like a token or a client secret, which does not belong there: a token goes into GHL_API_KEY, a client secret into GHL_CLIENT_SECRET. If it was shown to anybody, replace it in HighLevel.`,
  );
}

const locationId = (read: Read): string | undefined => locationIdOf('GHL_LOCATION_ID', read('GHL_LOCATION_ID'));

/** @throws SettingError for what is no id of a location */
export function locationIdOf(name: string, id: string | undefined): string | undefined {
  refuseSecret(name, id);
  if (id === undefined || ID.test(id)) return id;
  throw new SettingError(
    `${name}: not a location id. It has letters and digits only, and stands in the address bar of HighLevel after /location/.`,
  );
}

/** On one line, and short: it stands in the title and in sentences. */
const label = (text: string | undefined): string | undefined =>
  text && firstCharacters(stripHiddenCharacters(text).replace(/\s+/g, ' '), 40);

function credential(read: Read): Config['credential'] {
  const token = read('GHL_API_KEY');
  if (token === undefined) return undefined;
  if (/[^\x21-\x7e]/.test(token))
    throw new SettingError(
      'GHL_API_KEY: holds a space, a line break or another character no token has. Copy it again.',
    );
  if (/^["'].*["']$/.test(token))
    throw new SettingError('GHL_API_KEY: stands in quotation marks that are part of it. Leave them out.');
  const id = locationId(read);
  if (id !== undefined) return { token, locationId: id };
  return {
    missing: `GHL_LOCATION_ID is missing: set it ${WHERE_SETTINGS_ARE} to the id of the sub-account the token belongs to (it is in the address bar of HighLevel, after /location/), then restart it.`,
  };
}

export const APP_SETTINGS = [
  'GHL_CLIENT_ID',
  'GHL_CLIENT_SECRET',
  'GHL_REDIRECT_URI',
] as const satisfies readonly Setting[];

/** Those of an OAuth app that are missing where others are given: it takes all three. */
export function missingOfApp(env: Env): readonly string[] {
  const missing = APP_SETTINGS.filter((name) => reader(env)(name) === undefined);
  return missing.length === APP_SETTINGS.length ? [] : missing;
}

function app(read: Read): OAuthApp | undefined {
  const [clientId, clientSecret, redirectUri] = [
    read('GHL_CLIENT_ID'),
    read('GHL_CLIENT_SECRET'),
    read('GHL_REDIRECT_URI'),
  ];
  if (redirectUri !== undefined && !URL.canParse(redirectUri))
    throw new SettingError('GHL_REDIRECT_URI: not a URL. Use the one that the app in HighLevel names, to the letter.');
  return clientId && clientSecret && redirectUri ? { clientId, clientSecret, redirectUri } : undefined;
}

function store(read: Read, env: Env): TokenStoreSetting {
  const setting = read('GHL_TOKEN_STORE') ?? 'keychain';
  const folder = configFolder(env);
  if (setting.toLowerCase() === 'keychain') return { store: 'keychain', folder };
  const file = /^file:/i.test(setting) ? setting.slice(5) : '';
  if (isAbsolute(file)) return { store: { file }, folder };
  throw new SettingError(`GHL_TOKEN_STORE: ${quotedSetting(setting)} is not keychain and not file:<absolute path>.`);
}

function timezone(read: Read): string | undefined {
  const zone = read('GHL_TIMEZONE');
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new SettingError(
      `GHL_TIMEZONE: ${quotedSetting(zone)} is not an IANA time zone. Use a name such as America/New_York.`,
    );
  }
}

/** A URL the token or a person is sent to: https, or http on loopback. */
function https(read: Read, name: 'GHL_BASE_URL' | 'GHL_AUTHORIZE_URL', fallback: string): string {
  const text = read(name) ?? fallback;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new SettingError(`${name}: not a URL. Use https://host, or leave it out.`);
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw new SettingError(`${name}: must be https, because secrets travel there (http only for loopback).`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new SettingError(`${name}: takes a host and a path, no user name, query or fragment.`);
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function share(read: Read): number {
  const text = read('GHL_RATE_SHARE') ?? '0.8';
  const value = /^\d?\.?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0.1 && value <= 1) return value;
  throw new SettingError(`GHL_RATE_SHARE: ${quotedSetting(text)} is not a share from 0.1 to 1.`);
}

/** Invented people need no journal, unless it is asked for. */
function journal(read: Read, env: Env, sandbox: boolean): string | undefined {
  const setting = read('GHL_JOURNAL') ?? (sandbox ? 'off' : undefined);
  if (setting?.toLowerCase() === 'off') return undefined;
  if (setting === undefined) return join(stateFolder(env), 'journal.jsonl');
  if (!isAbsolute(setting))
    throw new SettingError(
      `GHL_JOURNAL: ${quotedSetting(setting)} is not an absolute path (hosts start servers in folders of their own) and not off.`,
    );
  return setting;
}

function whole(read: Read, name: Setting, fallback: number, min: number, max: number): number {
  const text = read(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new SettingError(`${name}: ${quotedSetting(text)} is not a whole number from ${min} to ${max}.`);
  return value;
}

/** `25/10000`: requests per ten seconds and per day; the day may be left out. */
function sandboxRate(read: Read): Pick<Config['sandbox'], 'rate' | 'dailyRate'> {
  const text = read('GHL_SANDBOX_RATE') ?? '100';
  if (text?.toLowerCase() === 'off') return { rate: 'off', dailyRate: 200_000 };
  const [, rate, daily = '200000'] = /^(\d{1,7})(?:\/(\d{1,9}))?$/.exec(text) ?? [];
  if (Number(rate) > 0 && Number(daily) > 0) return { rate: Number(rate), dailyRate: Number(daily) };
  throw new SettingError(
    'GHL_SANDBOX_RATE: neither off nor a number of requests per 10 s, such as 100, with one per day after a slash where wanted, such as 25/10000.',
  );
}

function oneOf<T extends string>(read: Read, name: Setting, allowed: readonly T[], fallback: T): T {
  const value = read(name)?.toLowerCase();
  if (value === undefined) return fallback;
  const found = allowed.find((word) => word === value);
  if (!found) throw new SettingError(`${name}: ${quotedSetting(value)} is not one of ${allowed.join(', ')}.`);
  return found;
}
