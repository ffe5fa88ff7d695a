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

/** As it is stored. */
export const StoredSecret = z.discriminatedUnion('kind', [PrivateToken, TokenPair]);
export type Secret = PrivateToken | TokenPair;

/** Redacted from now on wherever it appears. */
export function remembered<T extends Secret | undefined>(secret: T): T {
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
const File = z.object({ secrets: z.record(z.string(), StoredSecret) });

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
