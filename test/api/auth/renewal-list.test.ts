import { expect, test } from 'vitest';
import { type Accounts, AccountsFile } from '../../../src/api/auth/accounts-file.ts';
import { RenewalList } from '../../../src/api/auth/renewal-list.ts';

const PAIR = { kind: 'oauth', accessToken: 'access', refreshToken: 'refresh', expiresAt: 0, lifeMs: 0 } as const;

/** A list in memory whose lock is waited for. */
class SlowAccounts extends AccountsFile {
  all: Accounts = { accounts: [], agencies: [] };
  beforeChange = () => {};

  override async change(edit: (accounts: Accounts) => Accounts): Promise<void> {
    this.beforeChange();
    this.all = edit(this.all);
  }
}

test('the grace of a renewal ends while the next process waits for the lock of the list', async () => {
  let now = 1_000_000;
  const accounts = new SlowAccounts('unused');
  await new RenewalList(accounts, () => now).begin('key', PAIR);
  const next = new RenewalList(accounts, () => now);
  now += 20_000;
  accounts.beforeChange = () => {
    now += 10_000;
  };
  await expect(next.begin('key', PAIR)).rejects.toThrow('has renewed this sign-in');
});

test('a renewal that another process lists during the wait for the lock counts as within its grace', async () => {
  let now = 1_000_000;
  const accounts = new SlowAccounts('unused');
  const other = new RenewalList(accounts, () => now);
  const next = new RenewalList(accounts, () => now);
  accounts.beforeChange = () => {
    accounts.beforeChange = () => {};
    now += 5_000;
    void other.begin('key', PAIR);
  };
  await expect(next.begin('key', PAIR)).resolves.toEqual([]);
});
