import { describe, expect, test } from 'vitest';
import type { Json } from '../api.ts';
import { openApp, REFRESH_TOKEN_NOT_FOUND } from './app.ts';

const DAY = 86_400_000;

describe('a refresh token', () => {
  test('is exchanged for a new, valid pair with the same grant', async () => {
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

  test('returns the same pair again for thirty seconds', async () => {
    const { sandbox, signIn, refresh, requests } = openApp();
    const { refresh_token } = await signIn();
    const first = (await refresh(refresh_token)).body;
    sandbox.advance(30_000);
    const again = (await refresh(refresh_token)).body;
    expect(again).toEqual({ ...first, traceId: again.traceId });
    const [last] = (await requests()).slice(-1);
    expect(last).toMatchObject({ status: 200, graceRefresh: true });
    expect(last.spentRefreshToken).toBeUndefined();
  });

  test('is rejected after the grace period, and the recorded request says so', async () => {
    const { sandbox, signIn, refresh, requests } = openApp();
    const { refresh_token } = await signIn();
    await refresh(refresh_token);
    sandbox.advance(30_001);
    const { status, body } = await refresh(refresh_token);
    expect(status).toBe(401);
    expect(body).toEqual(REFRESH_TOKEN_NOT_FOUND);
    const marks = (await requests()).map(({ spentRefreshToken }: Json) => spentRefreshToken);
    expect(marks).toEqual([undefined, undefined, undefined, true]);
  });

  test('has no grace period for wrong credentials', async () => {
    const { signIn, refresh } = openApp();
    const { refresh_token } = await signIn();
    await refresh(refresh_token);
    const { status, body } = await refresh(refresh_token, { client_secret: 'wrong' });
    expect([status, body.error_description]).toEqual([401, 'Invalid client credentials']);
  });

  test('stays valid after wrong credentials', async () => {
    const { signIn, refresh } = openApp();
    const { refresh_token } = await signIn();
    expect((await refresh(refresh_token, { client_secret: 'wrong' })).status).toBe(401);
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  test('is rejected if it is unknown, and the recorded request has no mark', async () => {
    const { refresh, requests } = openApp();
    expect((await refresh('eyJ')).body).toEqual(REFRESH_TOKEN_NOT_FOUND);
    expect(Object.keys((await requests())[0])).toEqual(['at', 'method', 'path', 'status']);
  });

  test('refusedRefresh: invalid_grant', async () => {
    const { status, body } = await openApp({ switches: { refusedRefresh: 'invalid_grant' } }).refresh('eyJ');
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  test('expires after a year', async () => {
    const { sandbox, signIn, refresh } = openApp();
    const [one, two] = [await signIn(), await signIn()];
    sandbox.advance(365 * DAY - 1);
    expect((await refresh(one.refresh_token)).status).toBe(200);
    sandbox.advance(1);
    expect((await refresh(two.refresh_token)).status).toBe(401);
  });

  test('is not accepted as an access token', async () => {
    const { signIn, clientOf } = openApp();
    const { refresh_token } = await signIn();
    expect((await clientOf({ access_token: refresh_token }).get('/contacts/x')).body.message).toBe('Invalid JWT');
  });
});
