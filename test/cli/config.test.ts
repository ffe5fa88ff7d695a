import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/api/scopes.ts';
import { readConfig } from '../../src/cli/config.ts';
import { openConnection } from '../../src/cli/connection.ts';
import { type Env, SECRET_SETTINGS, SETTINGS } from '../../src/cli/settings.ts';
import { SettingError } from '../../src/lib/errors.ts';
import { instructions } from '../../src/mcp/instructions.ts';
import { resolveToolAccess } from '../../src/tools/core/tool-access.ts';
import { tools } from '../../src/tools/index.ts';

const key = { GHL_API_KEY: 'pit-12345678-1234-1234-1234-123456789012', GHL_LOCATION_ID: 'abcABC123abcABC123ab' };

/** The connection of a server with these settings; an empty folder excludes the sign-ins of this machine. */
const connectionOf = (env: Record<string, string>, sandbox = false) =>
  openConnection(readConfig({ XDG_CONFIG_HOME: '/nonexistent', APPDATA: '/nonexistent', ...env }, sandbox), sandbox);

describe('defaults', () => {
  test('a real account can only read contacts', () => {
    expect(connectionOf(key).scopes()).toEqual(['contacts.readonly']);
    expect(readConfig(key, false)).toMatchObject({
      baseUrl: 'https://services.leadconnectorhq.com',
      timeoutMs: 30_000,
      rateShare: 0.8,
    });
  });
  test('the sandbox has every scope unless GHL_SCOPES narrows them', () => {
    expect(connectionOf({}, true).scopes()).toEqual(SCOPES);
    expect(connectionOf({ GHL_SCOPES: 'contacts.write' }, true).scopes()).toEqual(['contacts.write']);
  });
});

describe('a missing setting is reported, not thrown', () => {
  test.each([
    [{}, 'GHL_API_KEY'],
    [{ GHL_API_KEY: '' }, 'GHL_API_KEY'],
    [{ GHL_API_KEY: '${GHL_API_KEY}', GHL_LOCATION_ID: 'x' }, 'Not signed in'],
    [{ GHL_API_KEY: 'pit-1' }, 'GHL_LOCATION_ID is missing'],
  ])('%j', async (env, expected) => {
    const { account, transportOptions } = connectionOf(env);
    expect(account.missing).toContain(expected);
    await expect(transportOptions.credential.current()).rejects.toThrow(expected);
  });
});

describe('a malformed setting is reported in one line that names it and the correction', () => {
  test.each([
    [{ GHL_SCOPES: 'contacts' }, /^GHL_SCOPES: "contacts" is not a scope/],
    [{ GHL_TOOLS: 'constructor' }, /^GHL_TOOLS: "constructor" is no family/],
    [{ GHL_TOOLS: '-constructor' }, /^GHL_TOOLS: "-constructor" is no family/],
    [{ GHL_TOOLS: '__proto__' }, /^GHL_TOOLS: "__proto__" is no family/],
    [{ GHL_TOOLS: 'contacts,toString' }, /^GHL_TOOLS: "toString" is no family/],
    [{ GHL_TOOLS: 'nothing' }, /^GHL_TOOLS: "nothing" is no family/],
    [{ GHL_TIMEZONE: 'Mars/Base' }, /^GHL_TIMEZONE: "Mars\/Base" is not an IANA/],
    [{ GHL_BASE_URL: 'http://example.com' }, /^GHL_BASE_URL: must be https/],
    [{ GHL_BASE_URL: 'services' }, /^GHL_BASE_URL: not a URL/],
    [{ GHL_BASE_URL: 'https://a:b@example.com' }, /^GHL_BASE_URL: takes a host/],
    [{ GHL_TIMEOUT_MS: '1e9' }, /^GHL_TIMEOUT_MS: "1e9" is not a whole number/],
    [{ GHL_TIMEOUT_MS: '0' }, /^GHL_TIMEOUT_MS: "0"/],
    [{ GHL_RATE_SHARE: '2' }, /^GHL_RATE_SHARE: "2" is not a share/],
    [{ GHL_SANDBOX_RATE: '25/0' }, /^GHL_SANDBOX_RATE: neither off nor/],
    [{ GHL_JOURNAL: 'here.jsonl' }, /^GHL_JOURNAL: "here.jsonl" is not an absolute path/],
    [{ GHL_EXPORT_DIR: 'exports' }, /^GHL_EXPORT_DIR: "exports" is not an absolute path\. Give the absolute path/],
    [{ GHL_EXPORT_DIR: '/etc/hosts' }, /^GHL_EXPORT_DIR: "\/etc\/hosts" is not a folder\./],
    [{ GHL_EXPORT_DIR: '/etc/hosts/deep' }, /^GHL_EXPORT_DIR: "\/etc\/hosts\/deep" cannot be written \(ENOTDIR\)/],
    [{ GHL_JOURNAL_DAYS: '0' }, /^GHL_JOURNAL_DAYS: "0" is not a whole number from 1 to 3650/],
    [{ GHL_JOURNAL_VALUES: 'none' }, /^GHL_JOURNAL_VALUES: "none" is not one of on, off/],
    [{ GHL_TOKEN_STORE: 'safe' }, /^GHL_TOKEN_STORE: "safe" is not keychain/],
    [{ GHL_AUTHORIZE_URL: 'http://example.com/x' }, /^GHL_AUTHORIZE_URL: must be https/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL: "loud" is not one of debug/],
    [{ ...key, GHL_LOCATION_ID: '../x' }, /^GHL_LOCATION_ID: not a location id/],
    [{ ...key, GHL_API_KEY: `"${key.GHL_API_KEY}"` }, /^GHL_API_KEY: is in quotation marks/],
    [{ ...key, GHL_API_KEY: 'pit-1\nx' }, /^GHL_API_KEY: holds/],
  ])('%j', (env, expected) => {
    expect(() => readConfig(env, false)).toThrow(expected);
    expect(() => readConfig(env, false)).not.toThrow(/\n/);
  });
  test('GHL_EXPORT_DIR may name a folder that does not exist yet, and nothing is made before the first export', () => {
    const folder = join(tmpdir(), `exports-${process.pid}`, 'deep');
    expect(readConfig({ GHL_EXPORT_DIR: folder }, false)).toMatchObject({
      exportFolder: folder,
      toolSettings: ['GHL_EXPORT_DIR'],
    });
    expect(existsSync(folder)).toBe(false);
    expect(readConfig({ GHL_EXPORT_DIR: '${HOME}' }, false)).toMatchObject({
      exportFolder: undefined,
      toolSettings: [],
    });
  });
  test.each([
    ['off', 'off', 200_000],
    ['50', 50, 200_000],
    ['25/10000', 25, 10_000],
  ])('GHL_SANDBOX_RATE=%s', (text, rate, dailyRate) => {
    expect(readConfig({ GHL_SANDBOX_RATE: text }, true).sandbox).toMatchObject({ rate, dailyRate });
  });

  test('values are accepted in upper and lower case', () => {
    const env = { GHL_TOKEN_STORE: 'Keychain', GHL_JOURNAL: 'OFF', GHL_TOOLS: 'Contacts,-Delete', LOG_LEVEL: 'WARN' };
    expect(readConfig(env, false)).toMatchObject({
      auth: { store: { store: 'keychain' } },
      journal: undefined,
      log: { level: 'warn' },
    });
    expect(readConfig({ GHL_SANDBOX_RATE: 'Off' }, true).sandbox.rate).toBe('off');
  });
  test('a label is one line of at most forty whole characters', () => {
    const { label } = readConfig({ GHL_LABEL: `North\n Shore ${'🙂'.repeat(50)}` }, false);
    expect(label).toMatch(/^North Shore 🙂+$/u);
    expect(label?.length).toBeLessThanOrEqual(40);
  });
  test('plain http is accepted on loopback', () => {
    for (const url of ['http://127.0.0.1:4010/', 'http://localhost:1', 'http://[::1]:2'])
      expect(readConfig({ GHL_BASE_URL: url }, false).baseUrl).toBe(url.replace(/\/$/, ''));
  });
});

