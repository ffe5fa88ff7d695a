import * as z from 'zod';
import { UserError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import { readJson, refuseReadableByOthers, writeJson } from '../../lib/json-file.ts';
import { rememberSecret } from '../../lib/redact.ts';

/** A private integration token, as it was given. */
const PrivateToken = z.object({ kind: z.literal('private'), token: z.string() });
export type PrivateToken = Readonly<z.infer<typeof PrivateToken>>;

/** An OAuth pair; the refresh token can be used once. */
const TokenPair = z.object({
  kind: z.literal('oauth'),
  accessToken: z.string(),
  refreshToken: z.string(),
  /** Epoch ms. */
  expiresAt: z.number(),
  /** ms the access token was given for. */
  lifeMs: z.number(),
});
export type TokenPair = Readonly<z.infer<typeof TokenPair>>;

const Secret = z.discriminatedUnion('kind', [PrivateToken, TokenPair]);
export type Secret = PrivateToken | TokenPair;

/** From here on it is redacted wherever it is met. */
function remembered<T extends Secret | undefined>(secret: T): T {
  for (const value of secret?.kind === 'oauth' ? [secret.accessToken, secret.refreshToken] : [secret?.token])
    rememberSecret(value);
  return secret;
}

/** Where secrets live, by `location:<id>` and `company:<id>`. */
export interface SecretStore {
  /** For people: which store is in use. */
  readonly name: string;
  keys(): Promise<string[]>;
  get(key: string): Promise<Secret | undefined>;
  set(key: string, secret: Secret): Promise<void>;
  remove(key: string): Promise<void>;
}

/** A key for trying whether a store works. */
export const PROBE_KEY = 'probe';

const WHAT = 'The token store';
const File = z.object({ secrets: z.record(z.string(), Secret) });

/** A file of the owner's alone, replaced in one step. */
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

/** One entry of the system's keychain. On Linux the desktop's: the kernel's own keyring forgets at the next boot. */
async function entry(key: string) {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  return new AsyncEntry(SERVICE, key, { linux: { store: 'secret-service' } });
}

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    const why = String((error as Error).message).split('\n')[0];
    throw new UserError(
      `The keychain does not answer (${why}). Unlock it and try again, or sign in with GHL_TOKEN_STORE=file:<path>.`,
    );
  }
}

/** The system's keychain, loaded with the first secret that is asked for. */
export function keychainSecretStore(): SecretStore {
  return {
    name: 'keychain',
    keys: () =>
      asked(async () => {
        const { findCredentialsAsync } = await import('@napi-rs/keyring');
        return (await findCredentialsAsync(SERVICE)).map(({ account }) => account);
      }),
    async get(key) {
      const text = await asked(async () => (await entry(key)).getPassword());
      return text ? entryOf(text, key) : undefined;
    },
    set: (key, secret) => asked(async () => (await entry(key)).setPassword(JSON.stringify(secret))),
    remove: (key) => asked(async () => void (await (await entry(key)).deletePassword())),
  };
}

function entryOf(text: string, key: string): Secret {
  try {
    return remembered(Secret.parse(JSON.parse(text)));
  } catch {
    throw new UserError(
      `The entry ${SERVICE} / ${key} in the keychain is damaged. Sign in again: ghl-contacts-mcp login`,
    );
  }
}

/** As long as a pair of OAuth with many scopes: one system's keychain takes no more than 2,560 bytes. */
const LONG = 'x'.repeat(6_000);

/** Whether there is a keychain that answers and has room for a pair. */
export async function keychainWorks(): Promise<boolean> {
  try {
    const probe = await entry(PROBE_KEY);
    await probe.setPassword(LONG);
    await probe.deletePassword();
    return true;
  } catch {
    return false;
  }
}
