import type { Credential, TokenSource } from '../api/credential.ts';
import { UserError } from '../errors.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Grant, OAuth } from './oauth.ts';
import type { Pair, Secret, SecretStore } from './secrets.ts';
import type { Store } from './store.ts';

/** ms before its end at which a token is renewed, or a tenth of its life where that is less. */
const AHEAD_MS = 300_000;

export interface SourceOptions {
  readonly store: Store;
  /** Undefined where no OAuth app is configured; a stored private token needs none. */
  readonly oauth: OAuth | undefined;
  readonly locationId: string;
  readonly now: () => number;
  /** For tests that stop the process between the steps of a rotation. */
  readonly step?: (name: 'before send' | 'after receive' | 'after store') => Promise<void> | void;
}

/**
 * The stored credential of one location. A pair is renewed ahead of its end, by one caller of this process and by one
 * process of those that share the store; the new pair is stored before it is used.
 */
export function storedSource({ store, oauth, locationId, now, step = () => undefined }: SourceOptions): TokenSource {
  const key = `location:${locationId}`;
  let held: Secret | undefined;
  let renewing: Promise<Secret> | undefined;

  const isFresh = (secret: Secret) =>
    secret.kind === 'private' || secret.expiresAt - now() > Math.min(AHEAD_MS, secret.lifeMs / 10);
  const lives = (secret: Secret) => secret.kind === 'private' || secret.expiresAt > now();
  const credential = (secret: Secret): Credential => ({
    token: secret.kind === 'private' ? secret.token : secret.accessToken,
    locationId,
  });

  async function current(): Promise<Credential> {
    held ??= (await (await store.secrets()).get(key)) ?? (await renewed(undefined));
    if (isFresh(held)) return credential(held);
    try {
      return credential(await renewed(held));
    } catch (error) {
      // A token that is not yet over still works while HighLevel cannot be reached.
      if (lives(held)) return credential(held);
      throw error;
    }
  }

  /** One renewal for everyone who asks meanwhile. */
  function renewed(spent: Secret | undefined): Promise<Secret> {
    renewing ??= renew(spent).finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function renew(spent: Secret | undefined): Promise<Secret> {
    const secrets = await store.secrets();
    const secret = await store.alone(async () => {
      const stored = await secrets.get(key);
      // Another process was first: what it stored is what counts.
      if (stored && isFresh(stored) && !same(stored, spent)) return stored;
      const { accounts, agencies } = await store.accounts.read();
      const account = accounts.find((each) => each.locationId === locationId);
      const agency = agencies.find(
        ({ companyId, locations }) =>
          (!account || account.through === companyId) && locations.some(({ id }) => id === locationId),
      );
      const grant = agency ? await fromAgency(secrets, agency.companyId) : await refreshed(stored, 'Location');
      await keep(secrets, key, grant);
      await store.accounts.put(
        accountOf(grant, locationId, account ?? (agency && firstUse(agency, locationId)), now()),
      );
      return grant.pair;
    });
    held = secret;
    return secret;
  }

  /** A location of an agency is exchanged for anew; only the agency's own pair is rotated. */
  async function fromAgency(secrets: SecretStore, companyId: string): Promise<Grant> {
    const companyKey = `company:${companyId}`;
    let company = await secrets.get(companyKey);
    if (!company || !isFresh(company)) {
      const grant = await refreshed(company, 'Company');
      await keep(secrets, companyKey, grant);
      company = grant.pair;
    }
    return needed(oauth).locationToken(credential(company).token, companyId, locationId);
  }

  async function refreshed(stored: Secret | undefined, userType: 'Company' | 'Location'): Promise<Grant> {
    if (stored?.kind !== 'oauth')
      throw new UserError(`Nobody is signed in to location ${locationId}. Sign in: ghl-contacts-mcp login`);
    await step('before send');
    const grant = await needed(oauth).refresh(stored, userType);
    await step('after receive');
    return grant;
  }

  async function keep(secrets: SecretStore, where: string, { pair }: Grant): Promise<void> {
    await secrets.set(where, pair);
    await step('after store');
  }

  return {
    current,
    async renew({ token }) {
      if (held?.kind === 'private') return false;
      // Somebody else has renewed it since this call was signed.
      if (held && credential(held).token !== token) return true;
      await renewed(held);
      return true;
    },
  };
}

const same = (a: Secret, b: Secret | undefined): boolean =>
  a.kind === 'oauth' && b?.kind === 'oauth' && (a as Pair).accessToken === (b as Pair).accessToken;

function needed(oauth: OAuth | undefined): OAuth {
  if (oauth) return oauth;
  throw new UserError(
    'The sign-in has to be renewed, and the OAuth app is not configured: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI as they were for ghl-contacts-mcp login.',
  );
}

const firstUse = ({ companyId, locations, since }: Accounts['agencies'][number], locationId: string) => ({
  through: companyId,
  name: locations.find(({ id }) => id === locationId)?.name,
  since,
});

/** The facts of a grant, for the plain file. */
export const accountOf = (
  grant: Grant,
  locationId: string,
  old: Partial<Account> | undefined,
  now: number,
): Account => ({
  locationId,
  kind: 'oauth',
  name: old?.name,
  companyId: grant.companyId ?? old?.companyId,
  through: old?.through,
  scopes: grant.scopes.length > 0 ? grant.scopes : (old?.scopes ?? []),
  expiresAt: grant.pair.expiresAt,
  since: old?.since ?? now,
});
