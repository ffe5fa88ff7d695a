import { describe, expect, test } from 'vitest';
import { type Json, openSandbox } from '../api.ts';
import { openApp, REFRESH_TOKEN_NOT_FOUND } from './app.ts';

describe('revoke', () => {
  test('revokes an access token while its refresh token stays valid', async () => {
    const { sandbox, signIn, refresh, clientOf, works } = openApp();
    const signedIn = await signIn();
    expect(sandbox.revoke(signedIn.access_token)).toBe(true);
    expect((await clientOf(signedIn).get('/contacts/x')).body.message).toBe('Invalid JWT');
    expect(await works((await refresh(signedIn.refresh_token)).body)).toBe(true);
  });

  test('revokes a refresh token, and the recorded request has no mark', async () => {
    const { sandbox, signIn, refresh, requests } = openApp();
    const { refresh_token } = await signIn();
    sandbox.revoke(refresh_token);
    expect((await refresh(refresh_token)).body).toEqual(REFRESH_TOKEN_NOT_FOUND);
    expect((await requests()).at(-1).spentRefreshToken).toBeUndefined();
  });

  test('revokes a private token until reset', async () => {
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

  test('is a control endpoint that rejects unknown tokens', async () => {
    const { sandbox, request, signIn, works } = openApp();
    const revoke = async (body: string) => (await request('/__sandbox/revoke', { method: 'POST', body })).status;
    const signedIn = await signIn();
    expect(await revoke(JSON.stringify({ token: signedIn.access_token }))).toBe(200);
    expect(await works(signedIn)).toBe(false);
    expect([await revoke('{"token":"x"}'), await revoke('')]).toEqual([422, 422]);
    expect(sandbox.revoke('x')).toBe(false);
  });
});

describe('reset', () => {
  test('removes OAuth codes and tokens', async () => {
    const { sandbox, consent, redeem, signIn, refresh, works } = openApp();
    const [{ code }, signedIn] = [await consent(), await signIn()];
    sandbox.reset();
    expect(await works(signedIn)).toBe(false);
    expect((await refresh(signedIn.refresh_token)).status).toBe(401);
    expect((await redeem(code)).status).toBe(401);
  });

  test('never issues an old token again', async () => {
    const { sandbox, signIn, works } = openApp();
    const before = await signIn();
    sandbox.reset();
    await signIn();
    expect(await works(before)).toBe(false);
  });

  test('keeps the app and its locations', async () => {
    const { sandbox, signInAgency, installedLocations } = openApp();
    sandbox.reset();
    const { body } = await installedLocations(await signInAgency());
    expect(body.locations.slice(1).map(({ _id: id }: Json) => id)).toEqual(sandbox.agencyLocations.map(({ id }) => id));
  });
});
