import { describe, expect, test } from 'vitest';
import { CALLBACK, openApp } from './app.ts';

describe('the OAuth app', () => {
  test('has a client id and secret in the format of HighLevel', () => {
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
    const { response, location, code } = await openApp().consent({}, path);
    expect(response.status).toBe(302);
    expect(location).toBe(`${CALLBACK}?code=${code}`);
    expect(code).toMatch(/^[0-9a-f]{40}$/);
  });

  test('returns the state', async () => {
    const { params } = await openApp().consent({ state: 'a b&c' });
    expect(params?.get('state')).toBe('a b&c');
  });

  test('callbackState dropped: returns no state', async () => {
    const { params, code } = await openApp({ switches: { callbackState: 'dropped' } }).consent({ state: 'abc' });
    expect(params?.has('state')).toBe(false);
    expect(code).not.toBe('');
  });

  test('preserves the query of the redirect address', async () => {
    const { location } = await openApp().consent({ redirect_uri: 'https://app.example/cb?tenant=7' });
    expect(location).toMatch(/^https:\/\/app\.example\/cb\?tenant=7&code=[0-9a-f]{40}$/);
  });

  test.each([
    ['no client id', { client_id: undefined }, 'client_id is missing or malformed'],
    ['a malformed client id', { client_id: 'abc' }, 'client_id is missing or malformed'],
    ['an unknown client id', { client_id: `${'0'.repeat(24)}-abcdefgh` }, 'No app has this client_id'],
    ['another response type', { response_type: 'token' }, 'response_type must be code'],
    ['no redirect address', { redirect_uri: undefined }, 'redirect_uri must be an https address'],
    ['an http redirect address', { redirect_uri: 'http://app.example/cb' }, 'redirect_uri must be an https address'],
    ['no scope', { scope: undefined }, 'scope is missing'],
  ])('%s is an error page, not a redirect', async (_description, query, text) => {
    const { response, location } = await openApp().consent(query);
    expect([response.status, location]).toEqual([400, null]);
    expect(await response.text()).toContain(text);
  });
});
