import type { Grant } from '../auth.ts';
import { DAY, MINUTE } from '../dates.ts';
import type { Ids } from '../ids.ts';
import type { OauthClient } from '../options.ts';
import { jwt } from './jwt.ts';

const CODE_TTL_MS = 10 * MINUTE;
const REFRESH_TOKEN_TTL_MS = 365 * DAY;
/** For this long a repeated refresh returns the same new pair, so that a lost response does not end the sign-in. */
const REFRESH_GRACE_MS = 30_000;

/** The result of the consent page, stored until its code is redeemed. */
export interface Consent {
  readonly grant: Grant;
  readonly redirectUri: string;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshTokenId: string;
  readonly grant: Grant;
}

interface TokenEntry {
  readonly grant: Grant;
  readonly expiresAt: number;
}
interface RefreshTokenEntry extends TokenEntry {
  /** The pair that replaced it, and when (epoch ms). */
  readonly next?: { readonly pair: TokenPair; readonly at: number };
}
/** `grace`: used, but a repeated use still returns the same pair. `spent`: used, and the grace period is over. */
type RefreshTokenState = 'unknown' | 'fresh' | 'grace' | 'spent';

/** OAuth's codes, access tokens and refresh tokens, and the revoked tokens of every kind. */
export class TokenStore {
  readonly client: OauthClient;
  readonly ttlMs: number;
  readonly revoked = new Set<string>();
  readonly #ids: Ids;
  readonly #codes = new Map<string, Consent & { readonly expiresAt: number }>();
  readonly #accessTokens = new Map<string, TokenEntry>();
  readonly #refreshTokens = new Map<string, RefreshTokenEntry>();

  constructor(ids: Ids, client: OauthClient, ttlMs: number) {
    this.#ids = ids;
    this.client = client;
    this.ttlMs = ttlMs;
  }

  issueCode(consent: Consent, now: number): string {
    const code = this.#ids.code();
    this.#codes.set(code, { ...consent, expiresAt: now + CODE_TTL_MS });
    return code;
  }

  findConsent(code: string, now: number): Consent | undefined {
    const found = this.#codes.get(code);
    return found && now < found.expiresAt ? found : undefined;
  }

  redeem(code: string, { grant }: Consent, now: number): TokenPair {
    this.#codes.delete(code);
    return this.issuePair(grant, now);
  }

  issuePair(grant: Grant, now: number): TokenPair {
    const token = (ttlMs: number) => jwt(this.#ids, this.client.clientId, grant, now, now + ttlMs);
    const pair = {
      accessToken: token(this.ttlMs),
      refreshToken: token(REFRESH_TOKEN_TTL_MS),
      refreshTokenId: this.#ids.hex(),
      grant,
    };
    this.#accessTokens.set(pair.accessToken, { grant, expiresAt: now + this.ttlMs });
    this.#refreshTokens.set(pair.refreshToken, { grant, expiresAt: now + REFRESH_TOKEN_TTL_MS });
    return pair;
  }

  /** The grant of an access token that has not expired. */
  grantOf(accessToken: string, now: number): Grant | undefined {
    const found = this.#accessTokens.get(accessToken);
    return found && now < found.expiresAt ? found.grant : undefined;
  }

  refreshStateOf(refreshToken: string, now: number): RefreshTokenState {
    const found = this.#refreshTokens.get(refreshToken);
    if (found?.next && now > found.next.at + REFRESH_GRACE_MS) return 'spent';
    if (!found || now >= found.expiresAt || this.revoked.has(refreshToken)) return 'unknown';
    return found.next ? 'grace' : 'fresh';
  }

  /** A new pair, or the same pair again within the grace period. Call only for a token in the state fresh or grace. */
  refresh(refreshToken: string, now: number): TokenPair | undefined {
    const found = this.#refreshTokens.get(refreshToken);
    if (!found || found.next) return found?.next?.pair;
    const pair = this.issuePair(found.grant, now);
    this.#refreshTokens.set(refreshToken, { ...found, next: { pair, at: now } });
    return pair;
  }

  has(token: string): boolean {
    return this.#accessTokens.has(token) || this.#refreshTokens.has(token);
  }
}
