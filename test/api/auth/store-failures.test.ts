import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { StoredTokenSource, type StoredTokenSourceOptions } from '../../../src/api/auth/token-source.ts';
import type { TokenStore } from '../../../src/api/auth/token-store.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { MACHINE } from '../../../src/lib/lock-signature.ts';
import { consented, type SignedIn, signedIn } from './signed-in.ts';

const DAY = 86_400_000;
const GRACE = 31_000;

/** What may fail: writing a secret, writing the list of accounts, acquiring the lock. */
type Part = 'secrets' | 'facts' | 'lock';

/** The store, with failures of the parts in `failing`. */
function withFailures(store: TokenStore) {
  const failing = new Set<Part>();
  const check = (part: Part) => {
    if (failing.has(part)) throw new UserError(`The ${part} cannot be written (ENOSPC).`);
  };
  const accounts = Object.create(store.accounts) as TokenStore['accounts'];
  accounts.read = () => store.accounts.read();
  accounts.change = async (edit) => {
    check('facts');
    await store.accounts.change(edit);
  };
  const broken: TokenStore = {
    accounts,
    async secrets() {
      const secrets = await store.secrets();
      return {
        ...secrets,
        async set(key, secret) {
          check('secrets');
          await secrets.set(key, secret);
        },
      };
    },
    withRefreshLock: async (work) => {
      check('lock');
      return store.withRefreshLock(work);
    },
  };
  return { broken, failing };
}

/** The token source of a server process, over a store that can fail. */
function processOn(world: SignedIn, locationId = world.locationId) {
  const { broken, failing } = withFailures(world.store);
  const warnings: string[] = [];
  const timers: (() => void)[] = [];
  const at: { step: string; fail: readonly Part[] } = { step: '', fail: [] };
  const options: StoredTokenSourceOptions = {
    store: broken,
    oauth: world.oauth,
    locationId,
    now: world.now,
    warn: (why) => void warnings.push(why),
    after: (_, then) => void timers.push(then),
    step: (name) => {
      if (name === at.step) for (const part of at.fail) failing.add(part);
    },
  };
  const source = new StoredTokenSource(options);
  const works = async () => {
    const { token, locationId: where } = await source.current();
    const headers = { authorization: `Bearer ${token}`, version: '2021-07-28' };
    const url = `http://sandbox.invalid/contacts/?locationId=${where}`;
    return (await world.sandbox.fetch(new Request(url, { headers }))).status === 200;
  };
  const outcome = () =>
    source.current().then(
      () => 'works',
      (error: Error) => error.message,
    );
  /** The parts fail from this step of the next refresh on. */
  const failFrom = (step: string, ...fail: Part[]) => Object.assign(at, { step, fail });
  const repair = () => {
    at.step = '';
    failing.clear();
  };
  return { source, works, outcome, failFrom, repair, failing, warnings, timers };
}

const storedPair = async ({ store, locationId }: SignedIn) => {
  const pair = await (await store.secrets()).get(`location:${locationId}`);
  if (pair?.kind !== 'oauth') throw new Error('no pair');
  return pair;
};
const spent = async (world: SignedIn) =>
  (await world.tokenRequests()).filter(({ spentRefreshToken }) => spentRefreshToken);

describe('a store that fails before the refresh token is used', () => {
  test.each([['secrets'], ['facts'], ['lock']] as const)(
    '%s: nothing is sent, the call gives the reason, and it works when the store works again',
    async (part) => {
      const world = await signedIn();
      const { outcome, works, failing, repair } = processOn(world);
      world.advance(2 * DAY);
      failing.add(part);
      expect(await outcome()).toContain(`The ${part} cannot be written (ENOSPC).`);
      expect(await world.tokenRequests()).toEqual([]);
      repair();
      expect(await works()).toBe(true);
      expect(await world.tokenRequests()).toHaveLength(1);
    },
  );

  test.each([['secrets'], ['facts'], ['lock']] as const)('%s: a valid token is still used', async (part) => {
    const world = await signedIn();
    const { works, failing } = processOn(world);
    world.advance(DAY - 60_000);
    failing.add(part);
    expect(await works()).toBe(true);
    expect(await world.tokenRequests()).toEqual([]);
  });

  test('the sign-in is still valid, as the message says', async () => {
    const world = await signedIn();
    const { outcome, failing } = processOn(world);
    world.advance(2 * DAY);
    failing.add('secrets');
    expect(await outcome()).toBe(
      'The sign-in has to be renewed, and was not, because the new tokens could not be stored; the sign-in is still valid. The secrets cannot be written (ENOSPC).',
    );
  });
});