/** Secrets as they look, one of which no process has seen before. */
const LEAKS = {
  'a private token': 'pit-abcdef01-2345-4678-9abc-def012345678',
  'a client secret': 'f31175d4-2b06-4fc6-b7bc-74cd814c68cb',
  'a JSON Web Token': `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${'aB3'.repeat(28)}`,
  'another token': 'tok_9f8e7d6c5b4a3f2e1d0c',
  'a long token': 'q7Zk'.repeat(10),
} as const;
const elsewhere = Object.keys(SETTINGS).filter((name) => !(SECRET_SETTINGS as readonly string[]).includes(name));

/** What people and models read of these settings: the error, or the account, the instructions and the parts that are shown. */
function messageOf(env: Env): string {
  try {
    const config = readConfig({ XDG_CONFIG_HOME: '/nonexistent', APPDATA: '/nonexistent', ...env }, false);
    const { account, scopes } = openConnection(config, false);
    const facts = { ...account, label: config.label };
    return JSON.stringify([
      facts,
      instructions(resolveToolAccess(tools, scopes(), config.selected), facts),
      config.user,
    ]);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return error.message;
  }
}

describe('a secret in the wrong setting is never shown', () => {
  const table = elsewhere.flatMap((name) =>
    Object.entries(LEAKS).flatMap(([kind, secret]) =>
      [secret, `${secret}x`, `file:${secret}`, `contacts.readonly ${secret}`, `a ${secret} b`, `\${${secret}}`].map(
        (value) => ({ name, kind, secret, value }),
      ),
    ),
  );
  test.each(elsewhere)('%s', (name) => {
    for (const { secret, value } of table.filter((each) => each.name === name)) {
      for (const base of [{}, key, { GHL_API_KEY: 'kQ7wT2rXnB5vJ8mZsC3h' }]) {
        const text = messageOf({ ...base, [name]: value });
        expect(text).not.toContain(secret.slice(0, 14));
        expect(text).not.toMatch(/\n/);
      }
    }
  });

  test.each(Object.entries(LEAKS))('%s is refused in place of an id or a name', (_, secret) => {
    for (const name of ['GHL_LOCATION_ID', 'GHL_CLIENT_ID', 'GHL_VERSION_ID', 'GHL_USER', 'GHL_LABEL'])
      expect(() => readConfig({ ...key, [name]: secret }, false)).toThrow(
        new RegExp(`^${name}: holds what looks like a token or a client secret`),
      );
  });

  test('the value of GHL_API_KEY or GHL_CLIENT_SECRET is refused there, whatever it looks like', () => {
    for (const name of ['GHL_API_KEY', 'GHL_CLIENT_SECRET'])
      expect(() => readConfig({ [name]: 'plain-word-1', GHL_LOCATION_ID: 'plain-word-1' }, false)).toThrow(
        /^GHL_LOCATION_ID: holds what looks like a token/,
      );
  });

  test.each(['GHL_REDIRECT_URI', 'GHL_BASE_URL', 'GHL_AUTHORIZE_URL'])('%s accepts only a URL', (name) => {
    const env = { GHL_CLIENT_ID: 'a', GHL_CLIENT_SECRET: 'b', GHL_REDIRECT_URI: 'https://c.example', [name]: 'd' };
    expect(() => readConfig(env, false)).toThrow(new RegExp(`^${name}: not a URL`));
  });
});
