import { describe, expect, test } from 'vitest';
import type { Json } from '../api.ts';
import { openApp, SCOPES } from './app.ts';

const V3 = { Version: 'v3' };

/** The OAuth endpoints under v3, whose keys are in camel case. */
function openV3() {
  const app = openApp();
  const { sandbox, request, consent, signInAgency } = app;
  async function token(fields: Readonly<Record<string, string>>) {
    const body = new URLSearchParams({ ...sandbox.oauthClient, ...fields });
    const response = await request('/oauth/token', { method: 'POST', headers: V3, body });
    return { status: response.status, body: (await response.json()) as Json };
  }
  /** A request with the token of an agency. */
  async function asAgency(
    path: string,
    headers: Readonly<Record<string, string>> = V3,
    fields?: Record<string, string>,
  ) {
    const { access_token, companyId } = await signInAgency();
    const query = new URLSearchParams({ companyId, appId: sandbox.oauthClient.clientId.slice(0, 24) });
    const init = fields ? { method: 'POST', body: new URLSearchParams({ companyId, ...fields }) } : {};
    const url = fields ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
    const response = await request(url, { ...init, headers: { ...headers, Authorization: `Bearer ${access_token}` } });
    return { status: response.status, body: (await response.json().catch(() => undefined)) as Json };
  }
  return { ...app, token, asAgency, code: async () => (await consent()).code };
}

describe('under v3', () => {
  test('a code and a refresh token are exchanged with keys in camel case', async () => {
    const { sandbox, token, code } = openV3();
    const first = await token({ grantType: 'authorization_code', code: await code() });
    expect(first).toMatchObject({
      status: 200,
      body: { tokenType: 'Bearer', expiresIn: 86399, scope: SCOPES, locationId: sandbox.locationId },
    });
    const second = await token({ grantType: 'refresh_token', refreshToken: first.body.refreshToken });
    expect(second.body.accessToken).not.toBe(first.body.accessToken);
    expect(Object.keys(second.body).filter((key) => key.includes('_'))).toEqual([]);
  });

  test('keys of earlier versions are rejected', async () => {
    const { token, code } = openV3();
    const { status, body } = await token({ grantType: 'authorization_code', code: await code(), redirect_uri: 'x' });
    expect([status, body.message]).toEqual([422, ['property redirect_uri should not exist']]);
  });

  test('an agency gets the token of a location', async () => {
    const { sandbox, asAgency, clientOf } = openV3();
    const { status, body } = await asAgency('/oauth/location-token', V3, { locationId: sandbox.locationId });
    expect([status, body.locationId, body.expiresIn]).toEqual([201, sandbox.locationId, 86400]);
    const { status: read } = await clientOf({ access_token: body.accessToken }).get(
      `/contacts/?locationId=${sandbox.locationId}`,
    );
    expect(read).toBe(200);
  });

  test('an agency lists its locations by pages', async () => {
    const { sandbox, asAgency } = openV3();
    const { body: first } = await asAgency('/oauth/installed-locations?pageSize=2');
    const { body: last } = await asAgency(
      `/oauth/installed-locations?pageSize=2&pageToken=${first.pagination.nextPageToken}`,
    );
    expect([...first.items, ...last.items].map(({ _id }: Json) => _id)).toEqual([
      sandbox.locationId,
      ...sandbox.agencyLocations.map(({ id }) => id),
    ]);
    expect([last.pagination, last.metadata.count]).toEqual([{}, 3]);
  });
});

test.each([
  ['/oauth/installed-locations', undefined],
  ['/oauth/location-token', { locationId: 'x' }],
])('%s does not exist before v3', async (path, fields) => {
  const { sandbox, asAgency } = openV3();
  const { status } = await asAgency(path, { Version: '2021-07-28' }, fields && { locationId: sandbox.locationId });
  expect(status).toBe(404);
});
