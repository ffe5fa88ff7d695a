import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import { AccountsFile } from './accounts-file.ts';
import { fileSecretStore, keychainSecretStore, keychainWorks, PROBE_KEY, type SecretStore } from './secret-store.ts';

/** `GHL_TOKEN_STORE`, and the folder for what is not in it. */
export interface TokenStoreSetting {
  readonly store: 'keychain' | { readonly file: string };
  readonly folder: string;
}

/** The secrets, and the plain facts beside them. */
export interface TokenStore {
  readonly accounts: AccountsFile;
  /** The store in use; a start that only lists tools never asks. */
  readonly secrets: () => Promise<SecretStore>;
  /** Runs logins, logouts and renewals one after the other, whichever process they are in. */
  readonly withRefreshLock: <T>(work: () => Promise<T>) => Promise<T>;
}

const fallback = (folder: string) => join(folder, 'tokens.json');

/** Asks no keychain: what was chosen at the last login stands in the plain file. */
export function openTokenStore({ store, folder }: TokenStoreSetting): TokenStore {
  const file = typeof store === 'object' ? store.file : undefined;
  const accounts = new AccountsFile(file ? `${file}.accounts.json` : join(folder, 'accounts.json'));
  return {
    accounts,
    async secrets() {
      if (file) return fileSecretStore(file);
      return (await accounts.read()).store === 'file' ? fileSecretStore(fallback(folder)) : keychainSecretStore();
    },
    withRefreshLock: (work) => withFileLock(`${accounts.path}.refresh.lock`, work),
  };
}

/**
 * For a login, before anything is spent on it: a store that can be written. Without a setting the keychain where one
 * answers, else the file; what is signed in already stays where it is, and what is new goes there too.
 */
export async function chooseSecretStore(setting: TokenStoreSetting, store: TokenStore): Promise<SecretStore> {
  if (typeof setting.store === 'object') return writable(await store.secrets());
  const { accounts, agencies, store: before } = await store.accounts.read();
  const used = accounts.length + agencies.length > 0 ? (before ?? 'keychain') : undefined;
  if (used === 'file') return writable(await store.secrets());
  const works = await keychainWorks();
  if (used === 'keychain' && !works)
    throw new UserError(
      'The keychain, where your sign-ins are, does not answer: unlock it and try again, or set GHL_TOKEN_STORE=file:<path>.',
    );
  await store.accounts.change((all) => ({ ...all, store: works ? 'keychain' : 'file' }));
  return works ? keychainSecretStore() : writable(fileSecretStore(fallback(setting.folder)));
}

async function writable(secrets: SecretStore): Promise<SecretStore> {
  await secrets.remove(PROBE_KEY);
  return secrets;
}
