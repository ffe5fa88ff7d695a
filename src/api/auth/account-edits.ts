import type { Account, Accounts, Agency, Renewal } from './accounts-file.ts';
import type { Grant, OAuth } from './oauth-client.ts';
import { companyKey, locationKey, type TokenPair } from './secret-store.ts';
import type { TokenStore } from './token-store.ts';

/** The account of a grant; what the grant does not say is taken from `previous`. */
export const accountOf = (
  grant: Grant,
  locationId: string,
  previous: Partial<Account> | undefined,
  now: number,
): Account => ({
  locationId,
  kind: 'oauth',
  name: previous?.name,
  companyId: grant.companyId ?? previous?.companyId,
  agencyId: previous?.agencyId,
  scopes: grant.scopes.length > 0 ? grant.scopes : (previous?.scopes ?? []),
  expiresAt: grant.pair.expiresAt,
  since: previous?.since ?? now,
});

/** Adds the account of a grant, or replaces the one of the same location. */
export function withAccount(all: Accounts, grant: Grant, locationId: string, now: number): Accounts {
  const account = all.accounts.find((each) => each.locationId === locationId);
  const agency = all.agencies.find(({ locations }) => locations.some(({ id }) => id === locationId));
  const next = accountOf(grant, locationId, account ?? (agency && accountIn(agency, locationId)), now);
  return { ...all, accounts: [...all.accounts.filter((each) => each !== account), next] };
}

/** What an agency knows of a location that is used for the first time. */
const accountIn = ({ companyId, locations, since }: Agency, locationId: string): Partial<Account> => ({
  agencyId: companyId,
  name: locations.find(({ id }) => id === locationId)?.name,
  since,
});

export const withoutRenewals = (all: Accounts, matches: (renewal: Renewal) => boolean): Accounts => ({
  ...all,
  renewals: all.renewals?.filter((each) => !matches(each)),
});

/** Whether a key of the secret store belongs to a sign-in; after a logout it does not. */
export const isSignedIn = ({ accounts, agencies }: Accounts, key: string): boolean =>
  accounts.some(({ locationId }) => key === locationKey(locationId)) ||
  agencies.some(
    ({ companyId, locations }) => key === companyKey(companyId) || locations.some(({ id }) => key === locationKey(id)),
  );

/** Asks HighLevel for the locations of an agency, and stores them in the list of accounts. */
export async function listLocations(store: TokenStore, oauth: OAuth, companyId: string, pair: TokenPair) {
  const locations = await oauth.locations(pair.accessToken, companyId);
  await store.accounts.change((all) => ({
    ...all,
    agencies: all.agencies.map((each) => (each.companyId === companyId ? { ...each, locations } : each)),
  }));
  return locations;
}
