export const DEFAULT_BASE_URL = 'https://services.leadconnectorhq.com';
export const DEFAULT_AUTHORIZE_URL = 'https://marketplace.gohighlevel.com/v2/oauth/chooselocation';

/** Every setting and its description; the table in `docs/settings.md` is generated from it. */
export const SETTINGS = {
  GHL_API_KEY: 'Private integration token (`pit-…`) or any bearer token for one location',
  GHL_LOCATION_ID: 'The location (sub-account) to work in; required with `GHL_API_KEY`',
  GHL_SCOPES: 'Scopes this server may use, separated by spaces or commas (`contacts.readonly`; in the sandbox, all)',
  GHL_TOOLS:
    'Which of the permitted tools to show: families, tool names, `read`, `write`, `delete`, `bulk`, `automation` (campaigns and workflows), each with or without a minus, as in `contacts,tasks,notes,-delete` (all). A tool that is only not named stays available to other tools that use it; a minus forbids the action itself, in every tool, prompt, completion and resource: `-delete` also refuses `removeTags` and `tags` that replace others, `-tags` also refuses `tags` of a new contact. The server itself still reads the location’s time zone, and reads back its own writes',
  GHL_LABEL: 'A name for this account, shown in the title and the instructions, for people with several',
  GHL_TIMEZONE:
    "Time zone such as `America/Chicago` in which times are read and shown (the location's where `locations.readonly` is in effect, else the machine's)",
  GHL_USER: 'The user id or email that “me” means where a user is named',
  GHL_CLIENT_ID: 'The OAuth app, for `login` and renewing (with the two below)',
  GHL_CLIENT_SECRET: 'Its secret',
  GHL_REDIRECT_URI: 'Its redirect URL, exactly as registered',
  GHL_VERSION_ID: 'Its version id, which private apps need to sign in',
  GHL_AUTHORIZE_URL: `Where people sign in (\`${DEFAULT_AUTHORIZE_URL}\`); white-label hosts have their own`,
  GHL_TOKEN_STORE:
    'Where sign-ins are stored: `keychain` or `file:<path>` (`keychain`; without a keychain, a file in your configuration folder that only you can read)',
  GHL_BASE_URL: `API base (\`${DEFAULT_BASE_URL}\`); plain http only for this computer`,
  GHL_TIMEOUT_MS: 'How long one call may take, with all its attempts, in ms (`30000`)',
  GHL_RATE_SHARE:
    "Share of the location's quota this server may use, 0.1 to 1 (`0.8`: your other jobs use the same quota)",
  GHL_JOURNAL:
    'File of the write journal, or `off` (`journal.jsonl` in the state folder). The sandbox puts `sandbox-` before its name',
  GHL_JOURNAL_DAYS: 'Days for which the journal is stored at least (`90`)',
  GHL_JOURNAL_VALUES:
    '`off` leaves the values of fields out of the journal: it then has their names only, and no change can be undone (`on`)',
  GHL_CONFIRM:
    '`off` asks nobody before something is destroyed or changed in bulk: the first call does it, for owners who automate (`on`)',
  GHL_EXPORT_DIR: 'Folder that `export_contacts` writes files into; without it exports are off',
  GHL_SANDBOX_INDEX_DELAY_MS: 'Sandbox only: ms after which list and search show a write (`0`)',
  GHL_SANDBOX_TOKEN_TTL_MS: 'Sandbox only: lifetime of an OAuth access token in ms (`86399000`)',
  GHL_SANDBOX_FAULTS: 'Sandbox only: a JSON file of faults, per route and nth request',
  GHL_SANDBOX_RATE:
    'Sandbox only: requests per 10 s and, after a slash, per day, or `off` (`100/200000`; a trial has `25/10000`)',
  LOG_LEVEL: '`debug`, `info`, `warn`, `error` or `silent` (`info`); logs go to stderr',
  LOG_FILE: 'A file that the log is written to as well (hosts discard stderr)',
} as const;
export type Setting = keyof typeof SETTINGS;
export type Env = Readonly<Record<string, string | undefined>>;

/** The value of a setting; undefined for an empty value and for a placeholder that a host did not replace. */
export type ReadSetting = (name: Setting) => string | undefined;

export function settingReader(env: Env): ReadSetting {
  return (name) => {
    const value = env[name]?.trim();
    return value === undefined || value === '' || isPlaceholder(value) ? undefined : value;
  };
}

/** True for a literal `${…}`. */
export const isPlaceholder = (value: string): boolean => /^\$\{.*\}$/.test(value);

export const SECRET_SETTINGS: readonly Setting[] = ['GHL_API_KEY', 'GHL_CLIENT_SECRET'];

/** Settings whose values are shown, sent in URLs or passed to the model unchanged. */
export const PUBLIC_SETTINGS: readonly Setting[] = [
  'GHL_LOCATION_ID',
  'GHL_CLIENT_ID',
  'GHL_VERSION_ID',
  'GHL_USER',
  'GHL_LABEL',
];

const APP_SETTINGS: readonly Setting[] = ['GHL_CLIENT_ID', 'GHL_CLIENT_SECRET', 'GHL_REDIRECT_URI'];

/** The settings that an OAuth app still needs; empty if none or all three are set. */
export function missingAppSettings(env: Env): readonly Setting[] {
  const missing = APP_SETTINGS.filter((name) => settingReader(env)(name) === undefined);
  return missing.length === APP_SETTINGS.length ? [] : missing;
}
