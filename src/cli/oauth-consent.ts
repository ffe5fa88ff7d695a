import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { READ_ONLY } from '../api/auth/account-status.ts';
import type { OAuthApp } from '../api/auth/oauth-client.ts';
import type { TokenStore } from '../api/auth/token-store.ts';
import { parseScopes } from '../tools/core/tool-access.ts';
import { type Config, environment } from './config.ts';
import { ask, printLine, usageError } from './terminal.ts';

/** Logins that may be unfinished at once, in several terminals or abandoned. */
const MAX_PENDING = 20;

/**
 * Shows the page on which a person consents, opens it on a desktop, and reads the address or code that the person gets
 * there. Undefined without a terminal: the login is finished later with `--code`.
 */
export async function requestConsent(
  config: Config,
  store: TokenStore,
  app: OAuthApp,
  requested: string | undefined,
): Promise<string | undefined> {
  const scopes = requested === undefined ? (config.scopes ?? READ_ONLY) : scopesOf(requested);
  if (scopes.length === 0) return usageError('No scope is requested: name some, such as --scopes "contacts.readonly".');
  const state = randomBytes(16).toString('hex');
  await store.accounts.change((all) => ({ ...all, pending: [...(all.pending ?? []), state].slice(-MAX_PENDING) }));
  const url = consentUrl(config, app, scopes, state);
  printLine('Open this address, choose the sub-account (or the agency) and allow it:');
  printLine();
  printLine(`  ${url}`);
  printLine();
  openBrowser(url);
  if (process.stdin.isTTY) return ask('Paste the address you were sent to, or the code in it: ');
  printLine('Then: ghl-contacts-mcp login --code "the address you were sent to, or the code in it"');
  return undefined;
}

function scopesOf(list: string): readonly string[] {
  const { scopes, others } = parseScopes(list, '--scopes');
  return [...scopes, ...others];
}

function consentUrl({ auth }: Config, app: OAuthApp, scopes: readonly string[], state: string): string {
  const url = new URL(auth.authorizeUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    scope: scopes.join(' '),
    state,
    ...(auth.versionId ? { version_id: auth.versionId } : {}),
  }).toString();
  return url.toString();
}

/** Does nothing where there is no desktop: the printed address is enough. */
function openBrowser(url: string): void {
  const [command, ...args] = openCommand();
  if (!command || !process.stdin.isTTY) return;
  const escaped = process.platform === 'win32' ? url.replaceAll('&', '^&') : url;
  spawn(command, [...args, escaped], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

function openCommand(): readonly string[] {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return environment.DISPLAY || environment.WAYLAND_DISPLAY ? ['xdg-open'] : [];
}

/**
 * The code in what was pasted. The `state` of an address must belong to a login that was started here. An address
 * without one may be a link that signs this person in to somebody else's account, so the person is asked.
 */
export async function readCode(
  pasted: string,
  store: TokenStore,
): Promise<{ readonly code: string; readonly state: string | undefined }> {
  const query = URL.canParse(pasted) ? new URL(pasted).searchParams : undefined;
  const code = query ? query.get('code') : pasted;
  const state = query?.get('state') || undefined;
  const { pending = [] } = await store.accounts.read();
  if (state && !pending.includes(state))
    return usageError('That address belongs to another login (its state differs). Start again: ghl-contacts-mcp login');
  if (!code || !/^[\w.-]{8,200}$/.test(code))
    return usageError('That holds no code. Paste the whole address you were sent to, or what follows code= in it.');
  if (query && !state && !(await confirmed(NO_STATE)))
    return usageError(
      `${NO_STATE} If your own browser was sent there after you allowed access, give only what follows code= in it: ghl-contacts-mcp login --code "that code"`,
    );
  return { code, state };
}

const NO_STATE =
  'That address has no state, so it could be a link that somebody else made to sign you in to another account.';

/** Whether the person at the terminal says yes; false without a terminal. */
async function confirmed(reason: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  return /^y(es)?$/i.test(await ask(`${reason} Was your own browser sent there just now? (yes/no) `));
}
