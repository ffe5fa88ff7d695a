import type { Grant } from '../auth.ts';
import { DAY, MINUTE } from '../dates.ts';
import type { Ids } from '../ids.ts';
import { jwt } from './jwt.ts';

const CODE_LIFE = 10 * MINUTE;
const REFRESH_LIFE = 365 * DAY;
/** For so long the same refresh once more gives the same new pair, so that a lost answer costs nobody the sign-in. */
const GRACE = 30_000;

/** The one app the sandbox knows. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What was agreed to on the consent page, until its code is redeemed. */
export interface Consent {
  readonly grant: Grant;
  readonly redirectUri: string;
}

export interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshTokenId: string;
  readonly grant: Grant;
}

interface Access {
  readonly grant: Grant;
  readonly expiresAt: number;
}
interface Refresh extends Access {
  /** What it was refreshed into, and when. */
  readonly next?: { readonly pair: Pair; readonly at: number };
}
type Kind = 'unknown' | 'fresh' | 'grace' | 'spent';

/** Codes, access tokens and refresh tokens of OAuth, and which tokens of any kind were revoked. */
export class Tokens {
  readonly client: OauthClient;
  readonly ttlMs: number;
  readonly revoked = new Set<string>();
  readonly #ids: Ids;
  readonly #codes = new Map<string, Consent & { readonly expiresAt: number }>();
  readonly #access = new Map<string, Access>();
  readonly #refresh = new Map<string, Refresh>();

  constructor(ids: Ids, client: OauthClient, ttlMs: number) {
    this.#ids = ids;
    this.client = client;
    this.ttlMs = ttlMs;
  }

  issueCode(consent: Consent, now: number): string {
    const code = this.#ids.code();
    this.#codes.set(code, { ...consent, expiresAt: now + CODE_LIFE });
    return code;
  }

  consent(code: string, now: number): Consent | undefined {
    const found = this.#codes.get(code);
    return found && now < found.expiresAt ? found : undefined;
  }

  redeem(code: string, { grant }: Consent, now: number): Pair {
    this.#codes.delete(code);
    return this.mint(grant, now);
  }

  mint(grant: Grant, now: number): Pair {
    const token = (life: number) => jwt(this.#ids, this.client.clientId, grant, now, now + life);
    const pair = {
      accessToken: token(this.ttlMs),
      refreshToken: token(REFRESH_LIFE),
      refreshTokenId: this.#ids.hex(),
      grant,
    };
    this.#access.set(pair.accessToken, { grant, expiresAt: now + this.ttlMs });
    this.#refresh.set(pair.refreshToken, { grant, expiresAt: now + REFRESH_LIFE });
    return pair;
  }

  /** What an access token allows while it lives. */
  grantOf(accessToken: string, now: number): Grant | undefined {
    const found = this.#access.get(accessToken);
    return found && now < found.expiresAt ? found.grant : undefined;
  }

  kindOf(refreshToken: string, now: number): Kind {
    const found = this.#refresh.get(refreshToken);
    if (found?.next && now > found.next.at + GRACE) return 'spent';
    if (!found || now >= found.expiresAt || this.revoked.has(refreshToken)) return 'unknown';
    return found.next ? 'grace' : 'fresh';
  }

  /** A new pair, or within the grace the same one again. Only for a token that is fresh or in its grace. */
  renew(refreshToken: string, now: number): Pair | undefined {
    const found = this.#refresh.get(refreshToken);
    if (!found || found.next) return found?.next?.pair;
    const pair = this.mint(found.grant, now);
    this.#refresh.set(refreshToken, { ...found, next: { pair, at: now } });
    return pair;
  }

  knows(token: string): boolean {
    return this.#access.has(token) || this.#refresh.has(token);
  }
}
