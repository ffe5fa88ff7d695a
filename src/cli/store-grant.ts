import { accountOf, listLocations } from '../api/auth/account-edits.ts';
import type { Accounts } from '../api/auth/accounts-file.ts';
import type { Grant, OAuth } from '../api/auth/oauth-client.ts';
import { companyKey, locationKey, type SecretStore } from '../api/auth/secret-store.ts';
import type { TokenStore } from '../api/auth/token-store.ts';
import { UserError } from '../lib/errors.ts';
import type { Config } from './config.ts';
import { locationName } from './doctor/token-check.ts';
import { displayValue, printLine } from './terminal.ts';

/** Where a login stores its grant, and the `state` that ends with it. */
interface Login {
  readonly store: TokenStore;
  readonly secrets: SecretStore;
  readonly state: string | undefined;
}

const withoutPending = (all: Accounts, state: string | undefined): Accounts => ({
  ...all,
  pending: all.pending?.filter((each) => each !== state),
});

/** Stores the tokens of one location, and its name if the scopes allow reading it. */
export async function storeLocationGrant(config: Config, { store, secrets, state }: Login, grant: Grant) {
  const { locationId, companyId, pair, scopes } = grant;
  if (!locationId)
    throw new UserError('HighLevel granted neither a location nor an agency. Start again: ghl-contacts-mcp login');
  await store.withRefreshLock(async () => {
    await secrets.set(locationKey(locationId), pair);
    await store.accounts.put(accountOf(grant, locationId, undefined, Date.now()));
    await store.accounts.change((all) => withoutPending(all, state));
  });
  const name = scopes.includes('locations.readonly')
    ? await locationName(config, { token: pair.accessToken, locationId })
    : undefined;
  if (name)
    await store.accounts.change((all) => ({
      ...all,
      accounts: all.accounts.map((each) => (each.locationId === locationId ? { ...each, name } : each)),
    }));
  const company = companyId ? ` of company ${displayValue(companyId)}` : '';
  printLine(
    `Signed in to ${displayValue(name) || 'location'} (${displayValue(locationId)})${company}. The tokens are in the ${secrets.name}.`,
  );
  printLine(`Granted: ${scopes.map(displayValue).join(' ')}`);
}

/**
 * Stores the tokens of an agency; the token of a location is exchanged when it is first used. They are stored before the
 * locations are listed, because the code that they came from cannot be used again.
 */
export async function storeAgencyGrant(
  oauth: OAuth,
  { store, secrets, state }: Login,
  { companyId, scopes, pair }: Grant & { readonly companyId: string },
) {
  await store.withRefreshLock(async () => {
    const { accounts } = await store.accounts.read();
    // They were exchanged from the agency's previous grant and have its scopes.
    const outdated = accounts.filter(({ agencyId }) => agencyId === companyId);
    await secrets.set(companyKey(companyId), pair);
    for (const { locationId } of outdated) await secrets.remove(locationKey(locationId));
    await store.accounts.change((all) => {
      const locations = all.agencies.find((each) => each.companyId === companyId)?.locations ?? [];
      const agency = { companyId, scopes, locations, since: Date.now() };
      return {
        ...withoutPending(all, state),
        accounts: all.accounts.filter(({ agencyId }) => agencyId !== companyId),
        agencies: [...all.agencies.filter((each) => each.companyId !== companyId), agency],
      };
    });
  });
  const locations = await listLocations(store, oauth, companyId, pair).catch((error: Error) => {
    throw new UserError(
      `${error.message} The sign-in is stored nevertheless: ghl-contacts-mcp accounts lists the locations again.`,
    );
  });
  printLine(
    `Signed in to agency ${displayValue(companyId)} with ${locations.length} locations. The tokens are in the ${secrets.name}.`,
  );
  printLine(`Granted: ${scopes.map(displayValue).join(' ')}`);
  for (const { id, name } of locations) printLine(`  ${displayValue(id)}  ${displayValue(name)}`);
  printLine('Set GHL_LOCATION_ID to the one that the server should use.');
}
