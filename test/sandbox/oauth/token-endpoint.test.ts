import { describe, expect, test } from 'vitest';
import { serveSandbox } from '../../../src/sandbox/index.ts';
import type { Json } from '../api.ts';
import { CALLBACK, claimsOf, openApp, SCOPES } from './app.ts';

describe('an authorization code', () => {
  test('is exchanged for a pair of tokens of the location', async () => {
    const { sandbox, consent, redeem } = openApp();
    const { status, body } = await redeem((await consent()).code);
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

  test('gives an access token with the known claims of real tokens', async () => {
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

  test('gives access to the location for the granted scopes only', async () => {
    const { signIn, clientOf, works } = openApp();
    const signedIn = await signIn();
    expect(await works(signedIn)).toBe(true);
    const { status, body } = await clientOf(signedIn).get(`/users/?locationId=${signedIn.locationId}`);
    expect([status, body.message]).toEqual([401, 'The token is not authorized for this scope.']);
  });

  test('can be redeemed with a JSON body', async () => {
    const { sandbox, request, consent } = openApp();
    const { clientId, clientSecret } = sandbox.oauthClient;
    const response = await request('/oauth/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: 'authorization_code',
        code: (await consent()).code,
      }),
    });
    expect(response.status).toBe(200);
  });

  test('can be redeemed once', async () => {
    const { consent, redeem } = openApp();
    const { code } = await consent();
    await redeem(code);
    const { status, body } = await redeem(code);
    expect(status).toBe(401);
    expect(body).toEqual({ error: 'UnAuthorized!', error_description: 'Authorization code not found' });
  });

  test('expires after ten minutes', async () => {
    const { sandbox, consent, redeem } = openApp();
    const [early, late] = [(await consent()).code, (await consent()).code];
    sandbox.advance(599_999);
    expect((await redeem(early)).status).toBe(200);
    sandbox.advance(1);
    expect((await redeem(late)).status).toBe(401);
  });

  test('is checked before the credentials', async () => {
    const { redeem } = openApp();
    const { body } = await redeem('0'.repeat(40), { client_secret: 'wrong' });
    expect(body.error_description).toBe('Authorization code not found');
  });

  test('stays valid after wrong credentials', async () => {
    const { consent, redeem } = openApp();
    const { code } = await consent();
    const { status, body } = await redeem(code, { client_secret: 'wrong' });
    expect([status, body.error_description]).toEqual([401, 'Invalid client credentials']);
    expect((await redeem(code)).status).toBe(200);
  });

  test('is valid only with its redirect address', async () => {
    const { consent, redeem } = openApp();
    const { status, body } = await redeem((await consent()).code, { redirect_uri: `${CALLBACK}/` });
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

  test('rejects the grant type client_credentials', async () => {
    const { status, body } = await openApp().token({ grant_type: 'client_credentials' });
    expect([status, body.error]).toEqual([400, 'unsupported_grant_type']);
  });

  test('records requests and applies faults', async () => {
    const { refresh, requests } = openApp({ faults: [{ route: 'POST /oauth/token', fault: { status: 503 } }] });
    expect((await refresh('x')).status).toBe(503);
    expect(await requests()).toMatchObject([{ method: 'POST', path: '/oauth/token', status: 503 }]);
  });

  test('has the rate limit of the other routes', async () => {
    const { refresh } = openApp({ rate: 1 });
    await refresh('x');
    expect((await refresh('x')).status).toBe(429);
  });
});

describe('an access token', () => {
  test('expires after a day', async () => {
    const { sandbox, signIn, clientOf, works } = openApp();
    const signedIn = await signIn();
    sandbox.advance(86_398_999);
    expect(await works(signedIn)).toBe(true);
    sandbox.advance(1);
    const { status, body } = await clientOf(signedIn).get('/contacts/x');
    expect(status).toBe(401);
    expect(body).toEqual({ statusCode: 401, message: 'Invalid JWT' });
  });

  test('expires after tokenTtlMs', async () => {
    const { sandbox, signIn, works } = openApp({ tokenTtlMs: 60_000 });
    const signedIn = await signIn();
    expect(signedIn.expires_in).toBe(60);
    sandbox.advance(60_000);
    expect(await works(signedIn)).toBe(false);
  });

  test('stays valid after its pair was refreshed', async () => {
    const { signIn, refresh, works } = openApp();
    const signedIn = await signIn();
    await refresh(signedIn.refresh_token);
    expect(await works(signedIn)).toBe(true);
  });
});

test('sign-in works over HTTP', async () => {
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
