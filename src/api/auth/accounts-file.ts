import { readFileSync, type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import * as z from 'zod';
import { errorCode, UserError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import { readJson, writeJson } from '../../lib/json-file.ts';

/** A location that is signed in to, without secrets: what `tools/list` and `accounts` need. */
const Account = z.object({
  locationId: z.string(),
  kind: z.enum(['private', 'oauth']),
  name: z.string().optional(),
  companyId: z.string().optional(),
  /** Company id of the agency that its token is always exchanged from. */
  agencyId: z.string().optional(),
  /** Granted by OAuth; empty for a private token, whose scopes cannot be queried. */
  scopes: z.array(z.string()).readonly(),
  /** Epoch ms at which the access token expires; absent for a private token. */
  expiresAt: z.number().optional(),
  /** Epoch ms of the sign-in. */
  since: z.number(),
});
export type Account = Readonly<z.infer<typeof Account>>;

/** An agency's grant: the token of a location is exchanged for it when the location is first used. */
const Agency = z.object({
  companyId: z.string(),
  scopes: z.array(z.string()).readonly(),
  locations: z.array(z.object({ id: z.string(), name: z.string().optional() })).readonly(),
  since: z.number(),
});
export type Agency = Readonly<z.infer<typeof Agency>>;

/** A refresh token that is being spent, or whose new pair could not be stored. */
const Renewal = z.object({
  /** Of the secret store. */
  key: z.string(),
  /** A hash of the refresh token. */
  fingerprint: z.string(),
  /** Lock signature of the process. */
  signature: z.string(),
  /** Epoch ms at which it was first sent. */
  startedAt: z.number(),
});
export type Renewal = Readonly<z.infer<typeof Renewal>>;

const Accounts = z.object({
  accounts: z.array(Account).readonly(),
  agencies: z.array(Agency).readonly(),
  /** Where the secrets are, so that no start has to find out. */
  store: z.enum(['keychain', 'file']).optional(),
  /** The `state` of each unfinished login. */
  pending: z.array(z.string()).readonly().optional(),
  renewals: z.array(Renewal).readonly().optional(),
});
export type Accounts = Readonly<z.infer<typeof Accounts>>;

const NO_ACCOUNTS: Accounts = { accounts: [], agencies: [] };
const WHAT = 'The list of accounts';

/** Each write replaces the file, so that every version is another file with another time. */
const versionOf = (found: Stats | undefined): string =>
  found ? `${found.ino} ${found.mtimeMs} ${found.size}` : 'none';

/** The list of accounts: a file without secrets next to the secret store. */
export class AccountsFile {
  readonly path: string;
  /** Version of the file as last read. */
  #version: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<Accounts> {
    const json = await readJson(this.path, WHAT);
    return json === undefined ? NO_ACCOUNTS : this.#validate(json);
  }

  /** For the start, which neither waits nor fails: a problem with the file is reported with the first call. */
  readAtStart(): Accounts | { readonly problem: string } {
    try {
      this.#version = versionOf(statSync(this.path, { throwIfNoEntry: false }));
      return this.#validate(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT') return NO_ACCOUNTS;
      this.#version = undefined;
      return { problem: code ? `${WHAT} ${this.path} cannot be read (${code}).` : this.#damaged() };
    }
  }

  /** The accounts, or undefined if the file is the one that was read before. */
  async readIfChanged(): Promise<Accounts | { readonly problem: string } | undefined> {
    const version = versionOf(await stat(this.path).catch(() => undefined));
    if (version === this.#version) return undefined;
    this.#version = version;
    return this.read().catch((error: Error) => {
      // The next call reads it again.
      this.#version = undefined;
      return { problem: error.message };
    });
  }

  change(edit: (accounts: Accounts) => Accounts): Promise<void> {
    return withFileLock(`${this.path}.lock`, async () => {
      await writeJson(this.path, edit(await this.read()), WHAT);
    });
  }

  /** Adds an account, or replaces the one of the same location. */
  put(account: Account): Promise<void> {
    return this.change((all) => ({
      ...all,
      accounts: [...all.accounts.filter(({ locationId }) => locationId !== account.locationId), account],
    }));
  }

  #validate(json: unknown): Accounts {
    const { data } = Accounts.safeParse(json);
    if (data) return data;
    throw new UserError(this.#damaged());
  }

  #damaged(): string {
    return `${WHAT} ${this.path} is damaged. Move it away and sign in again with ghl-contacts-mcp login.`;
  }
}
