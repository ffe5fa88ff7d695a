import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { SCOPES } from '../src/endpoint.ts';
import { openSession } from '../src/session.ts';

const key = { GHL_API_KEY: 'pit-12345678-1234-1234-1234-123456789012', GHL_LOCATION_ID: 'abcABC123abcABC123ab' };

/** What a server started with these settings would work with; an own, empty folder keeps this machine's sign-ins out. */
const session = (env: Record<string, string>, sandbox = false) =>
  openSession(readConfig({ XDG_CONFIG_HOME: '/nonexistent', APPDATA: '/nonexistent', ...env }, sandbox), sandbox);

describe('defaults', () => {
  test('a real account reads contacts and nothing else', () => {
    expect(session(key).scopes()).toEqual(['contacts.readonly']);
    expect(readConfig(key, false)).toMatchObject({
      baseUrl: 'https://services.leadconnectorhq.com',
      timeoutMs: 30_000,
      rateShare: 0.8,
    });
  });
  test('the sandbox has every scope unless GHL_SCOPES says less, and keeps no journal', () => {
    expect(session({}, true).scopes()).toEqual(SCOPES);
    expect(session({ GHL_SCOPES: 'contacts.write' }, true).scopes()).toEqual(['contacts.write']);
    expect(readConfig({}, true).journal).toBeUndefined();
  });
});

describe('what is missing is said, not thrown', () => {
  test.each([
    [{}, 'GHL_API_KEY'],
    [{ GHL_API_KEY: '' }, 'GHL_API_KEY'],
    [{ GHL_API_KEY: '${GHL_API_KEY}', GHL_LOCATION_ID: 'x' }, 'Not signed in'],
    [{ GHL_API_KEY: 'pit-1' }, 'GHL_LOCATION_ID is missing'],
  ])('%j', async (env, expected) => {
    const { account, way } = session(env);
    expect(account.missing).toContain(expected);
    await expect(way.credential.current()).rejects.toThrow(expected);
  });
});

describe('what is malformed is one line that names the setting and the mend', () => {
  test.each([
    [{ GHL_SCOPES: 'contacts' }, /^GHL_SCOPES: "contacts" is not a scope/],
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
    [{ GHL_TOKEN_STORE: 'safe' }, /^GHL_TOKEN_STORE: "safe" is not keychain/],
    [{ GHL_AUTHORIZE_URL: 'http://example.com/x' }, /^GHL_AUTHORIZE_URL: must be https/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL: "loud" is not one of debug/],
    [{ ...key, GHL_LOCATION_ID: '../x' }, /^GHL_LOCATION_ID: not a location id/],
    [{ ...key, GHL_API_KEY: 'pit-1\nx' }, /^GHL_API_KEY: holds/],
  ])('%j', (env, expected) => {
    expect(() => readConfig(env, false)).toThrow(expected);
    expect(() => readConfig(env, false)).not.toThrow(/\n/);
  });
  test.each([
    ['off', 'off', 200_000],
    ['50', 50, 200_000],
    ['25/10000', 25, 10_000],
  ])('GHL_SANDBOX_RATE=%s', (text, rate, dailyRate) => {
    expect(readConfig({ GHL_SANDBOX_RATE: text }, true).sandbox).toMatchObject({ rate, dailyRate });
  });

  test('plain http is fine on loopback', () => {
    for (const url of ['http://127.0.0.1:4010/', 'http://localhost:1', 'http://[::1]:2'])
      expect(readConfig({ GHL_BASE_URL: url }, false).baseUrl).toBe(url.replace(/\/$/, ''));
  });
});
