import { join } from 'node:path';
import { LOG_LEVELS } from '../lib/log.ts';
import { rememberSecret } from '../lib/redact.ts';
import type { ToolSetting } from '../tools/core/tool.ts';
import { parseScopes, parseSelection } from '../tools/core/tool-access.ts';
import { tools } from '../tools/index.ts';
import { readExportFolder } from './export-folder.ts';
import {
  parseLocationId, readApp, readCredential, readJournal, readLabel, readOneOf, readRateShare, readSandboxRate,
  readSecureUrl, readTimezone, readTokenStore, readWholeNumber, refuseSecret,
} from './parse-settings.ts'; // biome-ignore format: one import
import { stateFolder } from './paths.ts';
import {
  DEFAULT_AUTHORIZE_URL, DEFAULT_BASE_URL, type Env, PUBLIC_SETTINGS, SECRET_SETTINGS, settingReader,
} from './settings.ts'; // biome-ignore format: one import

/** The environment of this process. Everything else in `src` takes it from here. */
export const environment: Env = process.env;

/** The settings, read and checked. */
export type Config = Readonly<ReturnType<typeof readConfig>>;

/** @throws SettingError that names the setting and says how to correct it */
export function readConfig(env: Env, sandbox: boolean) {
  const read = settingReader(env);
  for (const name of SECRET_SETTINGS) rememberSecret(read(name));
  for (const name of PUBLIC_SETTINGS) refuseSecret(name, read(name));
  const named = read('GHL_SCOPES');
  const { scopes, others } = parseScopes(named ?? '');
  const exportFolder = readExportFolder(read);
  const toolSettings: readonly ToolSetting[] = exportFolder === undefined ? [] : ['GHL_EXPORT_DIR'];
  return {
    /** The private token and its location, or what is missing; undefined if the token store is used. */
    credential: sandbox ? undefined : readCredential(read),
    /** Selects one of the locations that are signed in. */
    locationId: parseLocationId('GHL_LOCATION_ID', read('GHL_LOCATION_ID')),
    /** Undefined if the owner names no scopes. */
    scopes: named === undefined ? undefined : scopes,
    /** Named scopes of HighLevel that this server does not use. */
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
    /** User id or email that "me" means. */
    user: read('GHL_USER'),
    baseUrl: readSecureUrl(read, 'GHL_BASE_URL', DEFAULT_BASE_URL),
    timeoutMs: readWholeNumber(read, 'GHL_TIMEOUT_MS', 30_000, 100, 300_000),
    rateShare: readRateShare(read),
    /** The write journal; undefined for none. */
    journal: readJournal(read, env, sandbox),
    /** False if the owner wants no questions before something is destroyed. */
    confirms: readOneOf(read, 'GHL_CONFIRM', ['on', 'off'], 'on') === 'on',
    /** Undefined where exports are off. */
    exportFolder,
    /** The settings that tools require, as far as they are given. */
    toolSettings,
    /** File for state that outlives the process; undefined for none. */
    memory: sandbox ? undefined : join(stateFolder(env), 'memory.json'),
    /** Folder in which several servers of one owner share what they know of new contacts; undefined for none. */
    people: sandbox ? undefined : join(stateFolder(env), 'people'),
    /** Folder of the merges of contacts that are not finished; undefined for none. */
    merges: sandbox ? undefined : join(stateFolder(env), 'merges'),
    /** File of the events that webhooks announced. */
    events: join(stateFolder(env), sandbox ? 'sandbox-webhooks.jsonl' : 'webhooks.jsonl'),
    sandbox: {
      indexDelayMs: readWholeNumber(read, 'GHL_SANDBOX_INDEX_DELAY_MS', 0, 0, 3_600_000),
      /** A file. */
      faults: read('GHL_SANDBOX_FAULTS'),
      tokenTtlMs: readWholeNumber(read, 'GHL_SANDBOX_TOKEN_TTL_MS', 86_399_000, 1, 999_999_999),
      ...readSandboxRate(read),
    },
    log: { level: readOneOf(read, 'LOG_LEVEL', LOG_LEVELS, 'info'), file: read('LOG_FILE') },
  };
}