/** Steps after HighLevel took the refresh token, and what fails from there on. */
const LATE: [string, ...Part[]][] = [
  ['after receive', 'secrets'],
  ['after receive', 'facts'],
  ['after receive', 'secrets', 'facts', 'lock'],
  ['after store', 'facts'],
  ['after store', 'facts', 'lock'],
];

describe.each(LATE)('a store that fails %s: %s %s %s', (...row) => {
  const [step, ...parts] = row as [string, ...Part[]];
  test('the new pair is used and stored with the next call, and a restart works with it', async () => {
    const world = await signedIn();
    const before = await storedPair(world);
    const { works, failFrom, repair, warnings } = processOn(world);
    world.advance(2 * DAY);
    failFrom(step, ...parts);
    expect(await works()).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('cannot be written (ENOSPC)')]);
    for (let call = 0; call < 3; call += 1) {
      world.advance(60_000);
      expect(await works()).toBe(true);
    }
    repair();
    world.advance(60_000);
    expect(await works()).toBe(true);
    await expect.poll(async () => (await world.store.accounts.read()).renewals).toEqual([]);
    expect((await storedPair(world)).refreshToken).not.toBe(before.refreshToken);
    expect(await processOn(world).works()).toBe(true);
    expect(await world.tokenRequests()).toHaveLength(1);
    // The restart can refresh as well.
    world.advance(2 * DAY);
    expect(await processOn(world).works()).toBe(true);
    expect(await spent(world)).toEqual([]);
  });

  test('a timer stores the pair if no call comes', async () => {
    const world = await signedIn();
    const { works, failFrom, repair, timers, source } = processOn(world);
    world.advance(2 * DAY);
    failFrom(step, ...parts);
    expect(await works()).toBe(true);
    repair();
    expect(timers).toHaveLength(1);
    timers[0]?.();
    await source.flush();
    expect(await processOn(world).works()).toBe(true);
    expect(await world.tokenRequests()).toHaveLength(1);
  });

  test('a store that fails for two days uses no further refresh token, and the sign-in stays valid', async () => {
    const world = await signedIn();
    const { works, outcome, failFrom, repair } = processOn(world);
    world.advance(2 * DAY);
    failFrom(step, ...parts);
    expect(await works()).toBe(true);
    world.advance(2 * DAY);
    expect(await outcome()).toContain('cannot be written (ENOSPC)');
    expect(await world.tokenRequests()).toHaveLength(1);
    repair();
    expect(await works()).toBe(true);
    expect(await processOn(world).works()).toBe(true);
    expect(await world.tokenRequests()).toHaveLength(2);
    expect(await spent(world)).toEqual([]);
  });
});

describe('two processes sharing a store that fails for one of them', () => {
  test('within the grace period the other process gets the same pair and stores it', async () => {
    const world = await signedIn();
    const [one, two] = [processOn(world), processOn(world)];
    world.advance(2 * DAY);
    one.failFrom('after receive', 'secrets');
    expect(await one.works()).toBe(true);
    world.advance(20_000);
    expect(await two.works()).toBe(true);
    expect((await two.source.current()).token).toBe((await one.source.current()).token);
    expect(await spent(world)).toEqual([]);
    // The stored pair is that of the first, which has nothing left to store.
    one.repair();
    world.advance(60_000);
    await one.source.flush();
    world.advance(2 * DAY);
    expect([await one.works(), await two.works()]).toEqual([true, true]);
    expect(await spent(world)).toEqual([]);
  });

  test('after the grace period the other process uses no refresh token and says what to do', async () => {
    const world = await signedIn();
    const [one, two] = [processOn(world), processOn(world)];
    world.advance(2 * DAY);
    one.failFrom('after receive', 'secrets');
    expect(await one.works()).toBe(true);
    world.advance(GRACE);
    expect(await two.outcome()).toMatch(
      /^Another ghl-contacts-mcp \(process \d+\) has renewed this sign-in and could not store the new tokens; it tries again every few seconds\. Make the token store writable/,
    );
    expect(await world.tokenRequests()).toHaveLength(1);
    one.repair();
    world.advance(10_000);
    expect(await one.works()).toBe(true);
    await one.source.flush();
    expect(await two.works()).toBe(true);
    expect(await world.tokenRequests()).toHaveLength(1);
    expect(await spent(world)).toEqual([]);
  });

  test('a newer sign-in is not overwritten by the pair in memory', async () => {
    const world = await signedIn();
    const one = processOn(world);
    world.advance(2 * DAY);
    one.failFrom('after receive', 'secrets');
    expect(await one.works()).toBe(true);
    const grant = await world.oauth.exchange(await consented(world.sandbox));
    await (await world.store.secrets()).set(`location:${world.locationId}`, grant.pair);
    one.repair();
    await one.source.flush();
    expect(await storedPair(world)).toEqual(grant.pair);
    expect((await one.source.current()).token).toBe(grant.pair.accessToken);
  });

  test('a logout is not undone by the pair in memory', async () => {
    const world = await signedIn();
    const one = processOn(world);
    world.advance(2 * DAY);
    one.failFrom('after receive', 'secrets');
    expect(await one.works()).toBe(true);
    const secrets = await world.store.secrets();
    for (const key of await secrets.keys()) await secrets.remove(key);
    await world.store.accounts.change(() => ({ accounts: [], agencies: [] }));
    one.repair();
    await one.source.flush();
    expect(await secrets.keys()).toEqual([]);
    expect(await world.store.accounts.read()).toMatchObject({ accounts: [] });
  });
});

