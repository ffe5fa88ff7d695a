import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import { AccountsFile } from './accounts-file.ts';
import { keychainSecretStore, keychainWorks } from './keychain.ts';
import { fileSecretStore, PROBE_KEY, type SecretStore } from './secret-store.ts';

/** `GHL_TOKEN_STORE`, and the folder for everything else. */
export interface TokenStoreSetting {
  readonly store: 'keychain' | { readonly file: string };
  readonly folder: string;
}

/** Secrets, and the list of accounts. */
export interface TokenStore {
  readonly accounts: AccountsFile;
  /** The store in use; not called by a start that only lists tools. */
  readonly secrets: () => Promise<SecretStore>;
  /** Runs logins, logouts and refreshes of all processes one after the other. */
  readonly withRefreshLock: <T>(work: () => Promise<T>) => Promise<T>;
}

const defaultFile = (folder: string) => join(folder, 'tokens.json');

/** Accesses no keychain: the list of accounts says which store the last login chose. */
export function openTokenStore({ store, folder }: TokenStoreSetting): TokenStore {
  const file = typeof store === 'object' ? store.file : undefined;
  const accounts = new AccountsFile(file ? `${file}.accounts.json` : join(folder, 'accounts.json'));
  return {
    accounts,
    async secrets() {
      if (file) return fileSecretStore(file);
      return (await accounts.read()).store === 'file' ? fileSecretStore(defaultFile(folder)) : keychainSecretStore();
    },
    withRefreshLock: (work) => withFileLock(`${accounts.path}.refresh.lock`, work),
  };
}

/**
 * The store that a login writes to, tested before the code is spent. Without a setting it is the keychain if that works,
 * else the file; while somebody is signed in, it is the store in use.
 */
export async function chooseSecretStore(setting: TokenStoreSetting, store: TokenStore): Promise<SecretStore> {
  if (typeof setting.store === 'object') return writable(await store.secrets());
  const { accounts, agencies, store: chosen } = await store.accounts.read();
  const used = accounts.length + agencies.length > 0 ? (chosen ?? 'keychain') : undefined;
  if (used === 'file') return writable(await store.secrets());
  const works = await keychainWorks();
  if (used === 'keychain' && !works)
    throw new UserError(
      'The keychain, where your sign-ins are, does not answer: unlock it and try again, or set GHL_TOKEN_STORE=file:<path>.',
    );
  await store.accounts.change((all) => ({ ...all, store: works ? 'keychain' : 'file' }));
  return works ? keychainSecretStore() : writable(fileSecretStore(defaultFile(setting.folder)));
}

async function writable(secrets: SecretStore): Promise<SecretStore> {
  await secrets.remove(PROBE_KEY);
  return secrets;
}
