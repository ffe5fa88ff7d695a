import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { READ_ONLY } from '../api/auth/account-status.ts';
import type { Accounts } from '../api/auth/accounts-file.ts';
import { createOAuth, type Grant, type OAuth, type OAuthApp } from '../api/auth/oauth-client.ts';
import type { SecretStore } from '../api/auth/secret-store.ts';
import { accountOf, listLocations } from '../api/auth/token-source.ts';
import { chooseSecretStore, openTokenStore, type TokenStore } from '../api/auth/token-store.ts';
import { undiciTransport } from '../api/transport/index.ts';
import { UserError } from '../lib/errors.ts';
import { rememberSecret } from '../lib/redact.ts';
import { type NamedScopes, parseScopes } from '../tools/core/tool-access.ts';
import { type Config, locationIdOf, readConfig } from './config.ts';
import { checkToken, locationName } from './doctor/token-check.ts';
import { ask, foreign, notify } from './terminal.ts';
import { usageError } from './usage-error.ts';

export interface LoginOptions {
  readonly apiKey?: boolean;
  readonly code?: string;
  readonly scopes?: string;
  readonly location?: string;
}

/** Signs in, by private token or by OAuth, and adds to what is stored. */
export async function runLogin(options: LoginOptions): Promise<void> {
  const config = readConfig(process.env, false);
  const store = openTokenStore(config.auth.store);
  if (options.apiKey)
    return privateLogin(config, store, locationIdOf('--location', options.location) ?? config.locationId);
  const { app } = config.auth;
  if (!app)
    return usageError(
      'OAuth needs an app: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI. For a private integration token use login --api-key.',
    );
  const given = options.code ?? (await consent(config, store, app, options.scopes));
  if (given === undefined) return;
  const { code, state } = await codeOf(given.trim(), store);
  // A code can be used once: whether its tokens can be kept is found out before.
  const secrets = await chooseSecretStore(config.auth.store, store);
  const oauth = createOAuth({ transport: undiciTransport(), baseUrl: config.baseUrl, app, now: Date.now });
  const grant = await oauth.exchange(code);
  const finished = (all: Accounts): Accounts => ({ ...all, pending: all.pending?.filter((each) => each !== state) });
  const { companyId } = grant;
  if (grant.userType === 'Company' && companyId)
    return keepAgency(store, secrets, oauth, { ...grant, companyId }, finished);
  return keepGrant(config, store, secrets, grant, finished);
}

/** Takes a finished login off the list of those under way. */
type Finished = (all: Accounts) => Accounts;

/** A private token from the terminal or standard input, tried once before it is kept. */
async function privateLogin(config: Config, store: TokenStore, locationId: string | undefined): Promise<void> {
  if (!locationId)
    return usageError(
      'Which location is the token for? Say login --api-key --location ID (it is in the address bar of HighLevel, after /location/).',
    );
  const token = await ask('Private integration token: ', true);
  rememberSecret(token);
  if (!/^[\x21-\x7e]+$/.test(token))
    return usageError('That is no token: it is empty, or holds a space or another character no token has.');
  const credential = { token, locationId };
  await checkToken(config, credential);
  const name = await locationName(config, credential);
  const secrets = await chooseSecretStore(config.auth.store, store);
  await store.withRefreshLock(async () => {
    await secrets.set(`location:${locationId}`, { kind: 'private', token });
    await store.accounts.put({ locationId, kind: 'private', name, scopes: [], since: Date.now() });
  });
  notify(`Signed in to ${foreign(name) || 'location'} (${locationId}). The token is in the ${secrets.name}.`);
  notify('Nobody can ask HighLevel which scopes it has: GHL_SCOPES says what the server may use (contacts.readonly).');
}

/** Logins that may be under way at once, in several terminals or given up. */
const MAX_PENDING = 20;

const allOf = ({ scopes, others }: NamedScopes): readonly string[] => [...scopes, ...others];

/** Shows where to consent, opens it where there is a desktop, and takes what comes back; nothing without a terminal. */
async function consent(
  config: Config,
  store: TokenStore,
  app: OAuthApp,
  wanted: string | undefined,
): Promise<string | undefined> {
  const state = randomBytes(16).toString('hex');
  const scopes = wanted === undefined ? (config.scopes ?? READ_ONLY) : allOf(parseScopes(wanted, '--scopes'));
  if (scopes.length === 0) return usageError('No scope is asked for: name some, such as --scopes "contacts.readonly".');
  await store.accounts.change((all) => ({ ...all, pending: [...(all.pending ?? []), state].slice(-MAX_PENDING) }));
  const url = new URL(config.auth.authorizeUrl);
  const query = {
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    scope: scopes.join(' '),
    state,
  };
  for (const [name, value] of Object.entries({
    ...query,
    ...(config.auth.versionId ? { version_id: config.auth.versionId } : {}),
  }))
    url.searchParams.set(name, value);
  notify('Open this address, choose the sub-account (or the agency) and allow it:');
  notify();
  notify(`  ${url}`);
  notify();
  openBrowser(url.toString());
  if (!process.stdin.isTTY) {
    notify('Then: ghl-contacts-mcp login --code "the address you were sent to, or the code in it"');
    return undefined;
  }
  return ask('Paste the address you were sent to, or the code in it: ');
}

