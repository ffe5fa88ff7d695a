import { listLocations } from '../api/auth/account-edits.ts';
import type { Accounts } from '../api/auth/accounts-file.ts';
import { KEYCHAIN } from '../api/auth/keychain.ts';
import { OAuth } from '../api/auth/oauth-client.ts';
import { companyKey, locationKey } from '../api/auth/secret-store.ts';
import { openTokenStore, type TokenStore } from '../api/auth/token-store.ts';
import { undiciTransport } from '../api/transport/index.ts';
import { UserError } from '../lib/errors.ts';
import { type Config, environment, readConfig } from './config.ts';
import { displayValue, printJson, printLine, usageError } from './terminal.ts';

const formatTime = (at: number) =>
  Number.isNaN(new Date(at).getTime()) ? 'an unknown time' : new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Lists the locations that are signed in. Reads a secret only for an agency whose locations were never listed. */
export async function runAccounts({ json = false }: { json?: boolean }): Promise<void> {
  const config = readConfig(environment, false);
  const store = openTokenStore(config.auth.store);
  for (const { companyId, locations } of (await store.accounts.read()).agencies)
    if (locations.length === 0) await listLocationsAgain(config, store, companyId);
  const { accounts, agencies } = await store.accounts.read();
  if (json) return printJson({ accounts, agencies });
  if (accounts.length + agencies.length === 0)
    return printLine('No location is signed in. Sign in: ghl-contacts-mcp login, or login --api-key');
  for (const { locationId, name, kind, scopes, expiresAt, since } of accounts) {
    printLine(`${displayValue(locationId)}  ${displayValue(name)}`);
    printLine(
      kind === 'private'
        ? `  private token, since ${formatTime(since)}`
        : `  OAuth: ${scopes.map(displayValue).join(' ')}`,
    );
    if (expiresAt) printLine(`  access token until ${formatTime(expiresAt)} UTC, renewed automatically`);
  }
  for (const { companyId, scopes, locations } of agencies) {
    printLine(`agency ${displayValue(companyId)}: ${scopes.map(displayValue).join(' ')}`);
    for (const { id, name } of locations) printLine(`  ${displayValue(id)}  ${displayValue(name)}`);
  }
}

/** For an agency whose login could not list its locations. A failure is reported, and the rest is listed. */
async function listLocationsAgain(
  { auth: { app }, baseUrl }: Config,
  store: TokenStore,
  companyId: string,
): Promise<void> {
  const reportFailure = (why: string) =>
    void process.stderr.write(`ghl-contacts-mcp: The locations of agency ${companyId} are not known. ${why}\n`);
  if (!app) return reportFailure('Set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI, and list again.');
  try {
    const pair = await (await store.secrets()).get(companyKey(companyId));
    if (pair?.kind !== 'oauth' || pair.expiresAt <= Date.now())
      return reportFailure('Its access token has expired. Sign in again: ghl-contacts-mcp login');
    const oauth = new OAuth({ transport: undiciTransport(), baseUrl, app, now: Date.now });
    await listLocations(store, oauth, companyId, pair);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    reportFailure(error.message);
  }
}

/** Deletes the stored tokens of one location, or all. The grant itself can only be ended in HighLevel. */
export async function runLogout({ location }: { location?: string }): Promise<void> {
  const store = openTokenStore(readConfig(environment, false).auth.store);
  await store.withRefreshLock(() => (location === undefined ? deleteAll(store) : deleteLocation(store, location)));
  printLine(
    location === undefined
      ? 'Signed out everywhere: every stored token is deleted.'
      : `Signed out of location ${location}: its stored token is deleted.`,
  );
  printLine(
    'To end the grant itself, use HighLevel: for OAuth uninstall the app (Settings > Integrations, or App Marketplace > Installed Apps); for a private token delete it in Settings > Private Integrations.',
  );
}

async function deleteLocation(store: TokenStore, location: string): Promise<void> {
  const { accounts, agencies } = await store.accounts.read();
  const known = [...accounts.map(({ locationId }) => locationId), ...agencies.flatMap(idsOf)];
  if (!known.includes(location))
    return usageError(`Location ${location} is not signed in. ghl-contacts-mcp accounts lists those that are.`);
  await (await store.secrets()).remove(locationKey(location));
  await store.accounts.change((all) => ({
    ...all,
    accounts: all.accounts.filter(({ locationId }) => locationId !== location),
    agencies: all.agencies.map((each) => ({ ...each, locations: each.locations.filter(({ id }) => id !== location) })),
  }));
}

/** Includes tokens that the list of accounts does not name, in case the list was lost. */
async function deleteAll(store: TokenStore): Promise<void> {
  const secrets = await store.secrets();
  const { store: used } = await store.accounts.read();
  // Before the first sign-in there may be no keychain to ask.
  if (used === undefined && secrets.name === KEYCHAIN) return;
  for (const key of await secrets.keys()) await secrets.remove(key);
  await store.accounts.change(() => ({ accounts: [], agencies: [] }));
}

const idsOf = ({ locations }: Accounts['agencies'][number]) => locations.map(({ id }) => id);
