import { join } from 'node:path';
import { AccountsFile } from './accounts.ts';
import { fileSecrets, keychainSecrets, keychainWorks, type SecretStore } from './secrets.ts';

/** `GHL_TOKEN_STORE`, and the folder for what is not in it. */
export interface StoreSetting {
  readonly store: 'keychain' | { readonly file: string };
  readonly folder: string;
}

/** The secrets, and the plain facts beside them. */
export interface Store {
  readonly accounts: AccountsFile;
  /** The store in use; a start that only lists tools never asks. */
  readonly secrets: () => Promise<SecretStore>;
}

const fallback = (folder: string) => join(folder, 'tokens.json');

/** Asks no keychain: what was chosen at the last login stands in the plain file. */
export function openStore({ store, folder }: StoreSetting): Store {
  if (typeof store === 'object') {
    return { accounts: new AccountsFile(`${store.file}.accounts.json`), secrets: async () => fileSecrets(store.file) };
  }
  const accounts = new AccountsFile(join(folder, 'accounts.json'));
  const secrets = async () =>
    (await accounts.read()).store === 'file' ? fileSecrets(fallback(folder)) : keychainSecrets();
  return { accounts, secrets };
}

/** For a login: the keychain where there is one that answers, else the file, and remembered which. */
export async function chooseStore(setting: StoreSetting, store: Store): Promise<SecretStore> {
  if (typeof setting.store === 'object') return store.secrets();
  const chosen = (await keychainWorks()) ? 'keychain' : 'file';
  await store.accounts.change((all) => ({ ...all, store: chosen }));
  return chosen === 'keychain' ? keychainSecrets() : fileSecrets(fallback(setting.folder));
}
