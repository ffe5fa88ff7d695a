import { UserError } from '../errors.ts';
import { readJson, refuseReadableByOthers, writeJson } from './files.ts';
import { locked } from './lock.ts';

/** A private integration token, as it was given. */
export interface PrivateToken {
  readonly kind: 'private';
  readonly token: string;
}

/** An OAuth pair; the refresh token can be used once. */
export interface Pair {
  readonly kind: 'oauth';
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** ms the access token was given for. */
  readonly lifeMs: number;
}
export type Secret = PrivateToken | Pair;

/** Where secrets live, by `location:<id>` and `company:<id>`. */
export interface SecretStore {
  /** For people: which store is in use. */
  readonly name: string;
  get(key: string): Promise<Secret | undefined>;
  set(key: string, secret: Secret): Promise<void>;
  remove(key: string): Promise<void>;
}

const WHAT = 'The token store';

/** A file of the owner's alone, replaced in one step. */
export function fileSecrets(path: string): SecretStore {
  const read = async (): Promise<Record<string, Secret>> => {
    await refuseReadableByOthers(path);
    const json = (await readJson(path, WHAT)) ?? { secrets: {} };
    const secrets = (json as { secrets?: unknown }).secrets;
    if (typeof secrets !== 'object' || secrets === null) {
      throw new UserError(
        `${WHAT} ${path} is damaged. Nothing was changed; move it away and sign in again with ghl-contacts-mcp login.`,
      );
    }
    return secrets as Record<string, Secret>;
  };
  const change = (edit: (secrets: Record<string, Secret>) => void) =>
    locked(`${path}.write.lock`, async () => {
      const secrets = await read();
      edit(secrets);
      await writeJson(path, { version: 1, secrets }, WHAT);
    });
  return {
    name: `file ${path}`,
    get: async (key) => (await read())[key],
    set: (key, secret) => change((secrets) => Object.assign(secrets, { [key]: secret })),
    remove: (key) => change((secrets) => delete secrets[key]),
  };
}

const SERVICE = 'ghl-contacts-mcp';

/** The system's keychain, loaded with the first secret that is asked for. */
export function keychainSecrets(): SecretStore {
  const entry = async (key: string) => {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    return new AsyncEntry(SERVICE, key);
  };
  return {
    name: 'keychain',
    async get(key) {
      const text = await (await entry(key)).getPassword();
      return text ? (JSON.parse(text) as Secret) : undefined;
    },
    set: async (key, secret) => (await entry(key)).setPassword(JSON.stringify(secret)),
    remove: async (key) => void (await (await entry(key)).deletePassword().catch(() => false)),
  };
}

/** Whether there is a keychain that answers. */
export async function keychainWorks(): Promise<boolean> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const probe = new AsyncEntry(SERVICE, 'probe');
    await probe.setPassword('probe');
    await probe.deletePassword();
    return true;
  } catch {
    return false;
  }
}
