import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { rememberSecret } from '../../lib/redact.ts';
import { ID } from '../endpoint.ts';
import { parseJson, readBody } from '../transport/body.ts';
import type { Transport } from '../transport/types.ts';
import type { TokenPair } from './secret-store.ts';

/** The OAuth app of the owner. */
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

/** The grant is gone for good: revoked, spent elsewhere, or never valid. */
export class SignInRejected extends UserError {}

/** ms for one exchange. */
const TIMEOUT_MS = 15_000;
const MAX_LOCATIONS = 10_000;
/** s that an access token lives where its answer does not say so, and the most that is believed. */
const LIFE_S = 86_399;
const MAX_LIFE_S = 366 * 86_400;
const HEADERS = { accept: 'application/json', 'user-agent': 'ghl-contacts-mcp' };

export interface OAuthOptions {
  readonly transport: Transport;
  readonly baseUrl: string;
  readonly app: OAuthApp;
  readonly now: () => number;
}

/** HighLevel's OAuth endpoints. */
export function createOAuth({ transport, baseUrl, app, now }: OAuthOptions) {
  rememberSecret(app.clientSecret);

  async function post(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: Json }> {
    const request = {
      method: 'POST',
      url: baseUrl + path,
      headers: {
        ...HEADERS,
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams(form).toString(),
    };
    return send(transport, request);
  }

  async function token(form: Record<string, string>): Promise<Grant> {
    rememberSecret(form.code);
    rememberSecret(form.refresh_token);
    const credentials = { client_id: app.clientId, client_secret: app.clientSecret };
    const { status, body } = await post('/oauth/token', { ...credentials, ...form }, {});
    if (status < 300) return grantOf(body, now());
    if (status >= 500 || status === 429)
      throw new UserError(`HighLevel could not sign in just now (${status}). Try again in a minute.`);
    throw new SignInRejected(
      form.grant_type === 'refresh_token'
        ? 'HighLevel no longer accepts this sign-in: it was revoked, or its refresh token was used elsewhere. Sign in again: ghl-contacts-mcp login'
        : 'HighLevel did not accept the code: it can be used once, within ten minutes, with the client id, secret and redirect URI it was made for. Begin again: ghl-contacts-mcp login',
    );
  }

  return {
    exchange: (code: string) => token({ grant_type: 'authorization_code', code, redirect_uri: app.redirectUri }),
    refresh: (pair: TokenPair, userType: 'Company' | 'Location') =>
      token({
        grant_type: 'refresh_token',
        refresh_token: pair.refreshToken,
        user_type: userType,
        redirect_uri: app.redirectUri,
      }),

    /** A location's own pair out of an agency's. */
    async locationToken(agency: string, companyId: string, locationId: string): Promise<Grant> {
      const headers = { authorization: `Bearer ${agency}`, version: '2021-07-28' };
      const { status, body } = await post('/oauth/locationToken', { companyId, locationId }, headers);
      if (status < 300) return grantOf(body, now());
      if (status === 401)
        throw new SignInRejected(
          'HighLevel no longer accepts the agency sign-in, or it lacks oauth.write. Sign in again: ghl-contacts-mcp login',
        );
      throw new UserError(
        `HighLevel gave no token for location ${locationId} (${status}): the app may not be installed there.`,
      );
    },

    /** Locations of an agency that have the app. */
    async locations(agency: string, companyId: string): Promise<{ id: string; name: string | undefined }[]> {
      const found = new Map<string, { id: string; name: string | undefined }>();
      let read = 0;
      const appId = app.clientId.split('-')[0] ?? '';
      for (;;) {
        const rows = await page({ companyId, appId, isInstalled: 'true', limit: '100', skip: String(read) });
        read += rows.length;
        const before = found.size;
        for (const location of rows.flatMap(locationOf)) found.set(location.id, location);
        // A page that brings nothing new ends the list, be it empty or the same as before.
        if (found.size === before || read >= MAX_LOCATIONS) return [...found.values()];
      }

      async function page(query: Record<string, string>): Promise<Json[]> {
        const { status, body } = await send(transport, {
          method: 'GET',
          url: `${baseUrl}/oauth/installedLocations?${new URLSearchParams(query)}`,
          headers: { ...HEADERS, authorization: `Bearer ${agency}`, version: '2021-07-28' },
        });
        if (status < 300 && Array.isArray(body.locations)) return body.locations as Json[];
        if (status < 300)
          throw new UserError(`The list of locations of agency ${companyId} could not be read. Try again in a minute.`);
        throw new UserError(
          `HighLevel did not list the locations of agency ${companyId} (${status}): the app needs the scopes oauth.readonly and oauth.write. Sign in again: ghl-contacts-mcp login --scopes "contacts.readonly oauth.readonly oauth.write"`,
        );
      }
    },
  };
}
export type OAuth = ReturnType<typeof createOAuth>;

/** One location of a list; a row without an id is left out. */
function locationOf(row: Json | null): { id: string; name: string | undefined }[] {
  const { _id, name } = row ?? {};
  if (typeof _id !== 'string' || !ID.test(_id)) return [];
  return [{ id: _id, name: typeof name === 'string' ? name : undefined }];
}

async function send(
  transport: Transport,
  request: Omit<Parameters<Transport>[0], 'signal'>,
): Promise<{ status: number; body: Json }> {
  try {
    const answer = await transport({ ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = parseJson((await readBody(answer)) ?? '');
    return { status: answer.status, body: typeof body === 'object' && body !== null ? (body as Json) : {} };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new UserError(
      `HighLevel could not be reached to sign in (${typeof code === 'string' ? code : 'no answer'}). Try again in a minute.`,
    );
  }
}

function grantOf(body: Json, now: number): Grant {
  const {
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: expiresIn,
    scope,
    userType,
    companyId,
    locationId,
  } = body;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string')
    throw new UserError('HighLevel answered the sign-in without tokens. Try again.');
  rememberSecret(accessToken);
  rememberSecret(refreshToken);
  const said = Number(expiresIn);
  const lifeMs = (said >= 1 && said <= MAX_LIFE_S ? said : LIFE_S) * 1_000;
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return {
    pair: { kind: 'oauth', accessToken, refreshToken, expiresAt: now + lifeMs, lifeMs },
    userType: userType === 'Company' ? 'Company' : 'Location',
    companyId: text(companyId),
    locationId: text(locationId),
    scopes: String(scope ?? '')
      .split(/[\s,]+/)
      .filter(Boolean),
  };
}
