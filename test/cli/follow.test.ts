import { expect, test } from 'vitest';
import { follow, type Look } from '../../src/cli/follow.ts';
import { virtualClock } from '../api/virtual-clock.ts';

const MINUTE = 60_000;

/** Follows until `looks` are used up, and gives the ms between them. */
async function intervals(looks: readonly (Look | Error)[], dailyLimit?: number) {
  const timers = virtualClock(0);
  const stop = new AbortController();
  const at: number[] = [];
  const look = async (): Promise<Look> => {
    const next = looks[at.length];
    at.push(timers.now());
    if (at.length === looks.length) stop.abort();
    if (next instanceof Error) throw next;
    return next ?? { lines: 0, requests: 1 };
  };
  const mayRetry = (error: unknown) => error instanceof TypeError;
  const ended = await follow(look, { timers, signal: stop.signal, dailyLimit: () => dailyLimit, mayRetry }).then(
    () => 'ended',
    (error: Error) => error.message,
  );
  return { ended, between: at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / MINUTE) };
}

const some: Look = { lines: 1, requests: 1 };
const none: Look = { lines: 0, requests: 1 };

test('looks half a minute after changes, and less and less often while there are none', async () => {
  const { ended, between } = await intervals([some, some, none, none, none, none, none, some, some]);
  expect([ended, between]).toEqual(['ended', [0.5, 0.5, 1, 2, 4, 5, 5, 0.5]]);
});

test('looks take at most a tenth of the requests of a day', async () => {
  const costly: Look = { lines: 1, requests: 200 };
  expect((await intervals([costly, costly, some, some], 10_000)).between).toEqual([288, 288, 1.44]);
  expect((await intervals([costly, costly, some, some], 200_000)).between).toEqual([14.4, 14.4, 0.5]);
});

test('a failed look is repeated, except the first one and where no look can succeed', async () => {
  const temporary = new TypeError('temporary');
  expect((await intervals([some, temporary, temporary, some, some])).between).toEqual([0.5, 1, 2, 0.5]);
  expect(await intervals([temporary, some, some])).toEqual({ ended: 'temporary', between: [] });
  expect((await intervals([some, new Error('for good'), some])).ended).toBe('for good');
});

test('a look that the end interrupts is no failure, and no wait delays the end', async () => {
  expect((await intervals([some, new Error('Connection closed')])).ended).toBe('ended');
  const timers = virtualClock(0);
  const stop = new AbortController();
  const following = follow(async () => none, {
    ...{ timers: { ...timers, setTimer: () => () => undefined }, signal: stop.signal },
    ...{ dailyLimit: () => undefined, mayRetry: () => true },
  });
  setImmediate(() => stop.abort());
  await following;
  expect(timers.now()).toBe(0);
});
