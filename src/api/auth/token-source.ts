import { createHash } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import { newSignature, processState } from '../../lib/file-lock.ts';
import type { Credential, TokenSource } from '../credentials.ts';
import type { Account, Accounts, Renewal } from './accounts-file.ts';
import { type Grant, type OAuth, SignInRejected } from './oauth-client.ts';
import type { Secret, SecretStore, TokenPair } from './secret-store.ts';
import type { TokenStore } from './token-store.ts';

/** ms before its end at which a token is renewed, or a tenth of its life where that is less. */
const AHEAD_MS = 300_000;
/** ms for which HighLevel answers the same refresh with the same pair: 30,000, less the time the request takes. */
const GRACE_MS = 25_000;
/** ms between two attempts to store a pair that the store refused. */
const RETRY_MS = 5_000;

export interface StoredTokenSourceOptions {
  readonly store: TokenStore;
  /** Undefined where no OAuth app is configured; a stored private token needs none. */
  readonly oauth: OAuth | undefined;
  readonly locationId: string;
  readonly now: () => number;
  /** Told why a new pair could not be stored; it is used all the same. */
  readonly warn?: (why: string) => void;
  /** For tests that stop the process between the steps of a rotation. */
  readonly step?: (name: 'before send' | 'after receive' | 'after store') => Promise<void> | void;
  /** Calls back after some ms, without keeping the process alive. */
  readonly after?: (ms: number, then: () => void) => void;
}

const unreferenced = (ms: number, then: () => void): void => void setTimeout(then, ms).unref();

/** A grant that the store has not taken yet, and the secret that stood there when it was given. */
interface Unsaved {
  readonly grant: Grant;
  readonly over: Secret | undefined;
}

/**
 * The stored credential of one location. A pair is renewed ahead of its end, by one caller of this process and by one
 * process of those that share the store. The store is written before a refresh token is spent; if it refuses the new
 * pair all the same, the pair is used from memory and stored as soon as the store takes it.
 */
