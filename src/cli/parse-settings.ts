import { basename, dirname, isAbsolute, join } from 'node:path';
import { WHERE_SETTINGS_ARE } from '../api/auth/account-status.ts';
import type { OAuthApp } from '../api/auth/oauth-client.ts';
import type { TokenStoreSetting } from '../api/auth/token-store.ts';
import type { Credential } from '../api/credentials.ts';
import { ID } from '../api/endpoint.ts';
import type { JournalSettings } from '../api/write/journal/file-journal.ts';
import { SettingError } from '../lib/errors.ts';
import { isLoopback } from '../lib/loopback.ts';
import { looksSecret, quotedSetting } from '../lib/redact.ts';
import { firstCharacters, stripHiddenCharacters } from '../lib/text.ts';
import { configFolder, stateFolder } from './paths.ts';
import type { Env, ReadSetting, Setting } from './settings.ts';

// One function for each kind of value. Each throws a SettingError that names the setting and says how to correct it.

/** @throws SettingError if a value that should be an id or a name looks like a secret */
export function refuseSecret(name: string, value: string | undefined): void {
  if (value === undefined || !looksSecret(value)) return;
  throw new SettingError(
    `${name}: holds what looks like a token or a client secret. A token belongs in GHL_API_KEY, a client secret in GHL_CLIENT_SECRET. If anybody has seen it, replace it in HighLevel.`,
  );
}

/** `name` is the setting or the option that holds the id. @throws SettingError */
export function parseLocationId(name: string, id: string | undefined): string | undefined {
  refuseSecret(name, id);
  if (id === undefined || ID.test(id)) return id;
  throw new SettingError(
    `${name}: not a location id. It has letters and digits only; HighLevel shows it in the address bar after /location/.`,
  );
}

export function readCredential(read: ReadSetting): Credential | { readonly missing: string } | undefined {
  const token = read('GHL_API_KEY');
  if (token === undefined) return undefined;
  if (/[^\x21-\x7e]/.test(token))
    throw new SettingError(
      'GHL_API_KEY: holds a space, a line break or another character that no token has. Copy it again.',
    );
  if (/^["'].*["']$/.test(token)) throw new SettingError('GHL_API_KEY: is in quotation marks. Remove them.');
  const locationId = parseLocationId('GHL_LOCATION_ID', read('GHL_LOCATION_ID'));
  if (locationId !== undefined) return { token, locationId };
  return {
    missing: `GHL_LOCATION_ID is missing: set it ${WHERE_SETTINGS_ARE} to the id of the sub-account the token belongs to (it is in the address bar of HighLevel, after /location/), then restart it.`,
  };
}

/** Undefined unless all three settings of the app are given. */
export function readApp(read: ReadSetting): OAuthApp | undefined {
  const clientId = read('GHL_CLIENT_ID');
  const clientSecret = read('GHL_CLIENT_SECRET');
  const redirectUri = read('GHL_REDIRECT_URI');
  if (redirectUri !== undefined && !URL.canParse(redirectUri))
    throw new SettingError('GHL_REDIRECT_URI: not a URL. Copy it exactly from the settings of the app in HighLevel.');
  return clientId && clientSecret && redirectUri ? { clientId, clientSecret, redirectUri } : undefined;
}

export function readTokenStore(read: ReadSetting, env: Env): TokenStoreSetting {
  const setting = read('GHL_TOKEN_STORE') ?? 'keychain';
  const folder = configFolder(env);
  if (setting.toLowerCase() === 'keychain') return { store: 'keychain', folder };
  const file = /^file:/i.test(setting) ? setting.slice(5) : '';
  if (isAbsolute(file)) return { store: { file }, folder };
  throw new SettingError(`GHL_TOKEN_STORE: ${quotedSetting(setting)} is not keychain and not file:<absolute path>.`);
}

/** One line of at most 40 characters, because it appears in the title and inside sentences. */
export function readLabel(read: ReadSetting): string | undefined {
  const text = read('GHL_LABEL');
  return text && firstCharacters(stripHiddenCharacters(text).replace(/\s+/g, ' '), 40);
}

export function readTimezone(read: ReadSetting): string | undefined {
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

/** A URL that receives the token or signs a person in: https, or http on loopback. */
export function readSecureUrl(read: ReadSetting, name: Setting, fallback: string): string {
  const text = read(name) ?? fallback;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new SettingError(`${name}: not a URL. Use https://host, or leave it out.`);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    throw new SettingError(`${name}: must be https, because secrets are sent there (http only for loopback).`);
  if (url.username || url.password || url.search || url.hash)
    throw new SettingError(`${name}: takes a host and a path, no user name, query or fragment.`);
  return url.origin + url.pathname.replace(/\/+$/, '');
}

export function readRateShare(read: ReadSetting): number {
  const text = read('GHL_RATE_SHARE') ?? '0.8';
  const value = /^\d?\.?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0.1 && value <= 1) return value;
  throw new SettingError(`GHL_RATE_SHARE: ${quotedSetting(text)} is not a share from 0.1 to 1.`);
}

/** The sandbox never writes into the file of an account. */
export function readJournal(read: ReadSetting, env: Env, sandbox: boolean): JournalSettings | undefined {
  const days = readWholeNumber(read, 'GHL_JOURNAL_DAYS', 90, 1, 3_650);
  const hasValues = readOneOf(read, 'GHL_JOURNAL_VALUES', ['on', 'off'], 'on') === 'on';
  const setting = read('GHL_JOURNAL');
  if (setting?.toLowerCase() === 'off') return undefined;
  const file = setting ?? join(stateFolder(env), 'journal.jsonl');
  if (!isAbsolute(file))
    throw new SettingError(
      `GHL_JOURNAL: ${quotedSetting(file)} is not an absolute path (hosts start servers in folders of their own) and not off.`,
    );
  return { path: sandbox ? join(dirname(file), `sandbox-${basename(file)}`) : file, days, hasValues };
}

export function readWholeNumber(read: ReadSetting, name: Setting, fallback: number, min: number, max: number): number {
  const text = read(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new SettingError(`${name}: ${quotedSetting(text)} is not a whole number from ${min} to ${max}.`);
}

/** `25/10000`: requests per ten seconds and per day; the number per day is optional. */
export function readSandboxRate(read: ReadSetting): { readonly rate: number | 'off'; readonly dailyRate: number } {
  const text = read('GHL_SANDBOX_RATE') ?? '100';
  if (text.toLowerCase() === 'off') return { rate: 'off', dailyRate: 200_000 };
  const [, rate, daily = '200000'] = /^(\d{1,7})(?:\/(\d{1,9}))?$/.exec(text) ?? [];
  if (Number(rate) > 0 && Number(daily) > 0) return { rate: Number(rate), dailyRate: Number(daily) };
  throw new SettingError(
    'GHL_SANDBOX_RATE: neither off nor a number of requests per 10 s, such as 100, or per 10 s and per day, such as 25/10000.',
  );
}

export function readOneOf<T extends string>(read: ReadSetting, name: Setting, allowed: readonly T[], fallback: T): T {
  const value = read(name)?.toLowerCase();
  if (value === undefined) return fallback;
  const found = allowed.find((word) => word === value);
  if (found) return found;
  throw new SettingError(`${name}: ${quotedSetting(value)} is not one of ${allowed.join(', ')}.`);
}
