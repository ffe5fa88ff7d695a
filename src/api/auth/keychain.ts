import { UserError } from '../../lib/errors.ts';
import { PROBE_KEY, remembered, type Secret, type SecretStore, StoredSecret } from './secret-store.ts';

const SERVICE = 'ghl-contacts-mcp';

/** The name of the store, for messages. */
export const KEYCHAIN = 'keychain';

/** Native code, which an installation may leave out. @throws UserError if it did */
const loadLibrary = () =>
  import('@napi-rs/keyring').catch(() => {
    throw new UserError(
      'The keychain cannot be used, because the package @napi-rs/keyring is not installed. Install it, or sign in with GHL_TOKEN_STORE=file:<path>.',
    );
  });

/** An entry of the system's keychain. On Linux the desktop's: the kernel's keyring does not outlive a reboot. */
async function entry(key: string) {
  const { AsyncEntry } = await loadLibrary();
  return new AsyncEntry(SERVICE, key, { linux: { store: 'secret-service' } });
}

async function withKeychain<T>(access: () => Promise<T>): Promise<T> {
  try {
    return await access();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const [why] = (error as Error).message.split('\n');
    throw new UserError(
      `The keychain does not answer (${why}). Unlock it and try again, or sign in with GHL_TOKEN_STORE=file:<path>.`,
    );
  }
}

/** The system's keychain; its library is loaded with the first secret that is asked for. */
export function keychainSecretStore(): SecretStore {
  return {
    name: KEYCHAIN,
    keys: () =>
      withKeychain(async () => {
        const { findCredentialsAsync } = await loadLibrary();
        return (await findCredentialsAsync(SERVICE)).map(({ account }) => account);
      }),
    async get(key) {
      const text = await withKeychain(async () => (await entry(key)).getPassword());
      return text ? parseEntry(text, key) : undefined;
    },
    set: (key, secret) => withKeychain(async () => (await entry(key)).setPassword(JSON.stringify(secret))),
    remove: (key) => withKeychain(async () => void (await (await entry(key)).deletePassword())),
  };
}

function parseEntry(text: string, key: string): Secret {
  try {
    return remembered(StoredSecret.parse(JSON.parse(text)));
  } catch {
    throw new UserError(
      `The entry ${SERVICE} / ${key} in the keychain is damaged. Sign in again: ghl-contacts-mcp login`,
    );
  }
}

/** Why the keychain cannot be read; undefined if it can. It is asked for an entry that is not there, and left as it is. */
export const keychainProblem = (): Promise<string | undefined> =>
  withKeychain(async () => (await entry(PROBE_KEY)).getPassword()).then(
    () => undefined,
    (error: Error) => error.message,
  );

/** As long as an OAuth pair with many scopes: the keychain of Windows takes 2,560 bytes at most. */
const LONG_SECRET = 'x'.repeat(6_000);

/** Whether there is a keychain that works and takes a secret as long as a pair. */
export async function keychainWorks(): Promise<boolean> {
  try {
    const probe = await entry(PROBE_KEY);
    await probe.setPassword(LONG_SECRET);
    await probe.deletePassword();
    return true;
  } catch {
    return false;
  }
}
