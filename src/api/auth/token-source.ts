import { UserError } from '../../lib/errors.ts';
import { singleFlight } from '../../lib/memoize.ts';
import type { Credential, TokenSource } from '../credentials.ts';
import { GrantStore, type GrantStoreOptions } from './grant-store.ts';
import { type Grant, type OAuth, SignInRejected } from './oauth-client.ts';
import { RenewalList, spentElsewhere } from './renewal-list.ts';
import { companyKey, isSameToken, locationKey, type Secret, type SecretStore, tokenOf } from './secret-store.ts';

/** ms before a token expires at which it is refreshed, or a tenth of its lifetime if that is less. */
const REFRESH_AHEAD_MS = 300_000;

export interface StoredTokenSourceOptions extends GrantStoreOptions {
  /** Undefined if no OAuth app is configured; a stored private token needs none. */
  readonly oauth: OAuth | undefined;
}

/**
 * The stored credential of one location. A pair is refreshed ahead of its expiry, by one caller of this process and one of
 * the processes that share the store. The store is written before a refresh token is spent; if it then refuses the new pair
 * all the same, the pair is used from memory and stored later.
 */
export function storedTokenSource(
  options: StoredTokenSourceOptions,
): Required<Omit<TokenSource, 'check' | 'locationId'>> {
  const { store, oauth, locationId, now, step } = options;
  const key = locationKey(locationId);
  let secret: Secret | undefined;
  const renewals = new RenewalList(store.accounts, now);
  const grants = new GrantStore(options, (stored) => {
    secret = stored;
  });

  const isValid = (each: Secret) => each.kind === 'private' || each.expiresAt > now();
  const isFresh = (each: Secret) =>
    each.kind === 'private' || each.expiresAt - now() > Math.min(REFRESH_AHEAD_MS, each.lifeMs / 10);
  const credentialOf = (each: Secret): Credential => ({ token: tokenOf(each), locationId });

  async function current(): Promise<Credential> {
    grants.flushIfDue();
    secret ??= (await (await store.secrets()).get(key)) ?? (await refreshOnce(undefined));
    if (isFresh(secret)) return credentialOf(secret);
    try {
      return credentialOf(await refreshOnce(secret));
    } catch (error) {
      // A token that has not expired is still used while it cannot be refreshed.
      if (isValid(secret)) return credentialOf(secret);
      throw error;
    }
  }

  const refreshOnce = singleFlight(async (spent: Secret | undefined): Promise<Secret> => {
    const secrets = await store.secrets();
    const refreshed = await store.withRefreshLock(async () => {
      const latest = await grants.latest(secrets, key);
      // Another process has refreshed it.
      if (latest && isFresh(latest) && !isSameToken(latest, spent)) return latest;
      const grant = await requestGrant(secrets, latest);
      // Writes with a token of another location would go to that location.
      if (grant.locationId !== undefined && grant.locationId !== locationId)
        throw new UserError(
          `HighLevel answered the renewal of location ${locationId} with a token of another location: it is not used. Sign in again: ghl-contacts-mcp login`,
        );
      await grants.add(secrets, key, grant, latest);
      return grant.pair;
    });
    secret = refreshed;
    return refreshed;
  });

  async function requestGrant(secrets: SecretStore, latest: Secret | undefined): Promise<Grant> {
    const { accounts, agencies } = await store.accounts.read();
    const account = accounts.find((each) => each.locationId === locationId);
    const agency = agencies.find(
      ({ companyId, locations }) =>
        (!account || account.agencyId === companyId) && locations.some(({ id }) => id === locationId),
    );
    return agency ? exchange(secrets, agency.companyId) : refresh(secrets, key, latest, 'Location');
  }

  /** A location's token by the pair of its agency, which is the one that is refreshed. */
  async function exchange(secrets: SecretStore, companyId: string): Promise<Grant> {
    const agencyKey = companyKey(companyId);
    let agency = await grants.latest(secrets, agencyKey);
    if (!agency || !isFresh(agency)) {
      const grant = await refresh(secrets, agencyKey, agency, 'Company');
      await grants.add(secrets, agencyKey, grant, agency);
      agency = grant.pair;
    }
    return configured(oauth).locationToken(tokenOf(agency), companyId, locationId);
  }

  /** Spends a refresh token, after a write that shows that the store can take the new pair. */
  async function refresh(
    secrets: SecretStore,
    secretKey: string,
    pair: Secret | undefined,
    userType: 'Company' | 'Location',
  ): Promise<Grant> {
    if (pair?.kind !== 'oauth')
      throw new UserError(`Nobody is signed in to location ${locationId}. Sign in: ghl-contacts-mcp login`);
    const app = configured(oauth);
    await secrets.set(secretKey, pair).catch((error: Error) => {
      throw new UserError(
        `The sign-in has to be renewed, and was not, because the new tokens could not be stored; the sign-in is still valid. ${error.message}`,
      );
    });
    const others = await renewals.begin(secretKey, pair);
    await step?.('before send');
    try {
      const grant = await app.refresh(pair, userType);
      await step?.('after receive');
      return grant;
    } catch (error) {
      await renewals.end();
      throw error instanceof SignInRejected && others.length > 0 ? spentElsewhere(others) : error;
    }
  }

  return {
    current,
    async renew({ token }) {
      if (secret?.kind === 'private') return false;
      // Refreshed since the request was signed.
      if (secret && tokenOf(secret) !== token) return true;
      await refreshOnce(secret);
      return true;
    },
    flush: () => grants.flush(),
  };
}

function configured(oauth: OAuth | undefined): OAuth {
  if (oauth) return oauth;
  throw new UserError(
    'The sign-in has to be renewed, and the OAuth app is not configured: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI as they were for ghl-contacts-mcp login.',
  );
}
