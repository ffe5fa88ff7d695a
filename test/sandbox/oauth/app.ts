import type { SandboxOptions } from '../../../src/sandbox/index.ts';
import { type Answer, client, type Json, openSandbox } from '../api.ts';

export const CALLBACK = 'http://127.0.0.1:4599/callback';
export const SCOPES = 'contacts.readonly contacts.write locations.readonly';
export const AGENCY_SCOPES = `${SCOPES} oauth.readonly oauth.write`;

/** A sandbox with an app that uses its OAuth endpoints. */
export function openApp(options: SandboxOptions = {}) {
  const { sandbox } = openSandbox(options);
  const { clientId, clientSecret } = sandbox.oauthClient;
  const request = (path: string, init?: RequestInit) => sandbox.fetch(new Request(`http://sandbox.test${path}`, init));
  const query = { response_type: 'code', client_id: clientId, redirect_uri: CALLBACK, scope: SCOPES };

  async function consent(overrides: Record<string, string | undefined> = {}, path = '/oauth/chooselocation') {
    const sent = Object.entries({ ...query, ...overrides }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const response = await request(`${path}?${new URLSearchParams(sent)}`);
    const location = response.headers.get('Location');
    const params = location === null ? undefined : new URL(location).searchParams;
    return { response, location, params, code: params?.get('code') ?? '' };
  }
  async function token(fields: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields });
    const response = await request('/oauth/token', { method: 'POST', body });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  const redeem = (code: string, extra: Record<string, string> = {}) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...extra });
  const refresh = (refresh_token: string, extra: Record<string, string> = {}) =>
    token({ grant_type: 'refresh_token', refresh_token, ...extra });
  const signIn = async (): Promise<Json> => (await redeem((await consent()).code)).body;
  const signInAgency = async (): Promise<Json> =>
    (await redeem((await consent({ user_type: 'Company', scope: AGENCY_SCOPES })).code)).body;
  async function requestLocationToken(
    agency: Json,
    locationId: string,
    companyId: string = agency.companyId,
  ): Promise<Answer> {
    const response = await request('/oauth/locationToken', {
      method: 'POST',
      headers: { Authorization: `Bearer ${agency.access_token}`, Version: '2021-07-28' },
      body: new URLSearchParams({ companyId, locationId }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  const installedLocations = (agency: Json, query: Record<string, string> = {}) =>
    client(sandbox, agency.access_token).get(
      `/oauth/installedLocations?${new URLSearchParams({ companyId: agency.companyId, appId: clientId.slice(0, 24), ...query })}`,
    );
  const requests = async (): Promise<Json> => (await request('/__sandbox/requests')).json();
  const clientOf = ({ access_token }: Json) => client(sandbox, access_token);
  const works = async (signedIn: Json) =>
    (await clientOf(signedIn).get(`/contacts/?locationId=${signedIn.locationId}`)).status === 200;
  return {
    sandbox,
    request,
    consent,
    token,
    redeem,
    refresh,
    signIn,
    signInAgency,
    requestLocationToken,
    installedLocations,
    requests,
    clientOf,
    works,
  };
}

export const claimsOf = (jwt: string): Json => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());

/** The body of the error for an unknown, spent or revoked refresh token. */
export const REFRESH_TOKEN_NOT_FOUND = { error: 'UnAuthorized!', error_description: 'Refresh token not found' };
