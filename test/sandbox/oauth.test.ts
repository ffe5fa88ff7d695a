import { describe, expect, test } from 'vitest';
import { type SandboxOptions, serveSandbox } from '../../src/sandbox/index.ts';
import { type Answer, client, type Json, openSandbox } from './api.ts';

const CALLBACK = 'http://127.0.0.1:4599/callback';
const SCOPES = 'contacts.readonly contacts.write locations.readonly';
const AGENCY_SCOPES = `${SCOPES} oauth.readonly oauth.write`;
const DAY = 86_400_000;

/** A sandbox, and what an app does with its OAuth endpoints. */
function openApp(options: SandboxOptions = {}) {
  const { sandbox } = openSandbox(options);
  const { clientId, clientSecret } = sandbox.oauthClient;
  const ask = (path: string, init?: RequestInit) => sandbox.fetch(new Request(`http://sandbox.test${path}`, init));
  const link = { response_type: 'code', client_id: clientId, redirect_uri: CALLBACK, scope: SCOPES };

  async function agree(query: Record<string, string | undefined> = {}, path = '/oauth/chooselocation') {
    const sent = Object.entries({ ...link, ...query }).filter(
      (each): each is [string, string] => each[1] !== undefined,
    );
    const response = await ask(`${path}?${new URLSearchParams(sent)}`);
    const location = response.headers.get('Location');
    const params = location === null ? undefined : new URL(location).searchParams;
    return { response, location, params, code: params?.get('code') ?? '' };
  }
  async function token(fields: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields });
    const response = await ask('/oauth/token', { method: 'POST', body });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  const redeem = (code: string, more: Record<string, string> = {}) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...more });
  const refresh = (refresh_token: string, more: Record<string, string> = {}) =>
    token({ grant_type: 'refresh_token', refresh_token, ...more });
  const signIn = async (): Promise<Json> => (await redeem((await agree()).code)).body;
  const signInAgency = async (): Promise<Json> =>
    (await redeem((await agree({ user_type: 'Company', scope: AGENCY_SCOPES })).code)).body;
  async function exchange(agency: Json, locationId: string, companyId: string = agency.companyId): Promise<Answer> {
    const response = await ask('/oauth/locationToken', {
      method: 'POST',
      headers: { Authorization: `Bearer ${agency.access_token}`, Version: '2021-07-28' },
      body: new URLSearchParams({ companyId, locationId }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  const installed = (agency: Json, query: Record<string, string> = {}) =>
    client(sandbox, agency.access_token).get(
      `/oauth/installedLocations?${new URLSearchParams({ companyId: agency.companyId, appId: clientId.slice(0, 24), ...query })}`,
    );
  const arrivals = async (): Promise<Json> => (await ask('/__sandbox/requests')).json();
  const as = ({ access_token }: Json) => client(sandbox, access_token);
  const works = async (signedIn: Json) =>
    (await as(signedIn).get(`/contacts/?locationId=${signedIn.locationId}`)).status === 200;
  return {
    sandbox,
    ask,
    agree,
    token,
    redeem,
    refresh,
    signIn,
    signInAgency,
    exchange,
    installed,
    arrivals,
    as,
    works,
  };
}

const claimsOf = (jwt: string): Json => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
const notFound = { error: 'UnAuthorized!', error_description: 'Refresh token not found' };

describe('the app', () => {
  test('has a client in the shape of the real ones', () => {
    const { clientId, clientSecret } = openApp().sandbox.oauthClient;
    expect(clientId).toMatch(/^[0-9a-f]{24}-[0-9a-z]{8}$/);
    expect(clientSecret).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test('is the same for the same seed', () => {
    expect(openApp({ seed: 3 }).sandbox.oauthClient).toEqual(openApp({ seed: 3 }).sandbox.oauthClient);
    expect(openApp({ seed: 3 }).sandbox.oauthClient).not.toEqual(openApp({ seed: 4 }).sandbox.oauthClient);
  });
});

describe('consent', () => {
  test.each(['/oauth/chooselocation', '/v2/oauth/chooselocation'])('%s redirects with a code', async (path) => {
    const { response, location, code } = await openApp().agree({}, path);
    expect(response.status).toBe(302);
    expect(location).toBe(`${CALLBACK}?code=${code}`);
    expect(code).toMatch(/^[0-9a-f]{40}$/);
  });

  test('gives back the state', async () => {
    const { params } = await openApp().agree({ state: 'a b&c' });
    expect(params?.get('state')).toBe('a b&c');
  });

  test('loses the state on demand', async () => {
    const { params, code } = await openApp({ switches: { callbackState: 'dropped' } }).agree({ state: 'abc' });
    expect(params?.has('state')).toBe(false);
    expect(code).not.toBe('');
  });

  test("keeps the redirect's own query", async () => {
    const { location } = await openApp().agree({ redirect_uri: 'https://app.example/cb?tenant=7' });
    expect(location).toMatch(/^https:\/\/app\.example\/cb\?tenant=7&code=[0-9a-f]{40}$/);
  });

  test.each([
    ['no client', { client_id: undefined }, 'client_id is missing or malformed'],
    ['a malformed client', { client_id: 'abc' }, 'client_id is missing or malformed'],
    ['an unknown client', { client_id: `${'0'.repeat(24)}-abcdefgh` }, 'No app has this client_id'],
    ['another response type', { response_type: 'token' }, 'response_type must be code'],
    ['no redirect', { redirect_uri: undefined }, 'redirect_uri must be an https address'],
    ['a redirect in the open', { redirect_uri: 'http://app.example/cb' }, 'redirect_uri must be an https address'],
    ['no scope', { scope: undefined }, 'scope is missing'],
  ])('%s is a page, not a redirect', async (_what, query, text) => {
    const { response, location } = await openApp().agree(query);
    expect([response.status, location]).toEqual([400, null]);
    expect(await response.text()).toContain(text);
  });
});

describe('a code', () => {
  test('becomes a pair of tokens for the location', async () => {
    const { sandbox, agree, redeem } = openApp();
    const { status, body } = await redeem((await agree()).code);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 86399,
      refresh_token: expect.stringMatching(/^eyJ/),
      scope: SCOPES,
      refreshTokenId: expect.stringMatching(/^[0-9a-f]{24}$/),
      userType: 'Location',
      companyId: expect.stringMatching(/^\w{20}$/),
      locationId: sandbox.locationId,
      userId: expect.stringMatching(/^\w{20}$/),
      isBulkInstallation: false,
      traceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test("carries what is known of the real tokens' claims", async () => {
    const { sandbox, signIn } = openApp();
    expect(claimsOf((await signIn()).access_token)).toMatchObject({
      authClass: 'Location',
      authClassId: sandbox.locationId,
      primaryAuthClassId: sandbox.locationId,
      source: 'INTEGRATION',
      sourceId: sandbox.oauthClient.clientId,
      channel: 'OAUTH',
      scopes: SCOPES.split(' '),
    });
  });

  test('opens the location for the scopes agreed to, and no other', async () => {
    const { signIn, as, works } = openApp();
    const signedIn = await signIn();
    expect(await works(signedIn)).toBe(true);
    const { status, body } = await as(signedIn).get(`/users/?locationId=${signedIn.locationId}`);
    expect([status, body.message]).toEqual([401, 'The token is not authorized for this scope.']);
  });

  test('is redeemed as JSON as well', async () => {
    const { sandbox, ask, agree } = openApp();
    const { clientId, clientSecret } = sandbox.oauthClient;
    const response = await ask('/oauth/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: 'authorization_code',
        code: (await agree()).code,
      }),
    });
    expect(response.status).toBe(200);
  });

  test('works once', async () => {
    const { agree, redeem } = openApp();
    const { code } = await agree();
    await redeem(code);
    const { status, body } = await redeem(code);
    expect(status).toBe(401);
    expect(body).toEqual({ error: 'UnAuthorized!', error_description: 'Authorization code not found' });
  });

  test('expires after ten minutes', async () => {
    const { sandbox, agree, redeem } = openApp();
    const [early, late] = [(await agree()).code, (await agree()).code];
    sandbox.advance(599_999);
    expect((await redeem(early)).status).toBe(200);
    sandbox.advance(1);
    expect((await redeem(late)).status).toBe(401);
  });

  test('is looked at before the credentials', async () => {
    const { redeem } = openApp();
    const { body } = await redeem('0'.repeat(40), { client_secret: 'wrong' });
    expect(body.error_description).toBe('Authorization code not found');
  });

  test('survives wrong credentials', async () => {
    const { agree, redeem } = openApp();
    const { code } = await agree();
    const { status, body } = await redeem(code, { client_secret: 'wrong' });
    expect([status, body.error_description]).toEqual([401, 'Invalid client credentials']);
    expect((await redeem(code)).status).toBe(200);
  });

  test('belongs to its redirect', async () => {
    const { agree, redeem } = openApp();
    const { status, body } = await redeem((await agree()).code, { redirect_uri: `${CALLBACK}/` });
    expect([status, body.error_description]).toEqual([401, 'Redirect URI does not match']);
  });
});

describe('the token endpoint', () => {
  test.each([
    [{ grant_type: 'authorization_code' }, ['code must be a string']],
    [{ grant_type: 'refresh_token', refresh_token: '' }, ['refresh_token should not be empty']],
    [{ grant_type: 'refresh_token', refresh_token: 'x', client_id: '' }, ['client_id should not be empty']],
    [{ grant_type: 'refresh_token', refresh_token: 'x', nonce: '1' }, ['property nonce should not exist']],
    [{ grant_type: 'password' }, [expect.stringMatching(/^grant_type must be one of the following values/)]],
  ])('%j is a 422', async (fields, message) => {
    const { status, body } = await openApp().token(fields);
    expect(status).toBe(422);
    expect(body).toEqual({ statusCode: 422, message, error: 'Unprocessable Entity' });
  });

  test('does not serve client credentials', async () => {
    const { status, body } = await openApp().token({ grant_type: 'client_credentials' });
    expect([status, body.error]).toEqual([400, 'unsupported_grant_type']);
  });

  test('counts as a request and meets faults', async () => {
    const { refresh, arrivals } = openApp({ faults: [{ route: 'POST /oauth/token', fault: { status: 503 } }] });
    expect((await refresh('x')).status).toBe(503);
    expect(await arrivals()).toMatchObject([{ method: 'POST', path: '/oauth/token', status: 503 }]);
  });

  test('is limited like the rest', async () => {
    const { refresh } = openApp({ rate: 1 });
    await refresh('x');
    expect((await refresh('x')).status).toBe(429);
  });
});

describe('a refresh token', () => {
  test('becomes a new pair that works, for the same grant', async () => {
    const { signIn, refresh, works } = openApp();
    const before = await signIn();
    const { status, body } = await refresh(before.refresh_token);
    expect(status).toBe(200);
    expect(await works(body)).toBe(true);
    expect(body.access_token).not.toBe(before.access_token);
    expect(body.refresh_token).not.toBe(before.refresh_token);
    const { scope, userType, companyId, locationId, userId } = before;
    expect(body).toMatchObject({ scope, userType, companyId, locationId, userId });
  });

  test('gives the same pair again for thirty seconds', async () => {
    const { sandbox, signIn, refresh, arrivals } = openApp();
    const { refresh_token } = await signIn();
    const first = (await refresh(refresh_token)).body;
    sandbox.advance(30_000);
    const again = (await refresh(refresh_token)).body;
    expect(again).toEqual({ ...first, traceId: again.traceId });
    const [last] = (await arrivals()).slice(-1);
    expect(last).toMatchObject({ status: 200, graceRefresh: true });
    expect(last.spentRefreshToken).toBeUndefined();
  });

  test('is refused after the grace, and the request is marked', async () => {
    const { sandbox, signIn, refresh, arrivals } = openApp();
    const { refresh_token } = await signIn();
    await refresh(refresh_token);
    sandbox.advance(30_001);
    const { status, body } = await refresh(refresh_token);
    expect(status).toBe(401);
    expect(body).toEqual(notFound);
    const marks = (await arrivals()).map(({ spentRefreshToken }: Json) => spentRefreshToken);
    expect(marks).toEqual([undefined, undefined, undefined, true]);
  });

  test('is no grace for another client', async () => {
    const { signIn, refresh } = openApp();
    const { refresh_token } = await signIn();
    await refresh(refresh_token);
    const { status, body } = await refresh(refresh_token, { client_secret: 'wrong' });
    expect([status, body.error_description]).toEqual([401, 'Invalid client credentials']);
  });

  test('survives wrong credentials', async () => {
    const { signIn, refresh } = openApp();
    const { refresh_token } = await signIn();
    expect((await refresh(refresh_token, { client_secret: 'wrong' })).status).toBe(401);
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  test('unknown is refused without a mark', async () => {
    const { refresh, arrivals } = openApp();
    expect((await refresh('eyJ')).body).toEqual(notFound);
    expect(Object.keys((await arrivals())[0])).toEqual(['at', 'method', 'path', 'status']);
  });

  test('refusedRefresh: invalid_grant', async () => {
    const { status, body } = await openApp({ switches: { refusedRefresh: 'invalid_grant' } }).refresh('eyJ');
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  test('lives for a year', async () => {
    const { sandbox, signIn, refresh } = openApp();
    const [one, two] = [await signIn(), await signIn()];
    sandbox.advance(365 * DAY - 1);
    expect((await refresh(one.refresh_token)).status).toBe(200);
    sandbox.advance(1);
    expect((await refresh(two.refresh_token)).status).toBe(401);
  });

  test('is no access token', async () => {
    const { signIn, as } = openApp();
    const { refresh_token } = await signIn();
    expect((await as({ access_token: refresh_token }).get('/contacts/x')).body.message).toBe('Invalid JWT');
  });
});

describe('an access token', () => {
  test('expires after a day', async () => {
    const { sandbox, signIn, as, works } = openApp();
    const signedIn = await signIn();
    sandbox.advance(86_398_999);
    expect(await works(signedIn)).toBe(true);
    sandbox.advance(1);
    const { status, body } = await as(signedIn).get('/contacts/x');
    expect(status).toBe(401);
    expect(body).toEqual({ statusCode: 401, message: 'Invalid JWT' });
  });

  test('lives as long as the option says', async () => {
    const { sandbox, signIn, works } = openApp({ tokenTtlMs: 60_000 });
    const signedIn = await signIn();
    expect(signedIn.expires_in).toBe(60);
    sandbox.advance(60_000);
    expect(await works(signedIn)).toBe(false);
  });

  test('outlives the refresh of its pair', async () => {
    const { signIn, refresh, works } = openApp();
    const signedIn = await signIn();
    await refresh(signedIn.refresh_token);
    expect(await works(signedIn)).toBe(true);
  });
});

describe('an agency', () => {
  test('gets a token without a location', async () => {
    const { sandbox, signInAgency } = openApp();
    const agency = await signInAgency();
    expect(agency).toMatchObject({ userType: 'Company', scope: AGENCY_SCOPES, isBulkInstallation: true });
    expect(agency.approvedLocations).toEqual([sandbox.locationId, ...sandbox.agencyLocations.map(({ id }) => id)]);
    expect(agency.locationId).toBeUndefined();
    expect(claimsOf(agency.access_token)).toMatchObject({ authClass: 'Company', authClassId: agency.companyId });
  });

  test('does not reach contacts with it', async () => {
    const { sandbox, signInAgency, as } = openApp();
    const { status, body } = await as(await signInAgency()).get(`/contacts/?locationId=${sandbox.locationId}`);
    expect(status).toBe(401);
    expect(body.message).toMatch(/^This authClass type is not allowed to access this scope\./);
  });

  test('lists its locations', async () => {
    const { sandbox, signInAgency, installed } = openApp();
    const { status, body } = await installed(await signInAgency());
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: 3, installToFutureLocations: true });
    expect(body.locations[0]).toEqual({
      _id: sandbox.locationId,
      name: 'Spoke & Gear Bicycle Workshop',
      address: '1846 N Milwaukee Ave, Chicago, IL 60647, US',
      isInstalled: true,
    });
    expect(body.locations.slice(1).map(({ _id: id, name }: Json) => ({ id, name }))).toEqual(sandbox.agencyLocations);
  });

  test.each([
    [{ skip: '1', limit: '1' }, 1, 3],
    [{ query: 'KAYAK' }, 1, 1],
    [{ appId: '0'.repeat(24) }, 0, 0],
    [{ isInstalled: 'false' }, 0, 0],
  ])('lists %j of them', async (query, rows, count) => {
    const { signInAgency, installed } = openApp();
    const { body } = await installed(await signInAgency(), query);
    expect([body.locations.length, body.count]).toEqual([rows, count]);
  });

  test('gets a token for each of them', async () => {
    const { sandbox, signInAgency, exchange, as } = openApp();
    const agency = await signInAgency();
    for (const { id } of sandbox.agencyLocations) {
      const { status, body } = await exchange(agency, id);
      expect(status).toBe(201);
      expect(body).toMatchObject({ userType: 'Location', locationId: id, companyId: agency.companyId });
      expect(body).toMatchObject({ expires_in: 86400, appId: sandbox.oauthClient.clientId.slice(0, 24) });
      expect((await as(body).get(`/contacts/?locationId=${id}`)).body.count).toBe(2);
    }
  });

  test('gets tokens with two scopes it did not ask for', async () => {
    const { sandbox, agree, redeem, exchange } = openApp();
    const { code } = await agree({ user_type: 'Company', scope: 'contacts.readonly oauth.write' });
    const { body } = await exchange((await redeem(code)).body, sandbox.locationId);
    expect(body.scope.split(' ').sort()).toEqual(['contacts.readonly', 'oauth.readonly', 'oauth.write']);
  });

  test('gets tokens that stay in their location', async () => {
    const { sandbox, signInAgency, exchange, as } = openApp();
    const [here, there] = sandbox.agencyLocations;
    const { body } = await exchange(await signInAgency(), here?.id ?? '');
    expect((await as(body).get(`/contacts/?locationId=${there?.id}`)).status).toBe(403);
  });

  test('may refresh the token of a location by itself', async () => {
    const { sandbox, signInAgency, exchange, refresh, works } = openApp();
    const agency = await signInAgency();
    const minted = (await exchange(agency, sandbox.locationId)).body;
    const { body } = await refresh(minted.refresh_token);
    expect(body.locationId).toBe(sandbox.locationId);
    expect(await works(body)).toBe(true);
  });

  test('installs the version in the link', async () => {
    const { sandbox, agree, redeem, exchange } = openApp();
    const version_id = 'a'.repeat(24);
    const { code } = await agree({ user_type: 'Company', scope: AGENCY_SCOPES, version_id });
    const { body } = await exchange((await redeem(code)).body, sandbox.locationId);
    expect(body.versionId).toBe(version_id);
  });

  test('gets no token for a location of another company', async () => {
    const { sandbox, signInAgency, exchange } = openApp();
    const { status, body } = await exchange(await signInAgency(), sandbox.foreign.locationId);
    expect([status, body.message]).toEqual([403, 'The token does not have access to this location.']);
  });

  test('speaks for no other company', async () => {
    const { sandbox, signInAgency, exchange, installed } = openApp();
    const agency = await signInAgency();
    expect((await exchange(agency, sandbox.locationId, 'x'.repeat(20))).status).toBe(403);
    expect((await installed(agency, { companyId: 'x'.repeat(20) })).status).toBe(403);
  });

  test('needs the scope for it', async () => {
    const { sandbox, agree, redeem, exchange } = openApp();
    const agency = (await redeem((await agree({ user_type: 'Company' })).code)).body;
    const { status, body } = await exchange(agency, sandbox.locationId);
    expect([status, body.message]).toEqual([401, 'The token is not authorized for this scope.']);
  });

  test('needs a version header, unlike the token endpoint', async () => {
    const { ask, signInAgency } = openApp();
    const { access_token } = await signInAgency();
    const headers = { Authorization: `Bearer ${access_token}` };
    const response = await ask('/oauth/locationToken', { method: 'POST', headers, body: new URLSearchParams() });
    expect(await response.json()).toEqual({ statusCode: 401, message: 'version header was not found.' });
  });

  test('installedLocationsUnderV3: served, and removed on demand', async () => {
    const served = openApp();
    const agency = await served.signInAgency();
    const all = `/oauth/installedLocations?companyId=${agency.companyId}&appId=x`;
    expect((await served.as(agency).send('GET', all, undefined, { Version: 'v3' })).status).toBe(200);
    const { signInAgency, as } = openApp({ switches: { installedLocationsUnderV3: 'removed' } });
    const { access_token, companyId } = await signInAgency();
    const path = `/oauth/installedLocations?companyId=${companyId}&appId=x`;
    const { status, body } = await as({ access_token }).send('GET', path, undefined, { Version: 'v3' });
    expect(status).toBe(400);
    expect(body.message).toContain(`Endpoint ${path} not available in API version v3.`);
  });
});

describe('the doors of an agency', () => {
  test("are closed to a location's token, whatever its scopes", async () => {
    const { sandbox, signInAgency, exchange } = openApp();
    const minted = (await exchange(await signInAgency(), sandbox.locationId)).body;
    const { status, body } = await exchange(minted, sandbox.locationId);
    expect(status).toBe(401);
    expect(body.message).toMatch(/^This authClass type is not allowed/);
  });

  test("are closed to an agency's private token", async () => {
    const { sandbox, exchange } = openApp();
    const access_token = sandbox.issueToken({ userType: 'Company', scopes: ['oauth.write'] });
    const { status, body } = await exchange({ access_token, companyId: 'x' }, sandbox.locationId);
    expect([status, body.message]).toEqual([401, 'The token is not authorized for this scope.']);
  });
});

test("the sandbox's own token does not reach the agency's other locations", async () => {
  const { sandbox, get } = openSandbox();
  for (const { id } of sandbox.agencyLocations) {
    expect((await get(`/contacts/?locationId=${id}`)).status).toBe(403);
  }
});

describe('revoking', () => {
  test('ends an access token, while its refresh token goes on', async () => {
    const { sandbox, signIn, refresh, as, works } = openApp();
    const signedIn = await signIn();
    expect(sandbox.revoke(signedIn.access_token)).toBe(true);
    expect((await as(signedIn).get('/contacts/x')).body.message).toBe('Invalid JWT');
    expect(await works((await refresh(signedIn.refresh_token)).body)).toBe(true);
  });

  test('ends a refresh token, without a mark', async () => {
    const { sandbox, signIn, refresh, arrivals } = openApp();
    const { refresh_token } = await signIn();
    sandbox.revoke(refresh_token);
    expect((await refresh(refresh_token)).body).toEqual(notFound);
    expect((await arrivals()).at(-1).spentRefreshToken).toBeUndefined();
  });

  test('ends a private token until reset', async () => {
    const { sandbox, get } = openSandbox();
    sandbox.revoke(sandbox.token);
    expect((await get('/contacts/x')).body.message).toBe('Invalid Private Integration token');
    sandbox.reset();
    expect((await get('/contacts/x')).status).toBe(400);
  });

  test('is undone by issuing the token again', async () => {
    const { sandbox, get } = openSandbox();
    sandbox.revoke(sandbox.token);
    sandbox.issueToken({ token: sandbox.token, scopes: ['contacts.readonly'] });
    expect((await get('/contacts/x')).status).toBe(400);
  });

  test('is on the switchboard, which refuses what it never gave out', async () => {
    const { sandbox, ask, signIn, works } = openApp();
    const revoke = async (body: string) => (await ask('/__sandbox/revoke', { method: 'POST', body })).status;
    const signedIn = await signIn();
    expect(await revoke(JSON.stringify({ token: signedIn.access_token }))).toBe(200);
    expect(await works(signedIn)).toBe(false);
    expect([await revoke('{"token":"x"}'), await revoke('')]).toEqual([422, 422]);
    expect(sandbox.revoke('x')).toBe(false);
  });
});

describe('reset', () => {
  test('forgets codes and tokens of OAuth', async () => {
    const { sandbox, agree, redeem, signIn, refresh, works } = openApp();
    const [{ code }, signedIn] = [await agree(), await signIn()];
    sandbox.reset();
    expect(await works(signedIn)).toBe(false);
    expect((await refresh(signedIn.refresh_token)).status).toBe(401);
    expect((await redeem(code)).status).toBe(401);
  });

  test('never gives an old token out again', async () => {
    const { sandbox, signIn, works } = openApp();
    const before = await signIn();
    sandbox.reset();
    await signIn();
    expect(await works(before)).toBe(false);
  });

  test('keeps the app and its locations', async () => {
    const { sandbox, signInAgency, installed } = openApp();
    sandbox.reset();
    const { body } = await installed(await signInAgency());
    expect(body.locations.slice(1).map(({ _id: id }: Json) => id)).toEqual(sandbox.agencyLocations.map(({ id }) => id));
  });
});

test('all of it works over HTTP', async () => {
  const { sandbox } = openApp();
  const { url, close } = await serveSandbox(sandbox);
  try {
    const { clientId: client_id, clientSecret: client_secret } = sandbox.oauthClient;
    const link = { response_type: 'code', client_id, redirect_uri: CALLBACK, scope: SCOPES };
    const page = await fetch(`${url}/v2/oauth/chooselocation?${new URLSearchParams(link)}`, { redirect: 'manual' });
    const code = new URL(page.headers.get('Location') ?? '').searchParams.get('code') ?? '';
    const body = new URLSearchParams({ client_id, client_secret, grant_type: 'authorization_code', code });
    const answer = (await (await fetch(`${url}/oauth/token`, { method: 'POST', body })).json()) as Json;
    const headers = { Authorization: `Bearer ${answer.access_token}`, Version: '2021-07-28' };
    expect((await fetch(`${url}/locations/${answer.locationId}`, { headers })).status).toBe(200);
  } finally {
    await close();
  }
});
