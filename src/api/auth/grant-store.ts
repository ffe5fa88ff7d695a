import { singleFlight } from '../../lib/memoize.ts';
import { isSignedIn, withAccount, withoutRenewals } from './account-edits.ts';
import type { Grant } from './oauth-client.ts';
import { isSameToken, locationKey, type Secret, type SecretStore } from './secret-store.ts';
import type { TokenStore } from './token-store.ts';

/** ms between two attempts to store a pair. */
const RETRY_MS = 5_000;

/** A grant that is not stored yet, and the secret that it replaces. */
interface UnsavedGrant {
  readonly grant: Grant;
  readonly replaces: Secret | undefined;
}

export interface GrantStoreOptions {
  readonly store: TokenStore;
  readonly locationId: string;
  readonly now: () => number;
  /** Receives why a new pair could not be stored; it is used all the same. */
  readonly warn?: (why: string) => void;
  /** For tests that stop the process between the steps of a refresh. */
  readonly step?: (name: 'before send' | 'after receive' | 'after store') => Promise<void> | void;
  /** Runs `then` after some ms without keeping the process alive. */
  readonly after?: (ms: number, then: () => void) => void;
}

const startTimer = (ms: number, then: () => void): void => void setTimeout(then, ms).unref();

/**
 * Stores new grants. HighLevel gives a grant only once, so one that cannot be stored is used from memory, and stored as
 * soon as the store accepts it.
 */
export class GrantStore {
  readonly #options: GrantStoreOptions;
  readonly #key: string;
  readonly #onReplaced: (secret: Secret) => void;
  readonly #unsaved = new Map<string, UnsavedGrant>();
  #triedAt = Number.NEGATIVE_INFINITY;

  /** `onReplaced` receives the secret of the location that is stored when a grant in memory is. */
  constructor(options: GrantStoreOptions, onReplaced: (secret: Secret) => void) {
    this.#options = options;
    this.#key = locationKey(options.locationId);
    this.#onReplaced = onReplaced;
  }

  /** The stored secret, or the pair in memory that is to replace it. */
  async latest(secrets: SecretStore, key: string): Promise<Secret | undefined> {
    const stored = await secrets.get(key);
    const unsaved = this.#unsaved.get(key);
    if (!unsaved) return stored;
    if (isSameToken(stored, unsaved.replaces)) return unsaved.grant.pair;
    // Another process has stored a pair, or somebody has signed in again or out.
    if (!isSameToken(stored, unsaved.grant.pair)) this.#unsaved.delete(key);
    return stored;
  }

  /** Call under the refresh lock. Never throws. */
  async add(secrets: SecretStore, key: string, grant: Grant, replaces: Secret | undefined): Promise<void> {
    this.#unsaved.set(key, { grant, replaces });
    await this.#save(secrets).catch((error: Error) => this.#retryLater(error));
  }

  /** Starts to store what is not stored yet, if the last attempt was long enough ago. */
  flushIfDue(): void {
    if (Math.abs(this.#options.now() - this.#triedAt) >= RETRY_MS) void this.flush();
  }

  /** Stores what is not stored yet, unless it was replaced. Never throws. */
  async flush(): Promise<void> {
    if (this.#unsaved.size > 0) await this.#flushOnce();
  }

  readonly #flushOnce = singleFlight(() => this.#retry().catch((error: Error) => this.#retryLater(error)));

  async #save(secrets: SecretStore): Promise<void> {
    const { store, locationId, now, step } = this.#options;
    this.#triedAt = now();
    for (const [key, { grant }] of this.#unsaved) {
      await secrets.set(key, grant.pair);
      await step?.('after store');
      await store.accounts.change((all) => {
        const saved = withoutRenewals(all, (each) => each.key === key);
        return key === this.#key ? withAccount(saved, grant, locationId, now()) : saved;
      });
      this.#unsaved.delete(key);
    }
  }

  async #retry(): Promise<void> {
    const { store, now } = this.#options;
    this.#triedAt = now();
    const secrets = await store.secrets();
    await store.withRefreshLock(async () => {
      const all = await store.accounts.read();
      for (const key of [...this.#unsaved.keys()]) {
        const latest = await this.latest(secrets, key);
        if (!isSignedIn(all, key)) this.#unsaved.delete(key);
        else if (key === this.#key && latest) this.#onReplaced(latest);
      }
      await this.#save(secrets);
    });
  }

  #retryLater({ message }: Error): void {
    const { warn, after = startTimer } = this.#options;
    warn?.(message);
    after(RETRY_MS, () => void this.flush());
  }
}
