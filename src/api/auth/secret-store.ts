import * as z from 'zod';
import { UserError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import { readJson, refuseReadableByOthers, writeJson } from '../../lib/json-file.ts';
import { rememberSecret } from '../../lib/redact.ts';

/** A private integration token, as it was given. */
const PrivateToken = z.object({ kind: z.literal('private'), token: z.string() });
export type PrivateToken = Readonly<z.infer<typeof PrivateToken>>;

/** Access and refresh token; the refresh token can be used once. */
const TokenPair = z.object({
  kind: z.literal('oauth'),
  accessToken: z.string(),
  refreshToken: z.string(),
  /** Epoch ms. */
  expiresAt: z.number(),
  /** Lifetime of the access token in ms. */
  lifeMs: z.number(),
});
export type TokenPair = Readonly<z.infer<typeof TokenPair>>;

const Secret = z.discriminatedUnion('kind', [PrivateToken, TokenPair]);
export type Secret = PrivateToken | TokenPair;

/** Redacted from now on wherever it appears. */
function remembered<T extends Secret | undefined>(secret: T): T {
  for (const value of secret?.kind === 'oauth' ? [secret.accessToken, secret.refreshToken] : [secret?.token])
    rememberSecret(value);
  return secret;
}

export const tokenOf = (secret: Secret): string => (secret.kind === 'oauth' ? secret.accessToken : secret.token);

export const isSameToken = (a: Secret | undefined, b: Secret | undefined): boolean =>
  (a && tokenOf(a)) === (b && tokenOf(b));

/** Keys of the secrets of a location and of an agency. */
export const locationKey = (locationId: string): string => `location:${locationId}`;
export const companyKey = (companyId: string): string => `company:${companyId}`;

/** Stores secrets by key. */
export interface SecretStore {
  /** For messages. */
  readonly name: string;
  keys(): Promise<string[]>;
  get(key: string): Promise<Secret | undefined>;
  set(key: string, secret: Secret): Promise<void>;
  remove(key: string): Promise<void>;
}

/** A key to test whether a store works. */
export const PROBE_KEY = 'probe';

const WHAT = 'The token store';
const File = z.object({ secrets: z.record(z.string(), Secret) });

/** A file that only its owner can read, replaced in one step. */
export function fileSecretStore(path: string): SecretStore {
  const read = async (): Promise<Record<string, Secret>> => {
    await refuseReadableByOthers(path);
    const { data } = File.safeParse((await readJson(path, WHAT)) ?? { secrets: {} });
    if (data) return data.secrets;
    throw new UserError(
      `${WHAT} ${path} is damaged. Nothing was changed; move it away and sign in again with ghl-contacts-mcp login.`,
    );
  };
  const change = (edit: (secrets: Record<string, Secret>) => void) =>
    withFileLock(`${path}.write.lock`, async () => {
      const secrets = await read();
      edit(secrets);
      await writeJson(path, { version: 1, secrets }, WHAT);
    });
  return {
    name: `file ${path}`,
    keys: async () => Object.keys(await read()),
    get: async (key) => remembered((await read())[key]),
    set: (key, secret) => change((secrets) => Object.assign(secrets, { [key]: secret })),
    remove: (key) => change((secrets) => delete secrets[key]),
  };
}

const SERVICE = 'ghl-contacts-mcp';

/** An entry of the system's keychain. On Linux the desktop's: the kernel's keyring does not outlive a reboot. */
async function entry(key: string) {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  return new AsyncEntry(SERVICE, key, { linux: { store: 'secret-service' } });
}

async function withKeychain<T>(access: () => Promise<T>): Promise<T> {
  try {
    return await access();
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    throw new UserError(
      `The keychain does not answer (${why}). Unlock it and try again, or sign in with GHL_TOKEN_STORE=file:<path>.`,
    );
  }
}

/** The system's keychain; its library is loaded with the first secret that is asked for. */
export function keychainSecretStore(): SecretStore {
  return {
    name: 'keychain',
    keys: () =>
      withKeychain(async () => {
        const { findCredentialsAsync } = await import('@napi-rs/keyring');
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
    return remembered(Secret.parse(JSON.parse(text)));
  } catch {
    throw new UserError(
      `The entry ${SERVICE} / ${key} in the keychain is damaged. Sign in again: ghl-contacts-mcp login`,
    );
  }
}

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