export function storedTokenSource(
  options: StoredTokenSourceOptions,
): Required<Omit<TokenSource, 'check' | 'locationId'>> {
  const { store, oauth, locationId, now, step = () => undefined, warn = () => undefined } = options;
  const { after = unreferenced } = options;
  const key = `location:${locationId}`;
  /** Names this source in the list of renewals, which other processes read. */
  const me = newSignature();
  const unsaved = new Map<string, Unsaved>();
  let held: Secret | undefined;
  let renewing: Promise<Secret> | undefined;
  let saving: Promise<void> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;

  const isFresh = (secret: Secret) =>
    secret.kind === 'private' || secret.expiresAt - now() > Math.min(AHEAD_MS, secret.lifeMs / 10);
  const lives = (secret: Secret) => secret.kind === 'private' || secret.expiresAt > now();
  const credential = (secret: Secret): Credential => ({ token: tokenOf(secret), locationId });

  async function current(): Promise<Credential> {
    if (unsaved.size > 0 && Math.abs(now() - triedAt) >= RETRY_MS) void flush();
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
    const secret = await store.withRefreshLock(async () => {
      const latest = await latestOf(secrets, key);
      // Another process was first: what it stored is what counts.
      if (latest && isFresh(latest) && !same(latest, spent)) return latest;
      const { accounts, agencies } = await store.accounts.read();
      const account = accounts.find((each) => each.locationId === locationId);
      const agency = agencies.find(
        ({ companyId, locations }) =>
          (!account || account.agencyId === companyId) && locations.some(({ id }) => id === locationId),
      );
      const grant = agency
        ? await fromAgency(secrets, agency.companyId)
        : await refreshed(secrets, key, latest, 'Location');
      // A token of another location would write there without a word.
      if (grant.locationId !== undefined && grant.locationId !== locationId)
        throw new UserError(
          `HighLevel answered the renewal of location ${locationId} with a token of another location: it is not used. Sign in again: ghl-contacts-mcp login`,
        );
      await keep(secrets, key, { grant, over: latest });
      return grant.pair;
    });
    held = secret;
    return secret;
  }

  /** The token of a location of an agency is exchanged again; only the agency's own pair is rotated. */
  async function fromAgency(secrets: SecretStore, companyId: string): Promise<Grant> {
    const companyKey = `company:${companyId}`;
    let company = await latestOf(secrets, companyKey);
    if (!company || !isFresh(company)) {
      const grant = await refreshed(secrets, companyKey, company, 'Company');
      await keep(secrets, companyKey, { grant, over: company });
      company = grant.pair;
    }
    return needed(oauth).locationToken(credential(company).token, companyId, locationId);
  }

  /** What is stored, unless it is still what a pair in memory is to replace. */
  async function latestOf(secrets: SecretStore, where: string): Promise<Secret | undefined> {
    const stored = await secrets.get(where);
    const waiting = unsaved.get(where);
    if (!waiting) return stored;
    if (same(stored, waiting.over)) return waiting.grant.pair;
    // Another process stored a pair, or somebody signed in again or out.
    if (!same(stored, waiting.grant.pair)) unsaved.delete(where);
    return stored;
  }

  /** Spends a refresh token, after the store took a write of what is about to be replaced. */
  async function refreshed(
    secrets: SecretStore,
    where: string,
    pair: Secret | undefined,
    userType: 'Company' | 'Location',
  ): Promise<Grant> {
    if (pair?.kind !== 'oauth')
      throw new UserError(`Nobody is signed in to location ${locationId}. Sign in: ghl-contacts-mcp login`);
    const app = needed(oauth);
    await secrets.set(where, pair).catch((error: Error) => {
      throw new UserError(
        `The sign-in has to be renewed, and it was not, because the new tokens could not be stored; the sign-in is still good. ${error.message}`,
      );
    });
    const holders = await begin(where, pair);
    await step('before send');
    try {
      const grant = await app.refresh(pair, userType);
      await step('after receive');
      return grant;
    } catch (error) {
      await store.accounts.change((all) => withoutRenewals(all, ({ by }) => by === me)).catch(() => undefined);
      throw error instanceof SignInRejected && holders.length > 0 ? heldElsewhere(holders) : error;
    }
  }

  /**
   * Notes that a refresh token is about to be spent, for processes that find it in the store afterwards. Gives the
   * processes on other machines that may have spent it before.
   * @throws UserError where a running process has spent it and the grace is over
   */
  async function begin(where: string, pair: TokenPair): Promise<readonly Renewal[]> {
    const token = fingerprint(pair);
    let others: readonly Renewal[] = [];
    await store.accounts.change((all) => {
      const begun = (all.renewals ?? []).filter((each) => each.key === where && each.token === token);
      const at = Math.min(now(), ...begun.map((each) => each.at));
      const inGrace = begun.some((each) => now() >= each.at) && now() - at < GRACE_MS;
      others = inGrace ? [] : begun.filter(({ by }) => by !== me && processState(by) !== 'gone');
      const running = others.filter(({ by }) => processState(by) === 'running');
      if (running.length > 0) throw heldElsewhere(running);
      const mine = { key: where, token, by: me, at };
      return { ...all, renewals: [...(all.renewals ?? []).filter(({ by }) => by !== me), mine] };
    });
    return others;
  }

  /** Stores a grant, or keeps it in memory until it can be stored: it cannot be had a second time. */
  async function keep(secrets: SecretStore, where: string, grant: Unsaved): Promise<void> {
    unsaved.set(where, grant);
    await save(secrets).catch(failed);
  }

  /** Under the lock of the store. */
  async function save(secrets: SecretStore): Promise<void> {
    triedAt = now();
    for (const [where, { grant }] of unsaved) {
      await secrets.set(where, grant.pair);
      await step('after store');
      await store.accounts.change((all) => {
        const saved = withoutRenewals(all, (each) => each.key === where);
        return where === key ? withAccount(saved, grant, locationId, now()) : saved;
      });
      unsaved.delete(where);
    }
  }

  function failed(error: Error): void {
    warn(error.message);
    after(RETRY_MS, () => void flush());
  }

  /** Stores what could not be stored before, unless it was replaced meanwhile. */
  function flush(): Promise<void> {
    if (unsaved.size === 0) return Promise.resolve();
    saving ??= retried()
      .catch(failed)
      .finally(() => {
        saving = undefined;
      });
    return saving;
  }

  async function retried(): Promise<void> {
    triedAt = now();
    const secrets = await store.secrets();
    await store.withRefreshLock(async () => {
      const all = await store.accounts.read();
      for (const where of [...unsaved.keys()]) {
        const latest = await latestOf(secrets, where);
        if (!knows(all, where)) unsaved.delete(where);
        else if (where === key && latest) held = latest;
      }
      await save(secrets);
    });
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
    flush,
  };
}

