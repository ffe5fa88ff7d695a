import { readFileSync, type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import * as z from 'zod';
import { UserError } from '../../lib/errors.ts';
import { withFileLock } from '../../lib/file-lock.ts';
import { readJson, writeJson } from '../../lib/json-file.ts';

/** One location signed in to, without any secret: what `tools/list` and `accounts` need. */
const Account = z.object({
  locationId: z.string(),
  kind: z.enum(['private', 'oauth']),
  name: z.string().optional(),
  companyId: z.string().optional(),
  /** Company id of the agency that its token is always exchanged from. */
  agencyId: z.string().optional(),
  /** Granted by OAuth; empty for a private token, whose scopes nobody can ask for. */
  scopes: z.array(z.string()).readonly(),
  /** Epoch ms at which the access token ends; absent for a private token. */
  expiresAt: z.number().optional(),
  /** Epoch ms at which it was signed in. */
  since: z.number(),
});
export type Account = Readonly<z.infer<typeof Account>>;

/** An agency's grant: its locations are exchanged for when they are first used. */
const Agency = z.object({
  companyId: z.string(),
  scopes: z.array(z.string()).readonly(),
  locations: z.array(z.object({ id: z.string(), name: z.string().optional() })).readonly(),
  since: z.number(),
});

/** A refresh token that is being spent, or whose new pair could not be stored. */
const Renewal = z.object({
  /** Of the store. */
  key: z.string(),
  /** A hash of the refresh token. */
  token: z.string(),
  /** The process, as locks name it. */
  by: z.string(),
  /** Epoch ms at which it was first sent. */
  at: z.number(),
});
export type Renewal = Readonly<z.infer<typeof Renewal>>;

const Accounts = z.object({
  accounts: z.array(Account).readonly(),
  agencies: z.array(Agency).readonly(),
  /** Which store the secrets went to, so that no start has to find out. */
  store: z.enum(['keychain', 'file']).optional(),
  /** The `state` of each login that was begun and not finished. */
  pending: z.array(z.string()).readonly().optional(),
  renewals: z.array(Renewal).readonly().optional(),
});
export type Accounts = Readonly<z.infer<typeof Accounts>>;

const NOBODY: Accounts = { accounts: [], agencies: [] };
const WHAT = 'The list of accounts';

/** Each write replaces the file, so that the next version is another file with another time. */
const versionOf = (found: Stats | undefined): string =>
  found ? `${found.ino} ${found.mtimeMs} ${found.size}` : 'none';

/** The plain file beside the store. */
export class AccountsFile {
  readonly path: string;
  /** The version of the file that was read last. */
  #seen: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<Accounts> {
    const json = await readJson(this.path, WHAT);
    return json === undefined ? NOBODY : this.#checked(json);
  }

  /** For the start, which waits for nothing and fails for nothing: what is wrong with the file is told later. */
  readAtStart(): Accounts | { readonly problem: string } {
    try {
      this.#seen = versionOf(statSync(this.path, { throwIfNoEntry: false }));
      return this.#checked(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return NOBODY;
      this.#seen = undefined;
      return { problem: code ? `${WHAT} ${this.path} cannot be read (${code}).` : this.#damaged() };
    }
  }

  /** What the file says now, or undefined where it is the one that was read before. */
  async readIfChanged(): Promise<Accounts | { readonly problem: string } | undefined> {
    const version = versionOf(await stat(this.path).catch(() => undefined));
    if (version === this.#seen) return undefined;
    this.#seen = version;
    return this.read().catch((error: Error) => {
      // It may be read the next time.
      this.#seen = undefined;
      return { problem: error.message };
    });
  }

  change(edit: (accounts: Accounts) => Accounts): Promise<void> {
    return withFileLock(`${this.path}.lock`, async () => {
      await writeJson(this.path, edit(await this.read()), WHAT);
    });
  }

  /** Adds an account or takes the place of the one of the same location. */
  put(account: Account): Promise<void> {
    return this.change((all) => ({
      ...all,
      accounts: [...all.accounts.filter(({ locationId }) => locationId !== account.locationId), account],
    }));
  }

  #checked(json: unknown): Accounts {
    const { data } = Accounts.safeParse(json);
    if (data) return data;
    throw new UserError(this.#damaged());
  }

  #damaged(): string {
    return `${WHAT} ${this.path} is damaged. Move it away and sign in again with ghl-contacts-mcp login.`;
  }
}