describe('a process that exited with a pair that it could not store', () => {
  /** Changes the process of the listed renewals. */
  const setProcess = async (world: SignedIn, signature: string) => {
    const { renewals = [] } = await world.store.accounts.read();
    await world.store.accounts.change((all) => ({
      ...all,
      renewals: renewals.map((each) => ({ ...each, signature })),
    }));
  };
  const endedProcess = () => `${MACHINE} 999999999 x`;

  test('the next start within the grace period gets the pair again', async () => {
    const world = await signedIn();
    const one = processOn(world);
    world.advance(2 * DAY);
    one.failFrom('after receive', 'secrets');
    expect(await one.works()).toBe(true);
    await setProcess(world, endedProcess());
    world.advance(20_000);
    expect(await processOn(world).works()).toBe(true);
    expect(await spent(world)).toEqual([]);
  });

  test('after the grace period a new login is required', async () => {
    const world = await signedIn();
    const one = processOn(world);
    world.advance(2 * DAY);
    one.failFrom('after receive', 'secrets');
    expect(await one.works()).toBe(true);
    await setProcess(world, endedProcess());
    world.advance(GRACE);
    expect(await processOn(world).outcome()).toMatch(/Sign in again: ghl-contacts-mcp login$/);
  });

  test('on another machine the token is tried, and the message names the other process', async () => {
    const world = await signedIn();
    const one = processOn(world);
    world.advance(2 * DAY);
    one.failFrom('after receive', 'secrets');
    expect(await one.works()).toBe(true);
    await setProcess(world, 'elsewhere 17 x');
    world.advance(GRACE);
    expect(await processOn(world).outcome()).toMatch(
      /^Another ghl-contacts-mcp \(process 17\) has renewed this sign-in/,
    );
  });
});

test('the pairs of an agency and of its location are both held in memory until they can be stored', async () => {
  const world = await signedIn();
  const [location] = world.sandbox.agencyLocations;
  const grant = await world.oauth.exchange(await consented(world.sandbox, 'Company'));
  const companyId = grant.companyId ?? '';
  await (await world.store.secrets()).set(`company:${companyId}`, grant.pair);
  const locations = [{ id: location?.id ?? '', name: 'Place' }];
  await world.store.accounts.change((all) => ({
    ...all,
    agencies: [{ companyId, scopes: grant.scopes, locations, since: 0 }],
  }));
  world.advance(2 * DAY);
  const one = processOn(world, location?.id);
  one.failFrom('after receive', 'secrets', 'facts');
  expect(await one.works()).toBe(true);
  one.repair();
  await one.source.flush();
  const two = processOn(world, location?.id);
  expect((await two.source.current()).token).toBe((await one.source.current()).token);
  world.advance(2 * DAY);
  expect(await two.works()).toBe(true);
  expect(await spent(world)).toEqual([]);
  expect((await world.store.accounts.read()).accounts.map(({ locationId }) => locationId)).toContain(location?.id);
});

test('the accounts file contains no part of a refresh token', async () => {
  const world = await signedIn();
  const { refreshToken } = await storedPair(world);
  const one = processOn(world);
  world.advance(2 * DAY);
  one.failFrom('after receive', 'secrets');
  await one.works();
  const text = await readFile(world.store.accounts.path, 'utf8');
  expect(JSON.parse(text).renewals).toHaveLength(1);
  for (let at = 0; at + 8 <= refreshToken.length; at += 1) expect(text).not.toContain(refreshToken.slice(at, at + 8));
});

test('a damaged list of refreshes makes the accounts file invalid', async () => {
  const world = await signedIn();
  const all = JSON.parse(await readFile(world.store.accounts.path, 'utf8'));
  await writeFile(world.store.accounts.path, JSON.stringify({ ...all, renewals: [5] }));
  await expect(world.store.accounts.read()).rejects.toThrow(/is damaged/);
});
