import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../src/api/auth/account-edits.ts';
import { OAuth } from '../../../src/api/auth/oauth-client.ts';
import { StoredTokenSource } from '../../../src/api/auth/token-source.ts';
import { fetchTransport } from '../../../src/api/transport/index.ts';
import type { Json } from '../../../src/lib/json.ts';

import { connect, find } from '../../connect.ts';
import { consented, REDIRECT, type SignedIn, signedIn } from './signed-in.ts';

const DAY = 86_400_000;

/** A server with a token source of its own over the shared store. */
const serverOf = async ({ sandbox, oauth, store, locationId, now }: SignedIn, where = locationId) => {
  const source = new StoredTokenSource({ store, oauth, locationId: where, now });
  const timers = {
    now,
    setTimer: (ms: number, then: () => void) => {
      const t = setTimeout(then, ms);
      return () => clearTimeout(t);
    },
  };
  return connect({
    locationId: () => where,
    api: {
      credential: source,
      timers,
      transport: async (r) => (await import('../../../src/api/transport/index.ts')).fetchTransport(sandbox.fetch)(r),
    },
    scopes: ['contacts.readonly', 'contacts.write'],
  });
};

/** The number of eight concurrent reads that succeed. */
const eight = async ({ call }: Awaited<ReturnType<typeof serverOf>>) => {
  const queries = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const results = await Promise.allSettled(queries.map((query) => call('list_contacts', { query })));
  return results.filter(({ status }) => status === 'fulfilled').length;
};

describe('one refresh for all calls', () => {
  test('a start with an expired token and 8 concurrent calls: exactly one refresh', async () => {
    const world = await signedIn();
    world.advance(2 * DAY);
    expect(await eight(await serverOf(world))).toBe(8);
    expect(await world.tokenRequests()).toHaveLength(1);
  });

  test('expiry during 8 concurrent calls: exactly one refresh', async () => {
    const world = await signedIn();
    const server = await serverOf(world);
    await find(server.call, 'maria');
    // Expired at HighLevel and not by our clock: a 401 reveals it.
    world.sandbox.advance(DAY);
    expect(await eight(server)).toBe(8);
    expect(await world.tokenRequests()).toHaveLength(1);
  });

  test('a restart works with the stored tokens', async () => {
    const world = await signedIn();
    world.advance(2 * DAY);
    expect(await eight(await serverOf(world))).toBe(8);
    expect(await eight(await serverOf(world))).toBe(8);
    expect(await world.tokenRequests()).toHaveLength(1);
    world.advance(2 * DAY);
    expect(await eight(await serverOf(world))).toBe(8);
    expect(await world.tokenRequests()).toHaveLength(2);
  });

  test('two servers on one store with 8 concurrent calls each: no refresh token is used twice', async () => {
    const world = await signedIn();
    world.advance(2 * DAY);
    const [one, two] = await Promise.all([serverOf(world), serverOf(world)]);
    expect((await eight(one)) + (await eight(two))).toBe(16);
    const requests = await world.tokenRequests();
    expect(requests).toHaveLength(1);
    expect(requests.some(({ spentRefreshToken }) => spentRefreshToken)).toBe(false);
  });

  test('a token is refreshed before it expires, so that no call receives a 401', async () => {
    const world = await signedIn();
    const server = await serverOf(world);
    world.advance(DAY - 60_000);
    expect(await eight(server)).toBe(8);
    const log = await world.sandbox.fetch(new Request('http://sandbox.invalid/__sandbox/requests'));
    expect(((await log.json()) as { status: number }[]).filter(({ status }) => status === 401)).toEqual([]);
  });

  test('the error for a revoked token says how to sign in', async () => {
    const world = await signedIn();
    const secret = await (await world.store.secrets()).get(`location:${world.locationId}`);
    if (secret?.kind !== 'oauth') throw new Error('no pair');
    world.sandbox.revoke(secret.refreshToken);
    world.advance(2 * DAY);
    const { refused } = await serverOf(world);
    expect(await refused('list_contacts')).toMatch(
      /^HighLevel no longer accepts this sign-in: .* Sign in again: ghl-contacts-mcp login$/,
    );
  });
});

