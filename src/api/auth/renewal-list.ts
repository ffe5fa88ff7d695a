import { createHash } from 'node:crypto';
import { UserError } from '../../lib/errors.ts';
import { newSignature, processIdOf, processState } from '../../lib/lock-signature.ts';
import { withoutRenewals } from './account-edits.ts';
import type { AccountsFile, Renewal } from './accounts-file.ts';
import type { TokenPair } from './secret-store.ts';

/** ms for which HighLevel answers the same refresh with the same pair: 30,000, less the time that the request takes. */
const GRACE_MS = 25_000;

/** Lists the refresh tokens that are being spent, so that other processes do not spend them again. */
export class RenewalList {
  readonly #accounts: AccountsFile;
  readonly #now: () => number;
  readonly #signature = newSignature();

  constructor(accounts: AccountsFile, now: () => number) {
    this.#accounts = accounts;
    this.#now = now;
  }

  /**
   * Call before a refresh token is spent. Returns the renewals of processes on other machines that may have spent it.
   * @throws UserError if a running process has spent it and the grace is over
   */
  async begin(key: string, pair: TokenPair): Promise<readonly Renewal[]> {
    const own = { key, fingerprint: fingerprintOf(pair), signature: this.#signature };
    let others: readonly Renewal[] = [];
    await this.#accounts.change((all) => {
      // The lock of the list may have been waited for: the grace is measured from here.
      const now = this.#now();
      const renewals = all.renewals ?? [];
      const same = renewals.filter((each) => each.key === key && each.fingerprint === own.fingerprint);
      const startedAt = Math.min(now, ...same.map((each) => each.startedAt));
      const inGrace = same.some((each) => now >= each.startedAt) && now - startedAt < GRACE_MS;
      others = inGrace ? [] : same.filter((each) => !this.#isOwn(each) && processState(each.signature) !== 'ended');
      const running = others.filter(({ signature }) => processState(signature) === 'running');
      if (running.length > 0) throw spentElsewhere(running);
      return { ...all, renewals: [...renewals.filter((each) => !this.#isOwn(each)), { ...own, startedAt }] };
    });
    return others;
  }

  /** Call if no new pair was received. Never throws. */
  async end(): Promise<void> {
    await this.#accounts.change((all) => withoutRenewals(all, (each) => this.#isOwn(each))).catch(() => undefined);
  }

  #isOwn({ signature }: Renewal): boolean {
    return signature === this.#signature;
  }
}

/** Identifies a token in a file that holds no secrets. */
const fingerprintOf = ({ refreshToken }: TokenPair): string =>
  createHash('sha256').update(refreshToken).digest('hex').slice(0, 16);

export const spentElsewhere = (renewals: readonly Renewal[]): UserError => {
  const ids = renewals.map(({ signature }) => processIdOf(signature)).join(', ');
  return new UserError(
    `Another ghl-contacts-mcp (process ${ids}) has renewed this sign-in and could not store the new tokens; it tries again every few seconds. Make the token store writable (disk space, an unlocked keychain) and repeat the call. If that process has ended: ghl-contacts-mcp login`,
  );
};
