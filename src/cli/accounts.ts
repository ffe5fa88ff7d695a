import type { Accounts } from '../auth/accounts.ts';
import { openStore, type Store } from '../auth/store.ts';
import { readConfig } from '../config.ts';
import { usage } from './program.ts';
import { say } from './terminal.ts';

const day = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Lists the locations signed in to; no secret is opened for it. */
export async function runAccounts({ json = false }: { json?: boolean }): Promise<void> {
  const { accounts, agencies } = await openStore(readConfig(process.env, false).auth.store).accounts.read();
  if (json) return say(JSON.stringify({ accounts, agencies }, null, 2));
  if (accounts.length + agencies.length === 0)
    return say('Nobody is signed in. Sign in: ghl-contacts-mcp login, or login --api-key');
  for (const { locationId, name, kind, scopes, expiresAt, since } of accounts) {
    say(`${locationId}  ${name ?? ''}`);
    say(kind === 'private' ? `  private token, since ${day(since)}` : `  OAuth: ${scopes.join(' ')}`);
    if (expiresAt) say(`  access token until ${day(expiresAt)} UTC, renewed by itself`);
  }
  for (const { companyId, scopes, locations } of agencies) {
    say(`agency ${companyId}: ${scopes.join(' ')}`);
    for (const { id, name } of locations) say(`  ${id}  ${name ?? ''}`);
  }
}

/** Forgets one location, or all; HighLevel itself is told by a person. */
export async function runLogout({ location }: { location?: string }): Promise<void> {
  const store = openStore(readConfig(process.env, false).auth.store);
  await store.alone(() => (location === undefined ? forgetAll(store) : forget(store, location)));
  say(
    location === undefined
      ? 'Signed out everywhere: every stored token is deleted.'
      : `Signed out of location ${location}: its stored token is deleted.`,
  );
  say(
    'The grant itself ends in HighLevel: for OAuth uninstall the app (Settings > Integrations, or App Marketplace > Installed Apps); for a private token delete it in Settings > Private Integrations.',
  );
}

async function forget(store: Store, location: string): Promise<void> {
  const { accounts, agencies } = await store.accounts.read();
  const known = [...accounts.map(({ locationId }) => locationId), ...agencies.flatMap(idsOf)];
  if (!known.includes(location))
    return usage(`Nobody is signed in to location ${location}. ghl-contacts-mcp accounts lists those there are.`);
  await (await store.secrets()).remove(`location:${location}`);
  await store.accounts.change((all) => ({
    ...all,
    accounts: all.accounts.filter(({ locationId }) => locationId !== location),
    agencies: all.agencies.map((each) => ({ ...each, locations: each.locations.filter(({ id }) => id !== location) })),
  }));
}

/** With what the list of accounts does not know, should it ever have been lost. */
async function forgetAll(store: Store): Promise<void> {
  const secrets = await store.secrets();
  const { store: used } = await store.accounts.read();
  // Where nobody ever signed in there may be no keychain to ask.
  if (used === undefined && secrets.name === 'keychain') return;
  for (const key of await secrets.keys()) await secrets.remove(key);
  await store.accounts.change(() => ({ accounts: [], agencies: [] }));
}

const idsOf = ({ locations }: Accounts['agencies'][number]) => locations.map(({ id }) => id);
