import type { Accounts } from '../api/auth/accounts-file.ts';
import { createOAuth } from '../api/auth/oauth-client.ts';
import { listLocations } from '../api/auth/token-source.ts';
import { openTokenStore, type TokenStore } from '../api/auth/token-store.ts';
import { undiciTransport } from '../api/transport/index.ts';
import { UserError } from '../lib/errors.ts';
import { type Config, readConfig } from './config.ts';
import { foreign, notify, sayJson } from './terminal.ts';
import { usageError } from './usage-error.ts';

const day = (at: number) =>
  Number.isNaN(new Date(at).getTime()) ? 'an unknown time' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Lists the locations signed in to; no secret is opened for it, unless those of an agency were never listed. */
export async function runAccounts({ json = false }: { json?: boolean }): Promise<void> {
  const config = readConfig(process.env, false);
  const store = openTokenStore(config.auth.store);
  for (const { companyId, locations } of (await store.accounts.read()).agencies)
    if (locations.length === 0) await listAgain(config, store, companyId);
  const { accounts, agencies } = await store.accounts.read();
  if (json) return sayJson({ accounts, agencies });
  if (accounts.length + agencies.length === 0)
    return notify('Nobody is signed in. Sign in: ghl-contacts-mcp login, or login --api-key');
  for (const { locationId, name, kind, scopes, expiresAt, since } of accounts) {
    notify(`${foreign(locationId)}  ${foreign(name)}`);
    notify(kind === 'private' ? `  private token, since ${day(since)}` : `  OAuth: ${scopes.map(foreign).join(' ')}`);
    if (expiresAt) notify(`  access token until ${day(expiresAt)} UTC, renewed by itself`);
  }
  for (const { companyId, scopes, locations } of agencies) {
    notify(`agency ${foreign(companyId)}: ${scopes.map(foreign).join(' ')}`);
    for (const { id, name } of locations) notify(`  ${foreign(id)}  ${foreign(name)}`);
  }
}

/** For an agency whose login could not list its locations. A failure is told, and the rest is listed. */
async function listAgain({ auth: { app }, baseUrl }: Config, store: TokenStore, companyId: string): Promise<void> {
  const trouble = (why: string) =>
    void process.stderr.write(`ghl-contacts-mcp: The locations of agency ${companyId} are not known. ${why}\n`);
  if (!app) return trouble('Set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI, and list again.');
  try {
    const pair = await (await store.secrets()).get(`company:${companyId}`);
    if (pair?.kind !== 'oauth' || pair.expiresAt <= Date.now())
      return trouble('Its access token is over. Sign in again: ghl-contacts-mcp login');
    const oauth = createOAuth({ transport: undiciTransport(), baseUrl, app, now: Date.now });
    await listLocations(store, oauth, companyId, pair);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    trouble(error.message);
  }
}

/** Forgets one location, or all; HighLevel itself is told by a person. */
export async function runLogout({ location }: { location?: string }): Promise<void> {
  const store = openTokenStore(readConfig(process.env, false).auth.store);
  await store.withRefreshLock(() => (location === undefined ? forgetAll(store) : forget(store, location)));
  notify(
    location === undefined
      ? 'Signed out everywhere: every stored token is deleted.'
      : `Signed out of location ${location}: its stored token is deleted.`,
  );
  notify(
    'The grant itself ends in HighLevel: for OAuth uninstall the app (Settings > Integrations, or App Marketplace > Installed Apps); for a private token delete it in Settings > Private Integrations.',
  );
}

async function forget(store: TokenStore, location: string): Promise<void> {
  const { accounts, agencies } = await store.accounts.read();
  const known = [...accounts.map(({ locationId }) => locationId), ...agencies.flatMap(idsOf)];
  if (!known.includes(location))
    return usageError(`Nobody is signed in to location ${location}. ghl-contacts-mcp accounts lists those there are.`);
  await (await store.secrets()).remove(`location:${location}`);
  await store.accounts.change((all) => ({
    ...all,
    accounts: all.accounts.filter(({ locationId }) => locationId !== location),
    agencies: all.agencies.map((each) => ({ ...each, locations: each.locations.filter(({ id }) => id !== location) })),
  }));
}

/** With what the list of accounts does not know, should it ever have been lost. */
async function forgetAll(store: TokenStore): Promise<void> {
  const secrets = await store.secrets();
  const { store: used } = await store.accounts.read();
  // Where nobody ever signed in there may be no keychain to ask.
  if (used === undefined && secrets.name === 'keychain') return;
  for (const key of await secrets.keys()) await secrets.remove(key);
  await store.accounts.change(() => ({ accounts: [], agencies: [] }));
}

const idsOf = ({ locations }: Accounts['agencies'][number]) => locations.map(({ id }) => id);
