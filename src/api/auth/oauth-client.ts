import { errorCode, UserError } from '../../lib/errors.ts';
import { isRecord, type Json } from '../../lib/json.ts';
import { rememberSecret } from '../../lib/redact.ts';
import { isId } from '../endpoint.ts';
import { BASE_HEADERS, signedHeaders } from '../http-headers.ts';
import { parseJson, readBody } from '../transport/body.ts';
import type { HttpRequest, Transport } from '../transport/types.ts';
import type { TokenPair } from './secret-store.ts';

/** The owner's OAuth app. */
export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/** What HighLevel grants: a pair, and what it is for. */
export interface Grant {
  readonly pair: TokenPair;
  readonly userType: 'Company' | 'Location';
  readonly companyId: string | undefined;
  readonly locationId: string | undefined;
  readonly scopes: readonly string[];
}

/** The grant is lost: revoked, spent elsewhere, or never valid. */
export class SignInRejected extends UserError {
  readonly kind = 'signInRejected';
}

/** ms for one request. */
const TIMEOUT_MS = 15_000;
const PAGE_SIZE = 100;
const MAX_LOCATIONS = 10_000;
/** Lifetime of an access token in s if the response does not have it, and the longest that is accepted. */
const LIFE_S = 86_399;
const MAX_LIFE_S = 366 * 86_400;

interface OAuthOptions {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly app: OAuthApp;
  readonly now: () => number;
}

/** HighLevel's OAuth endpoints. */
export class OAuth {
  readonly #options: OAuthOptions;

  constructor(options: OAuthOptions) {
    this.#options = options;
    rememberSecret(options.app.clientSecret);
  }

  async #token(form: Record<string, string>): Promise<Grant> {
    const { app, now } = this.#options;
    rememberSecret(form.code);
    rememberSecret(form.refresh_token);
    const credentials = { client_id: app.clientId, client_secret: app.clientSecret };
    const { status, body } = await this.#post('/oauth/token', { ...credentials, ...form }, BASE_HEADERS);
    if (status < 300) return grantOf(body, now());
    if (status >= 500 || status === 429)
      throw new UserError(`HighLevel could not sign in just now (${status}). Try again in a minute.`);
    throw new SignInRejected(
      form.grant_type === 'refresh_token'
        ? 'HighLevel no longer accepts this sign-in: it was revoked, or its refresh token was used elsewhere. Sign in again: ghl-contacts-mcp login'
        : 'HighLevel did not accept the code: it can be used once, within ten minutes, with the client id, secret and redirect URI it was made for. Begin again: ghl-contacts-mcp login',
    );
  }

  exchange(code: string): Promise<Grant> {
    const { redirectUri } = this.#options.app;
    return this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri });
  }

  refresh({ refreshToken }: TokenPair, userType: 'Company' | 'Location'): Promise<Grant> {
    const { redirectUri } = this.#options.app;
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, user_type: userType };
    return this.#token({ ...form, redirect_uri: redirectUri });
  }

  /** The pair of a location, exchanged for an agency's access token. */
  async locationToken(agencyToken: string, companyId: string, locationId: string): Promise<Grant> {
    const headers = signedHeaders(agencyToken);
    const { status, body } = await this.#post('/oauth/locationToken', { companyId, locationId }, headers);
    if (status < 300) return grantOf(body, this.#options.now());
    if (status === 401)
      throw new SignInRejected(
        'HighLevel no longer accepts the agency sign-in, or it lacks oauth.write. Sign in again: ghl-contacts-mcp login',
      );
    throw new UserError(
      `HighLevel gave no token for location ${locationId} (${status}): the app may not be installed there.`,
    );
  }

  /** Locations of an agency that have installed the app. */
  async locations(agencyToken: string, companyId: string): Promise<AgencyLocation[]> {
    const found = new Map<string, AgencyLocation>();
    const appId = this.#options.app.clientId.split('-')[0] ?? '';
    for (let skip = 0; skip < MAX_LOCATIONS; ) {
      const query = { companyId, appId, isInstalled: 'true', limit: String(PAGE_SIZE), skip: String(skip) };
      const rows = await this.#locationsPage(agencyToken, query);
      skip += rows.length;
      const before = found.size;
      for (const location of rows.flatMap(parseLocation)) found.set(location.id, location);
      // A page without new locations ends the list: it is empty, or a repetition.
      if (found.size === before) break;
    }
    return [...found.values()];
  }

  async #locationsPage(
    agencyToken: string,
    query: Record<'companyId' | 'appId' | 'isInstalled' | 'limit' | 'skip', string>,
  ): Promise<readonly unknown[]> {
    const { status, body } = await send(this.#options.transport, {
      method: 'GET',
      url: `${this.#options.baseUrl}/oauth/installedLocations?${new URLSearchParams(query)}`,
      headers: signedHeaders(agencyToken),
    });
    if (status < 300 && Array.isArray(body.locations)) return body.locations;
    const { companyId } = query;
    throw new UserError(
      status < 300
        ? `The list of locations of agency ${companyId} could not be read. Try again in a minute.`
        : `HighLevel did not list the locations of agency ${companyId} (${status}): the app needs the scopes oauth.readonly and oauth.write. Sign in again: ghl-contacts-mcp login --scopes "contacts.readonly oauth.readonly oauth.write"`,
    );
  }

  #post(path: string, form: Record<string, string>, headers: Record<string, string>): Promise<OAuthResponse> {
    const { transport, baseUrl } = this.#options;
    return send(transport, {
      method: 'POST',
      url: baseUrl + path,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
  }
}

interface AgencyLocation {
  readonly id: string;
  readonly name: string | undefined;
}

/** A row without an id is left out. */
function parseLocation(row: unknown): AgencyLocation[] {
  const { _id: id, name } = isRecord(row) ? row : {};
  return isId(id) ? [{ id, name: nonEmpty(name) }] : [];
}

interface OAuthResponse {
  readonly status: number;
  readonly body: Json;
}

async function send(transport: Transport, request: Omit<HttpRequest, 'signal'>): Promise<OAuthResponse> {
  try {
    const response = await transport({ ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = parseJson((await readBody(response)) ?? '');
    return { status: response.status, body: isRecord(body) ? body : {} };
  } catch (error) {
    throw new UserError(
      `HighLevel could not be reached to sign in (${errorCode(error) ?? 'no response'}). Try again in a minute.`,
    );
  }
}

function grantOf(body: Json, now: number): Grant {
  const { access_token: accessToken, refresh_token: refreshToken, userType, companyId, locationId } = body;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string')
    throw new UserError('HighLevel answered the sign-in without tokens. Try again.');
  rememberSecret(accessToken);
  rememberSecret(refreshToken);
  const expiresIn = Number(body.expires_in);
  const lifeMs = (expiresIn >= 1 && expiresIn <= MAX_LIFE_S ? expiresIn : LIFE_S) * 1_000;
  return {
    pair: { kind: 'oauth', accessToken, refreshToken, expiresAt: now + lifeMs, lifeMs },
    userType: userType === 'Company' ? 'Company' : 'Location',
    companyId: nonEmpty(companyId),
    locationId: nonEmpty(locationId),
    // A text with spaces or commas, or a list.
    scopes: [body.scope]
      .flat()
      .join(' ')
      .split(/[\s,]+/)
      .filter(Boolean),
  };
}

const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
