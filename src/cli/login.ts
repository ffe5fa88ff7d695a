import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { undiciTransport } from '../api/transport.ts';
import { type App, createOAuth, type Grant, type OAuth } from '../auth/oauth.ts';
import type { SecretStore } from '../auth/secrets.ts';
import { accountOf } from '../auth/source.ts';
import { chooseStore, openStore, type Store } from '../auth/store.ts';
import { type Config, readConfig } from '../config.ts';
import { checkToken, locationName } from './probe.ts';
import { usage } from './program.ts';
import { ask, say } from './terminal.ts';

export interface LoginOptions {
  readonly apiKey?: boolean;
  readonly code?: string;
  readonly scopes?: string;
  readonly location?: string;
}

/** Signs in, by private token or by OAuth, and adds to what is stored. */
export async function runLogin(options: LoginOptions): Promise<void> {
  const config = readConfig(process.env, false);
  const store = openStore(config.auth.store);
  if (options.apiKey) return privateLogin(config, store, options.location ?? config.locationId);
  const { app } = config.auth;
  if (!app)
    return usage(
      'OAuth needs an app: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI. For a private integration token use login --api-key.',
    );
  const oauth = createOAuth({ transport: undiciTransport(), baseUrl: config.baseUrl, app, now: Date.now });
  const given = options.code ?? (await consent(config, store, app, options.scopes));
  const grant = await oauth.exchange(await codeOf(given, store));
  await keepGrant(config, store, oauth, grant);
}

/** A private token from the terminal or standard input, tried once before it is kept. */
async function privateLogin(config: Config, store: Store, locationId: string | undefined): Promise<void> {
  if (!locationId)
    return usage(
      'Which location is the token for? Say login --api-key --location ID (it is in the address bar of HighLevel, after /location/).',
    );
  const token = await ask('Private integration token: ', true);
  if (!/^[\x21-\x7e]+$/.test(token))
    return usage('That is no token: it is empty, or holds a space or another character no token has.');
  const credential = { token, locationId };
  await checkToken(config, credential);
  const name = await locationName(config, credential);
  const secrets = await chooseStore(config.auth.store, store);
  await secrets.set(`location:${locationId}`, { kind: 'private', token });
  await store.accounts.put({ locationId, kind: 'private', name, scopes: [], since: Date.now() });
  say(`Signed in to ${name ?? 'location'} (${locationId}). The token is in the ${secrets.name}.`);
  say('Nobody can ask HighLevel which scopes it has: GHL_SCOPES says what the server may use (contacts.readonly).');
}

/** Shows where to consent, opens it where there is a desktop, and takes what comes back. */
async function consent(config: Config, store: Store, app: App, wanted: string | undefined): Promise<string> {
  const state = randomBytes(16).toString('hex');
  const scopes = (wanted ?? config.scopes?.join(' ') ?? 'contacts.readonly').split(/[\s,]+/).filter(Boolean);
  await store.accounts.change((all) => ({ ...all, pending: { state, scopes } }));
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
  say('Open this address, choose the sub-account (or the agency) and allow it:');
  say();
  say(`  ${url}`);
  say();
  openBrowser(url.toString());
  if (!process.stdin.isTTY) {
    say('Then: ghl-contacts-mcp login --code "the address you were sent to, or the code in it"');
    process.exit(0);
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

/** The code in what was pasted. A `state` that came back must be the one of the login that was begun; some get lost. */
async function codeOf(given: string, store: Store): Promise<string> {
  const query = URL.canParse(given) ? new URL(given).searchParams : undefined;
  const code = query?.get('code') ?? (query ? '' : given.trim());
  const { pending } = await store.accounts.read();
  const state = query?.get('state');
  if (state && pending && state !== pending.state)
    return usage('That address belongs to another login (its state differs). Begin again: ghl-contacts-mcp login');
  if (!/^[\w.-]{8,200}$/.test(code))
    return usage(
      'There is no code in that. Paste the whole address you were sent to, or what stands after code= in it.',
    );
  return code;
}

async function keepGrant(config: Config, store: Store, oauth: OAuth, grant: Grant): Promise<void> {
  const secrets = await chooseStore(config.auth.store, store);
  await store.accounts.change((all) => ({ ...all, pending: undefined }));
  if (grant.userType === 'Company' && grant.companyId) return keepAgency(store, secrets, oauth, grant, grant.companyId);
  const { locationId } = grant;
  if (!locationId)
    return usage('HighLevel granted neither a location nor an agency. Begin again: ghl-contacts-mcp login');
  await secrets.set(`location:${locationId}`, grant.pair);
  const name = grant.scopes.includes('locations.readonly')
    ? await locationName(config, { token: grant.pair.accessToken, locationId })
    : undefined;
  await store.accounts.put(accountOf(grant, locationId, undefined, name, Date.now()));
  say(
    `Signed in to ${name ?? 'location'} (${locationId})${grant.companyId ? ` of company ${grant.companyId}` : ''}. The tokens are in the ${secrets.name}.`,
  );
  say(`Granted: ${grant.scopes.join(' ')}`);
}

/** An agency keeps its own pair; each location is exchanged for when it is first used. */
async function keepAgency(
  store: Store,
  secrets: SecretStore,
  oauth: OAuth,
  grant: Grant,
  companyId: string,
): Promise<void> {
  await secrets.set(`company:${companyId}`, grant.pair);
  const locations = await oauth.locations(grant.pair.accessToken, companyId);
  const agency = { companyId, scopes: grant.scopes, locations, since: Date.now() };
  await store.accounts.change((all) => ({
    ...all,
    agencies: [...all.agencies.filter((each) => each.companyId !== companyId), agency],
  }));
  say(`Signed in to agency ${companyId} with ${locations.length} locations. The tokens are in the ${secrets.name}.`);
  say(`Granted: ${grant.scopes.join(' ')}`);
  for (const { id, name } of locations) say(`  ${id}  ${name ?? ''}`);
  say('Set GHL_LOCATION_ID to the one the server is to work in.');
}