/** Tells tokens apart in a file that holds no secret. */
const fingerprint = ({ refreshToken }: TokenPair): string =>
  createHash('sha256').update(refreshToken).digest('hex').slice(0, 16);

const withoutRenewals = (all: Accounts, which: (renewal: Renewal) => boolean): Accounts => ({
  ...all,
  renewals: all.renewals?.filter((each) => !which(each)),
});

/** Whether there is a sign-in that a key of the store belongs to: after a logout nothing is stored any more. */
const knows = ({ accounts, agencies }: Accounts, where: string): boolean =>
  accounts.some(({ locationId }) => where === `location:${locationId}`) ||
  agencies.some(
    ({ companyId, locations }) =>
      where === `company:${companyId}` || locations.some(({ id }) => where === `location:${id}`),
  );

const heldElsewhere = (holders: readonly Renewal[]): UserError => {
  const pids = holders.map(({ by }) => by.split(' ')[1]).join(', ');
  return new UserError(
    `Another ghl-contacts-mcp (process ${pids}) has renewed this sign-in and could not store the new tokens; it tries again every few seconds. Make the token store writable (disk space, an unlocked keychain) and repeat the call. If that process is gone: ghl-contacts-mcp login`,
  );
};

/** Adds the account of a grant, or takes the place of the one of the same location. */
function withAccount(all: Accounts, grant: Grant, locationId: string, now: number): Accounts {
  const account = all.accounts.find((each) => each.locationId === locationId);
  const agency = all.agencies.find(({ locations }) => locations.some(({ id }) => id === locationId));
  const next = accountOf(grant, locationId, account ?? (agency && firstUse(agency, locationId)), now);
  return { ...all, accounts: [...all.accounts.filter((each) => each !== account), next] };
}

const tokenOf = (secret: Secret): string => (secret.kind === 'oauth' ? secret.accessToken : secret.token);
const same = (a: Secret | undefined, b: Secret | undefined): boolean => (a && tokenOf(a)) === (b && tokenOf(b));

function needed(oauth: OAuth | undefined): OAuth {
  if (oauth) return oauth;
  throw new UserError(
    'The sign-in has to be renewed, and the OAuth app is not configured: set GHL_CLIENT_ID, GHL_CLIENT_SECRET and GHL_REDIRECT_URI as they were for ghl-contacts-mcp login.',
  );
}

const firstUse = ({ companyId, locations, since }: Accounts['agencies'][number], locationId: string) => ({
  agencyId: companyId,
  name: locations.find(({ id }) => id === locationId)?.name,
  since,
});

/** Asks HighLevel for the locations of an agency, and adds them to the plain file. */
export async function listLocations(store: TokenStore, oauth: OAuth, companyId: string, pair: TokenPair) {
  const locations = await oauth.locations(pair.accessToken, companyId);
  await store.accounts.change((all) => ({
    ...all,
    agencies: all.agencies.map((each) => (each.companyId === companyId ? { ...each, locations } : each)),
  }));
  return locations;
}

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
  agencyId: old?.agencyId,
  scopes: grant.scopes.length > 0 ? grant.scopes : (old?.scopes ?? []),
  expiresAt: grant.pair.expiresAt,
  since: old?.since ?? now,
});
