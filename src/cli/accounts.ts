import { openStore } from '../auth/store.ts';
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
  const { accounts, agencies } = await store.accounts.read();
  const gone = accounts.filter(({ locationId }) => location === undefined || locationId === location);
  const agency = agencies.find(({ locations }) => locations.some(({ id }) => id === location));
  if (location !== undefined && gone.length === 0 && !agency)
    return usage(`Nobody is signed in to location ${location}. ghl-contacts-mcp accounts lists those there are.`);
  const secrets = await store.secrets();
  for (const { locationId } of gone) await secrets.remove(`location:${locationId}`);
  if (location === undefined) for (const { companyId } of agencies) await secrets.remove(`company:${companyId}`);
  await store.accounts.change((all) => ({
    ...all,
    accounts: all.accounts.filter(({ locationId }) => location !== undefined && locationId !== location),
    agencies:
      location === undefined
        ? []
        : all.agencies.map((each) => ({ ...each, locations: each.locations.filter(({ id }) => id !== location) })),
  }));
  say(
    location === undefined
      ? 'Signed out everywhere: every stored token is deleted.'
      : `Signed out of location ${location}: its stored token is deleted.`,
  );
  say(
    'The grant itself ends in HighLevel: for OAuth uninstall the app (Settings > Integrations, or App Marketplace > Installed Apps); for a private token delete it in Settings > Private Integrations.',
  );
}
