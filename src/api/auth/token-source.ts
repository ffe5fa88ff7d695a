import { UserError } from '../../lib/errors.ts';
import { singleFlight } from '../../lib/memoize.ts';
import type { Credential, TokenSource } from '../credentials.ts';
import { GrantStore, type GrantStoreOptions } from './grant-store.ts';
import { type Grant, type OAuth, SignInRejected } from './oauth-client.ts';
import { RenewalList, spentElsewhere } from './renewal-list.ts';
import { companyKey, isSameToken, locationKey, type Secret, type SecretStore, tokenOf } from './secret-store.ts';

/** ms before a token expires at which it is refreshed, or a tenth of its lifetime if that is less. */
const REFRESH_AHEAD_MS = 300_000;

const isValid = (secret: Secret, now: number): boolean => secret.kind === 'private' || secret.expiresAt > now;
const isFresh = (secret: Secret, now: number): boolean =>
  secret.kind === 'private' || secret.expiresAt - now > Math.min(REFRESH_AHEAD_MS, secret.lifeMs / 10);

export interface StoredTokenSourceOptions extends GrantStoreOptions {
  /** Undefined if no OAuth app is configured; a stored private token needs none. */
  readonly oauth: OAuth | undefined;
}

/**
 * The stored credential of one location. A pair is refreshed ahead of its expiry, by one caller of this process and one of
 * the processes that share the store. The store is written before a refresh token is spent; if it then refuses the new pair
 * all the same, the pair is used from memory and stored later.
 */
export class StoredTokenSource implements TokenSource {
  readonly #options: StoredTokenSourceOptions;
  readonly #key: string;
  readonly #renewals: RenewalList;
  readonly #grants: GrantStore;
  #secret: Secret | undefined;

  constructor(options: StoredTokenSourceOptions) {
    this.#options = options;
    this.#key = locationKey(options.locationId);
    this.#renewals = new RenewalList(options.store.accounts, options.now);
    this.#grants = new GrantStore(options, (stored) => {
      this.#secret = stored;
    });
  }

  #credentialOf(each: Secret): Credential {
    return { token: tokenOf(each), locationId: this.#options.locationId };
  }

  async current(): Promise<Credential> {
    const { store, now } = this.#options;
    this.#grants.flushIfDue();
    this.#secret ??= (await (await store.secrets()).get(this.#key)) ?? (await this.#refreshOnce(undefined));
    if (isFresh(this.#secret, now())) return this.#credentialOf(this.#secret);
    try {
      return this.#credentialOf(await this.#refreshOnce(this.#secret));
    } catch (error) {
      // A token that has not expired is still used while it cannot be refreshed.
      if (isValid(this.#secret, now())) return this.#credentialOf(this.#secret);
      throw error;
    }
  }

  readonly #refreshOnce = singleFlight(async (spent: Secret | undefined): Promise<Secret> => {
    const { store, locationId, now } = this.#options;
    const secrets = await store.secrets();
    const refreshed = await store.withRefreshLock(async () => {
      const latest = await this.#grants.latest(secrets, this.#key);
      // Another process has refreshed it.
      if (latest && isFresh(latest, now()) && !isSameToken(latest, spent)) return latest;
      const grant = await this.#requestGrant(secrets, latest);
      // Writes with a token of another location would go to that location.
      if (grant.locationId !== undefined && grant.locationId !== locationId)
        throw new UserError(
          `HighLevel answered the renewal of location ${locationId} with a token of another location: it is not used. Sign in again: ghl-contacts-mcp login`,
        );
      await this.#grants.add(secrets, this.#key, grant, latest);
      return grant.pair;
    });
    this.#secret = refreshed;
    return refreshed;
  });

  async #requestGrant(secrets: SecretStore, latest: Secret | undefined): Promise<Grant> {
    const { store, locationId } = this.#options;
    const { accounts, agencies } = await store.accounts.read();
    const account = accounts.find((each) => each.locationId === locationId);
    const agency = agencies.find(
      ({ companyId, locations }) =>
        (!account || account.agencyId === companyId) && locations.some(({ id }) => id === locationId),
    );
    return agency ? this.#exchange(secrets, agency.companyId) : this.#refresh(secrets, this.#key, latest, 'Location');
  }

  /** A location's token by the pair of its agency, which is the one that is refreshed. */
  async #exchange(secrets: SecretStore, companyId: string): Promise<Grant> {
    const { oauth, locationId, now } = this.#options;
    const agencyKey = companyKey(companyId);
    let agency = await this.#grants.latest(secrets, agencyKey);
    if (!agency || !isFresh(agency, now())) {
      const grant = await this.#refresh(secrets, agencyKey, agency, 'Company');
      await this.#grants.add(secrets, agencyKey, grant, agency);
      agency = grant.pair;
    }
    return configured(oauth).locationToken(tokenOf(agency), companyId, locationId);
  }

  /** Spends a refresh token, after a write that shows that the store can take the new pair. */
  async #refresh(
    secrets: SecretStore,
    secretKey: string,
    pair: Secret | undefined,
    userType: 'Company' | 'Location',
  ): Promise<Grant> {
    const { oauth, locationId, step } = this.#options;
    if (pair?.kind !== 'oauth')
      throw new UserError(`Nobody is signed in to location ${locationId}. Sign in: ghl-contacts-mcp login`);
    const app = configured(oauth);
    await secrets.set(secretKey, pair).catch((error: Error) => {
      throw new UserError(
        `The sign-in has to be renewed, and was not, because the new tokens could not be stored; the sign-in is still valid. ${error.message}`,
      );
    });
    const others = await this.#renewals.begin(secretKey, pair);
    await step?.('before send');
    try {
      const grant = await app.refresh(pair, userType);
      await step?.('after receive');
      return grant;
    } catch (error) {
      await this.#renewals.end();
      throw error instanceof SignInRejected && others.length > 0 ? spentElsewhere(others) : error;
    }
  }

  async renew({ token }: Credential): Promise<boolean> {
    if (this.#secret?.kind === 'private') return false;
    // Refreshed since the request was signed.
    if (this.#secret && tokenOf(this.#secret) !== token) return true;
    await this.#refreshOnce(this.#secret);
    return true;
  }

  flush(): Promise<void> {
    return this.#grants.flush();
  }
}

function configured(oauth: OAuth | undefined): OAuth {
  if (oauth) return oauth;
  throw new UserError(
    'The sign-in has to be renewed, and the OAuth app is not configured: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI as they were for ghl-contacts-mcp login.',
  );
}