/** Where a desktop is there; elsewhere the printed address has to do. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : process.env.DISPLAY || process.env.WAYLAND_DISPLAY
          ? ['xdg-open']
          : [];
  if (!command || !process.stdin.isTTY) return;
  const shown = process.platform === 'win32' ? url.replaceAll('&', '^&') : url;
  spawn(command, [...args, shown], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/**
 * The code in what was pasted. The `state` of an address must be that of a login that was begun; an address without one
 * may be a link from somebody else, who wants this person to work in another account, so the person is asked.
 */
async function codeOf(given: string, store: TokenStore): Promise<{ code: string; state: string | undefined }> {
  const query = URL.canParse(given) ? new URL(given).searchParams : undefined;
  const code = query ? query.get('code') : given;
  const state = query?.get('state') || undefined;
  const { pending = [] } = await store.accounts.read();
  if (state && !pending.includes(state))
    return usageError('That address belongs to another login (its state differs). Begin again: ghl-contacts-mcp login');
  if (!code || !/^[\w.-]{8,200}$/.test(code))
    return usageError(
      'There is no code in that. Paste the whole address you were sent to, or what stands after code= in it.',
    );
  if (query && !state && !(await agreed(NO_STATE)))
    return usageError(
      `${NO_STATE} If your own browser was sent there after you allowed access, give only what stands after code= in it: ghl-contacts-mcp login --code "that code"`,
    );
  return { code, state };
}

const NO_STATE =
  'That address carries no state, so it cannot be told from a link that somebody else made to sign you in to another account.';

/** Whether the person at the terminal says yes; without a terminal nobody does. */
async function agreed(why: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  return /^y(es)?$/i.test(await ask(`${why} Was your own browser sent there just now? (yes/no) `));
}

async function keepGrant(
  config: Config,
  store: TokenStore,
  secrets: SecretStore,
  grant: Grant,
  finished: Finished,
): Promise<void> {
  const { locationId, companyId, pair, scopes } = grant;
  if (!locationId)
    throw new UserError('HighLevel granted neither a location nor an agency. Begin again: ghl-contacts-mcp login');
  await store.withRefreshLock(async () => {
    await secrets.set(`location:${locationId}`, pair);
    await store.accounts.put(accountOf(grant, locationId, undefined, Date.now()));
    await store.accounts.change(finished);
  });
  const name = scopes.includes('locations.readonly')
    ? await locationName(config, { token: pair.accessToken, locationId })
    : undefined;
  if (name)
    await store.accounts.change((all) => ({
      ...all,
      accounts: all.accounts.map((each) => (each.locationId === locationId ? { ...each, name } : each)),
    }));
  const company = companyId ? ` of company ${foreign(companyId)}` : '';
  notify(
    `Signed in to ${foreign(name) || 'location'} (${foreign(locationId)})${company}. The tokens are in the ${secrets.name}.`,
  );
  notify(`Granted: ${scopes.map(foreign).join(' ')}`);
}

/**
 * An agency keeps its own pair; each location is exchanged for when it is first used. The pair is stored before the
 * locations are listed: the code it came by is spent.
 */
async function keepAgency(
  store: TokenStore,
  secrets: SecretStore,
  oauth: OAuth,
  { companyId, scopes, pair }: Grant & { readonly companyId: string },
  finished: Finished,
): Promise<void> {
  await store.withRefreshLock(async () => {
    const { accounts } = await store.accounts.read();
    // Exchanged for out of the grant before this one, and with its scopes.
    const old = accounts.filter(({ agencyId }) => agencyId === companyId);
    await secrets.set(`company:${companyId}`, pair);
    for (const { locationId } of old) await secrets.remove(`location:${locationId}`);
    await store.accounts.change((all) => {
      const locations = all.agencies.find((each) => each.companyId === companyId)?.locations ?? [];
      const agency = { companyId, scopes, locations, since: Date.now() };
      return finished({
        ...all,
        accounts: all.accounts.filter(({ agencyId }) => agencyId !== companyId),
        agencies: [...all.agencies.filter((each) => each.companyId !== companyId), agency],
      });
    });
  });
  const locations = await listLocations(store, oauth, companyId, pair).catch((error: Error) => {
    throw new UserError(
      `${error.message} The sign-in is stored all the same: ghl-contacts-mcp accounts lists the locations again.`,
    );
  });
  notify(
    `Signed in to agency ${foreign(companyId)} with ${locations.length} locations. The tokens are in the ${secrets.name}.`,
  );
  notify(`Granted: ${scopes.map(foreign).join(' ')}`);
  for (const { id, name } of locations) notify(`  ${foreign(id)}  ${foreign(name)}`);
  notify('Set GHL_LOCATION_ID to the one the server is to work in.');
}
