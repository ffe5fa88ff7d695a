import { join } from 'node:path';
import type { OAuthApp } from '../api/auth/oauth-client.ts';
import type { TokenStoreSetting } from '../api/auth/token-store.ts';
import type { Credential } from '../api/credentials.ts';
import type { Scope } from '../api/scopes.ts';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import { rememberSecret } from '../lib/redact.ts';
import { parseScopes, parseSelection, type Selection } from '../tools/core/tool-access.ts';
import { tools } from '../tools/index.ts';
import {
  parseLocationId, readApp, readCredential, readJournalFile, readLabel, readOneOf, readRateShare, readSandboxRate,
  readSecureUrl, readTimezone, readTokenStore, readWholeNumber, refuseSecret,
} from './parse-settings.ts'; // biome-ignore format: one import
import { stateFolder } from './paths.ts';
import {
  DEFAULT_AUTHORIZE_URL, DEFAULT_BASE_URL, type Env, PUBLIC_SETTINGS, SECRET_SETTINGS, settingReader,
} from './settings.ts'; // biome-ignore format: one import

/** The environment of this process. Everything else in `src` takes it from here. */
export const environment: Env = process.env;

/** The settings, read and checked. */
export interface Config {
  /** The private token of the settings and its location, or what is missing; undefined if the token store is used. */
  readonly credential: Credential | { readonly missing: string } | undefined;
  /** Selects one of the locations that are signed in. */
  readonly locationId: string | undefined;
  /** Scopes that the owner names; undefined if none are named. */
  readonly scopes: readonly Scope[] | undefined;
  /** Named scopes of HighLevel that this server does not use. */
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
  /** File of the write journal; undefined for none. */
  readonly journal: string | undefined;
  /** File for state that outlives the process; undefined for none. */
  readonly memory: string | undefined;
  /** Folder in which several servers of one owner share what they know of new contacts; undefined for none. */
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

/** @throws SettingError that names the setting and says how to correct it */
export function readConfig(env: Env, sandbox: boolean): Config {
  const read = settingReader(env);
  for (const name of SECRET_SETTINGS) rememberSecret(read(name));
  for (const name of PUBLIC_SETTINGS) refuseSecret(name, read(name));
  const named = read('GHL_SCOPES');
  const { scopes, others } = parseScopes(named ?? '');
  return {
    credential: sandbox ? undefined : readCredential(read),
    locationId: parseLocationId('GHL_LOCATION_ID', read('GHL_LOCATION_ID')),
    scopes: named === undefined ? undefined : scopes,
    otherScopes: others,
    auth: {
      store: readTokenStore(read, env),
      app: readApp(read),
      versionId: read('GHL_VERSION_ID'),
      authorizeUrl: readSecureUrl(read, 'GHL_AUTHORIZE_URL', DEFAULT_AUTHORIZE_URL),
    },
    selected: parseSelection(read('GHL_TOOLS') ?? '', tools),
    label: readLabel(read),
    timezone: readTimezone(read),
    user: read('GHL_USER'),
    baseUrl: readSecureUrl(read, 'GHL_BASE_URL', DEFAULT_BASE_URL),
    timeoutMs: readWholeNumber(read, 'GHL_TIMEOUT_MS', 30_000, 100, 300_000),
    rateShare: readRateShare(read),
    journal: readJournalFile(read, env, sandbox),
    memory: sandbox ? undefined : join(stateFolder(env), 'memory.json'),
    people: sandbox ? undefined : join(stateFolder(env), 'people'),
    sandbox: {
      indexDelayMs: readWholeNumber(read, 'GHL_SANDBOX_INDEX_DELAY_MS', 0, 0, 3_600_000),
      faults: read('GHL_SANDBOX_FAULTS'),
      tokenTtlMs: readWholeNumber(read, 'GHL_SANDBOX_TOKEN_TTL_MS', 86_399_000, 1, 999_999_999),
      ...readSandboxRate(read),
    },
    log: { level: readOneOf(read, 'LOG_LEVEL', LOG_LEVELS, 'info'), file: read('LOG_FILE') },
  };
}
