import { stringify } from 'smol-toml';
import type { Host } from '../../src/cli/setup/hosts.ts';
import { ALIAS, documentedLaunch, inSandbox, type ServerEntry } from '../../src/cli/setup/launch.ts';
import type { Json } from '../../src/lib/json.ts';

/** The three ways in which an entry gets an account. */
export const ACCOUNTS = {
  /** The token is stored by `login`, so the entry has none. */
  login: { ...documentedLaunch(), env: {} },
  token: {
    ...documentedLaunch(),
    env: { GHL_API_KEY: 'pit-your-token', GHL_LOCATION_ID: 'your-location-id', GHL_SCOPES: 'contacts.readonly' },
  },
  sandbox: inSandbox(documentedLaunch()),
} as const satisfies Readonly<Record<string, ServerEntry>>;

/** Indented by two spaces, with lists of plain values on one line. */
export const formatJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /\[\n\s+([^[\]{}]*?)\n\s*\]/g,
    (_, items: string) => `[${items.replace(/,\n\s+/g, ', ')}]`,
  );

export const fence = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** The part of a host's configuration that has this server. `extra` is put before it. */
export function configuration(host: Host, server: ServerEntry, extra: Json = {}): string {
  const whole = { ...extra, [host.key]: { [ALIAS]: host.entry(server) } };
  return host.format === 'toml' ? fence('toml', stringify(whole)) : fence('json', formatJson(whole));
}

/** The words of a command as a POSIX shell reads them. */
export const shellCommand = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
