import { describe, expect, test } from 'vitest';
import { RateLimiter } from '../../src/api/rate-limiter.ts';
import { layer, named, type Reply, scripted, watch } from './layer.ts';
import { learnLimits, quota, slots, WINDOW_MS } from './rate-limiter-slots.ts';
import { handClock } from './steady-clock.ts';

const list = named('list_contacts');
const _get = named('get_contact');

describe('slots', () => {
  test('are granted in order: a retried request first, then single calls, then bulk calls', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { granted, ask } = slots(limiter, clock.now);
    limiter.pauseUntil(1_000);
    void ask('bulk 1', 'bulk');
    void ask('bulk 2', 'bulk');
    void ask('single 1');
    void ask('single 2');
    void ask('sent back', 'interactive', undefined, true);
    await clock.advance(999);
    expect(granted).toEqual([]);
    expect(limiter.quota().waiting).toBe(5);
    await clock.advance(1);
    expect(granted).toEqual(['sent back', 'single 1', 'single 2', 'bulk 1', 'bulk 2'].map((name) => `${name} at 1000`));
  });

  test('never exceed the share in any window, counted from the end of each attempt', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 0.3);
    await learnLimits(limiter, clock);
    const { granted, ask, end } = slots(limiter, clock.now);
    for (let n = 1; n <= 32; n += 1) void ask(`${n}`);
    await clock.advance(4_000);
    expect(granted).toHaveLength(30);
    end('1');
    await clock.advance(WINDOW_MS - 1);
    expect(granted).toHaveLength(30);
    await clock.advance(1);
    expect(granted.slice(30)).toEqual([`31 at ${4_000 + WINDOW_MS}`]);
    end('2');
    end('3');
    await clock.advance(WINDOW_MS);
    expect(granted.slice(31)).toEqual([`32 at ${4_000 + 2 * WINDOW_MS}`]);
  });

  test('are spread over the window in a bulk run, so that a single call is not delayed', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 0.5);
    const { granted, ask, end } = slots(limiter, clock.now);
    for (let n = 1; n <= 100; n += 1) void ask(`${n}`, 'bulk').then(() => end(`${n}`));
    await clock.advance(WINDOW_MS / 2);
    expect(granted.length).toBeGreaterThanOrEqual(25);
    expect(granted.length).toBeLessThanOrEqual(28);
    void ask('interactive');
    await clock.advance(0);
    expect(granted.at(-1)).toBe(`interactive at ${WINDOW_MS / 2}`);
  });

  test('a cancelled request leaves the queue and takes no slot', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { granted, ask } = slots(limiter, clock.now);
    limiter.pauseUntil(1_000);
    const controller = new AbortController();
    const left = watch(ask('gone', 'interactive', controller.signal));
    void ask('stays');
    controller.abort();
    await clock.advance(0);
    expect(left.done).toBe(true);
    expect(limiter.quota().waiting).toBe(1);
    await clock.advance(1_000);
    expect(granted).toEqual(['stays at 1000']);
    expect(await limiter.acquire('interactive', AbortSignal.abort())).toBeUndefined();
  });

  test('with no requests remaining all wait for the end of the window, counted from its first response', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { granted, ask, end } = slots(limiter, clock.now);
    await ask('first');
    await clock.advance(500);
    end('first', quota(80));
    await clock.advance(3_000);
    await ask('second');
    end('second', quota(0));
    void ask('third');
    void ask('bulk', 'bulk');
    await clock.advance(6_999);
    expect(granted).toHaveLength(2);
    await clock.advance(1);
    expect(granted.slice(2)).toEqual(['third at 10500', 'bulk at 10500']);
  });

  test('as many are granted at once as remain', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { granted, ask, end } = slots(limiter, clock.now);
    await ask('first');
    end('first', quota(2));
    for (const name of ['a', 'b', 'c']) void ask(name);
    await clock.advance(100);
    expect(granted).toHaveLength(3);
  });

  test('a response that arrives out of order starts no new window', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { granted, ask, end } = slots(limiter, clock.now);
    await ask('first');
    end('first', quota(3));
    await clock.advance(6_000);
    for (const name of ['a', 'b', 'c']) await ask(name);
    end('b', quota(1));
    end('c', quota(0));
    end('a', quota(2));
    expect(limiter.quota().remaining).toBe(0);
    void ask('next');
    await clock.advance(3_999);
    expect(granted).toHaveLength(4);
    await clock.advance(1);
    expect(granted.at(-1)).toBe('next at 10000');
  });

  test('the limits come from the headers', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { granted, ask, end } = slots(limiter, clock.now);
    await ask('first');
    end('first', { 'x-ratelimit-max': '3', 'x-ratelimit-interval-milliseconds': '2000', 'x-ratelimit-remaining': '2' });
    for (const name of ['a', 'b', 'c']) void ask(name).then(() => end(name));
    await clock.advance(1_999);
    expect(granted).toHaveLength(3);
    await clock.advance(1);
    expect(granted).toHaveLength(4);
  });
});

describe('before the first rate-limit headers', () => {
  test('forty concurrent reads receive no 429 at a limit of 25', async () => {
    const clock = handClock();
    const arrived: number[] = [];
    const statuses: number[] = [];
    const { transport } = scripted(async (): Promise<Reply> => {
      const inWindow = arrived.filter((at) => at > clock.now() - WINDOW_MS).length;
      const status = inWindow >= 25 ? 429 : 200;
      if (status === 200) arrived.push(clock.now());
      statuses.push(status);
      await new Promise<void>((resolve) => clock.setTimer(100, resolve));
      const left = Math.max(0, 24 - inWindow);
      return { status, headers: { ...quota(left), 'x-ratelimit-max': '25' } };
    });
    const api = layer({ transport, timers: clock });
    const reads = Array.from({ length: 40 }, (_, n) => watch(api.call(list, { query: `${n}` })));
    await clock.advance(21_000);
    expect(reads.filter(({ done }) => done !== undefined)).toHaveLength(40);
    expect(statuses.filter((status) => status === 429)).toEqual([]);
  });

  test('a response without limits releases all waiting requests', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { granted, ask, end } = slots(limiter, clock.now);
    for (let n = 1; n <= 40; n += 1) void ask(`${n}`);
    await clock.advance(0);
    expect(granted).toHaveLength(5);
    end('1', {});
    await clock.advance(0);
    expect(granted).toHaveLength(40);
  });
});