describe('the response with a new token pair', () => {
  /** The app, with these values in the sandbox's responses. */
  const oauthWith = (world: SignedIn, values: Json) =>
    new OAuth({
      baseUrl: 'http://sandbox.invalid',
      app: { ...world.sandbox.oauthClient, redirectUri: REDIRECT },
      now: world.now,
      transport: fetchTransport(async (request) => {
        const answer = await world.sandbox.fetch(request);
        // As text: 1e999 is valid JSON, but JSON.stringify cannot write it.
        const text = JSON.stringify({ ...((await answer.json()) as Json), ...values }).replace('"huge"', '1e999');
        return new Response(text, answer);
      }),
    });

  test.each(['huge', -5, 0, 'soon', null, 1e15])(
    'an expires_in of %j is ignored, and the store stays valid',
    async (life) => {
      const world = await signedIn();
      world.advance(2 * DAY);
      const server = await serverOf({ ...world, oauth: oauthWith(world, { expires_in: life }) });
      expect(await eight(server)).toBe(8);
      expect(await eight(await serverOf(world))).toBe(8);
      expect(await world.tokenRequests()).toHaveLength(1);
    },
  );

  test.each([[['contacts.readonly', 'contacts.write']], ['contacts.readonly,contacts.write']])(
    'the scopes are read from %j',
    async (scope) => {
      const world = await signedIn();
      const grant = await oauthWith(world, { scope }).exchange(await consented(world.sandbox));
      expect(grant.scopes).toEqual(['contacts.readonly', 'contacts.write']);
    },
  );

  test('a token for another location is neither used nor stored', async () => {
    const world = await signedIn();
    world.advance(2 * DAY);
    const stored = await readFile(world.store.file, 'utf8');
    const server = await serverOf({ ...world, oauth: oauthWith(world, { locationId: 'anotherLocation00000' }) });
    expect(await server.refused('list_contacts')).toContain('with a token of another location');
    expect(await readFile(world.store.file, 'utf8')).toBe(stored);
  });
});

describe('a 401 that a new token cannot fix', () => {
  test('for a missing scope refreshes no token', async () => {
    const world = await signedIn();
    const server = await serverOf(world);
    world.sandbox.setFaults([
      {
        route: '*',
        fault: { status: 401, body: { statusCode: 401, message: 'The token is not authorized for this scope.' } },
      },
    ]);
    expect(await server.refused('list_contacts')).toContain('lacks the scope contacts.readonly');
    expect(await world.tokenRequests()).toEqual([]);
  });
});

describe('an agency', () => {
  test('gets the token of a location on first use and again after it expires', async () => {
    const world = await signedIn();
    const [location] = world.sandbox.agencyLocations;
    if (!location) throw new Error('no agency location');
    const grant = await world.oauth.exchange(await consented(world.sandbox, 'Company'));
    const companyId = grant.companyId ?? '';
    await (await world.store.secrets()).set(`company:${companyId}`, grant.pair);
    const locations = await world.oauth.locations(grant.pair.accessToken, companyId);
    expect(locations.map(({ id }) => id)).toContain(location.id);
    await world.store.accounts.change((all) => ({
      ...all,
      agencies: [{ companyId, scopes: grant.scopes, locations, since: 0 }],
    }));
    const server = await serverOf(world, location.id);
    expect((await server.call('list_contacts')).contacts).toHaveLength(2);
    world.advance(2 * DAY);
    expect((await server.call('list_contacts')).contacts).toHaveLength(2);
    const { accounts } = await world.store.accounts.read();
    expect(accounts.map(({ locationId }) => locationId).sort()).toEqual([world.locationId, location.id].sort());
  });
});

test('the stored account facts contain no secret', async () => {
  const world = await signedIn();
  const grant = await world.oauth.exchange(await consented(world.sandbox));
  const text = JSON.stringify(accountOf(grant, 'L', { name: 'N' }, 0));
  expect(text).not.toContain(grant.pair.accessToken);
  expect(text).not.toContain(grant.pair.refreshToken);
});
