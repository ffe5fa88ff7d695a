import { readFileSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { readJson, writeJson } from './files.ts';
import { locked } from './lock.ts';

/** One location signed in to, without any secret: what `tools/list` and `accounts` need. */
export interface Account {
  readonly locationId: string;
  readonly kind: 'private' | 'oauth';
  readonly name?: string | undefined;
  readonly companyId?: string | undefined;
  /** Granted by OAuth; empty for a private token, whose scopes nobody can ask for. */
  readonly scopes: readonly string[];
  /** Epoch ms at which the access token ends; absent for a private token. */
  readonly expiresAt?: number | undefined;
  /** Epoch ms at which it was signed in. */
  readonly since: number;
}

/** An agency's grant: its locations are exchanged for when they are first used. */
export interface Agency {
  readonly companyId: string;
  readonly scopes: readonly string[];
  readonly locations: readonly { readonly id: string; readonly name?: string | undefined }[];
  readonly since: number;
}

export interface Accounts {
  readonly accounts: readonly Account[];
  readonly agencies: readonly Agency[];
  /** Which store the secrets went to, so that no start has to find out. */
  readonly store?: 'keychain' | 'file';
  /** The `state` of a login that was begun and not finished. */
  readonly pending?: { readonly state: string; readonly scopes: readonly string[] } | undefined;
}

const NOBODY: Accounts = { accounts: [], agencies: [] };
const WHAT = 'The list of accounts';

function checked(json: unknown, path: string): Accounts {
  if (json === undefined) return NOBODY;
  const { accounts, agencies } = json as Partial<Accounts>;
  if (Array.isArray(accounts) && Array.isArray(agencies)) return json as Accounts;
  throw new UserError(`${WHAT} ${path} is damaged. Move it away and sign in again with ghl-contacts-mcp login.`);
}

/** The plain file beside the store. */
export class AccountsFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<Accounts> {
    return checked(await readJson(this.path, WHAT), this.path);
  }

  /** For the start, which waits for nothing; a file that cannot be understood counts as nobody signed in. */
  readAtStart(): Accounts {
    try {
      return checked(JSON.parse(readFileSync(this.path, 'utf8')), this.path);
    } catch {
      return NOBODY;
    }
  }

  change(edit: (accounts: Accounts) => Accounts): Promise<void> {
    return locked(`${this.path}.lock`, async () => {
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
}
