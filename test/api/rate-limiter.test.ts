import { describe, expect, test } from 'vitest';
import { fixed } from '../../src/api/credentials.ts';
import { type Priority, RateLimiter, type ReleaseSlot } from '../../src/api/rate-limiter.ts';
import { undiciTransport } from '../../src/api/transport/index.ts';
import type { Api } from '../../src/api/types.ts';
import { realTimers } from '../../src/lib/scheduler.ts';
import { createSandbox, serveSandbox } from '../../src/sandbox/index.ts';
import { NOW } from '../connect.ts';
import { layer, named, PERSON, type Reply, scripted, watch } from './layer.ts';
import { type HandClock, handClock, steadyClock } from './steady-clock.ts';

const WINDOW_MS = 10_000;
const list = named('list_contacts');
const get = named('get_contact');

const quota = (remaining: number, more: Record<string, string> = {}) => ({
  'x-ratelimit-max': '100',
  'x-ratelimit-interval-milliseconds': String(WINDOW_MS),
  'x-ratelimit-remaining': String(remaining),
  ...more,
});
const daily = (left: number) => ({
  'x-ratelimit-limit-daily': '200000',
  'x-ratelimit-daily-remaining': String(left),
});

describe('two servers beside each other, over HTTP against one sandbox', () => {
  test('use the quota in a bulk run, are never sent back, and let single calls through', async () => {
    const windows = 6;
    const clock = steadyClock(20);
    const sandbox = createSandbox({ now: clock.now });
    const served = await serveSandbox(sandbox);
    const start = clock.now();
    const end = start + windows * WINDOW_MS;
    const statuses: { at: number; status: number }[] = [];
    const overHttp = undiciTransport();
    const server = (): Api =>
      layer({
        timers: clock,
        rateShare: 0.5,
        baseUrl: served.url,
        credential: fixed(sandbox),
        transport: async (request) => {
          const answer = await overHttp(request);
          statuses.push({ at: clock.now(), status: answer.status });
          return answer;
        },
      });
    const waits: number[] = [];
    const run = async (api: Api, name: string) => {
      let n = 0;
      const read = (lane: Priority) => {
        n += 1;
        return api.call(list, { query: `${name} ${n}` }, { lane });
      };
      const worker = async () => {
        while (clock.now() < end) await read('bulk');
      };
      const person = async () => {
        while (clock.now() < end) {
          await clock.wait(1_700);
          const asked = clock.now();
          await read('single');
          waits.push(clock.now() - asked);
        }
      };
      await Promise.all([...Array.from({ length: 8 }, worker), person()]);
    };
    await Promise.all([run(server(), 'one'), run(server(), 'two')]);
    clock.stop();
    await served.close();

    const counted = statuses.filter(({ at }) => at >= start + WINDOW_MS && at < end);
    const used = counted.filter(({ status }) => status === 200).length / ((windows - 1) * 100);
    const sorted = waits.sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    const slowest = Math.max(...waits);
    console.log(
      `quota used after the first window: ${(used * 100).toFixed(1)} %; ${statuses.filter((s) => s.status === 429).length} times 429; ${waits.length} single calls waited ${median} ms in the middle, ${slowest} ms at most, of a window of ${WINDOW_MS} ms`,
    );
    expect(counted.filter(({ status }) => status === 429)).toEqual([]);
    expect(used).toBeGreaterThanOrEqual(0.95);
    expect(used).toBeLessThanOrEqual(1.02);
    // A share of 50 gives a place every 200 ms; when both have used up a window, everyone waits for its end.
    expect(slowest).toBeLessThan(WINDOW_MS / 5);
  });
});

/** The limits are known from an answer of a window that is over. */
async function known(limiter: RateLimiter, clock: HandClock) {
  (await limiter.acquire('single', new AbortController().signal))?.(quota(99));
  await clock.advance(WINDOW_MS);
}

/** Asks for places and notes who got one, when. */
function places(limiter: RateLimiter, now: () => number) {
  const began = now();
  const given: string[] = [];
  const done = new Map<string, ReleaseSlot>();
  const ask = async (name: string, lane: Priority = 'single', signal = new AbortController().signal, first = false) => {
    const place = await limiter.acquire(lane, signal, first);
    if (!place) return;
    given.push(`${name} at ${now() - began}`);
    done.set(name, place);
  };
  const end = (name: string, headers?: Record<string, string>) => done.get(name)?.(headers);
  return { given, ask, end };
}

describe('places', () => {
  test('are given in the order they were asked for, single calls before bulk ones, one sent back before all', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { given, ask } = places(limiter, clock.now);
    limiter.pauseUntil(1_000);
    void ask('bulk 1', 'bulk');
    void ask('bulk 2', 'bulk');
    void ask('single 1');
    void ask('single 2');
    void ask('sent back', 'single', undefined, true);
    await clock.advance(999);
    expect(given).toEqual([]);
    expect(limiter.quota().waiting).toBe(5);
    await clock.advance(1);
    expect(given).toEqual(['sent back', 'single 1', 'single 2', 'bulk 1', 'bulk 2'].map((name) => `${name} at 1000`));
  });

  test('no more than the share in any span of a window, counted from when tries ended', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 0.3);
    await known(limiter, clock);
    const { given, ask, end } = places(limiter, clock.now);
    for (let n = 1; n <= 32; n += 1) void ask(`${n}`);
    await clock.advance(4_000);
    expect(given).toHaveLength(30);
    end('1');
    await clock.advance(WINDOW_MS - 1);
    expect(given).toHaveLength(30);
    await clock.advance(1);
    expect(given.slice(30)).toEqual([`31 at ${4_000 + WINDOW_MS}`]);
    end('2');
    end('3');
    await clock.advance(WINDOW_MS);
    expect(given.slice(31)).toEqual([`32 at ${4_000 + 2 * WINDOW_MS}`]);
  });

  test('a bulk run takes them evenly and cannot take the first seconds of a window for itself', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 0.5);
    const { given, ask, end } = places(limiter, clock.now);
    for (let n = 1; n <= 100; n += 1) void ask(`${n}`, 'bulk').then(() => end(`${n}`));
    await clock.advance(WINDOW_MS / 2);
    expect(given.length).toBeGreaterThanOrEqual(25);
    expect(given.length).toBeLessThanOrEqual(28);
    void ask('single');
    await clock.advance(0);
    expect(given.at(-1)).toBe(`single at ${WINDOW_MS / 2}`);
  });

  test('whoever gives up waiting is no longer in the queue, and takes no place', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { given, ask } = places(limiter, clock.now);
    limiter.pauseUntil(1_000);
    const controller = new AbortController();
    const left = watch(ask('gone', 'single', controller.signal));
    void ask('stays');
    controller.abort();
    await clock.advance(0);
    expect(left.done).toBe(true);
    expect(limiter.quota().waiting).toBe(1);
    await clock.advance(1_000);
    expect(given).toEqual(['stays at 1000']);
    expect(await limiter.acquire('single', AbortSignal.abort())).toBeUndefined();
  });

  test("nothing left by others' use: everyone waits until the window ends, which began no later than it was seen", async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { given, ask, end } = places(limiter, clock.now);
    await ask('first');
    await clock.advance(500);
    end('first', quota(80));
    await clock.advance(3_000);
    await ask('second');
    end('second', quota(0));
    void ask('third');
    void ask('bulk', 'bulk');
    await clock.advance(6_999);
    expect(given).toHaveLength(2);
    await clock.advance(1);
    expect(given.slice(2)).toEqual(['third at 10500', 'bulk at 10500']);
  });

  test('as many at once as are left', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { given, ask, end } = places(limiter, clock.now);
    await ask('first');
    end('first', quota(2));
    for (const name of ['a', 'b', 'c']) void ask(name);
    await clock.advance(100);
    expect(given).toHaveLength(3);
  });

  test('an answer that was overtaken is not taken for a new window', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { given, ask, end } = places(limiter, clock.now);
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
    expect(given).toHaveLength(4);
    await clock.advance(1);
    expect(given.at(-1)).toBe('next at 10000');
  });

  test('limits are those of the headers', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { given, ask, end } = places(limiter, clock.now);
    await ask('first');
    end('first', { 'x-ratelimit-max': '3', 'x-ratelimit-interval-milliseconds': '2000', 'x-ratelimit-remaining': '2' });
    for (const name of ['a', 'b', 'c']) void ask(name).then(() => end(name));
    await clock.advance(1_999);
    expect(given).toHaveLength(3);
    await clock.advance(1);
    expect(given).toHaveLength(4);
  });
});

describe('a 429', () => {
  const forms: [string, (now: number) => Record<string, string>, number][] = [
    ['seconds', () => ({ 'retry-after': '3' }), 3_000],
    ['a date', (now) => ({ 'retry-after': new Date(now + 4_000).toUTCString() }), 4_000],
    [
      'a date by a clock an hour ahead',
      (now) => ({
        date: new Date(now + 3_600_000).toUTCString(),
        'retry-after': new Date(now + 3_604_000).toUTCString(),
      }),
      4_000,
    ],
    ['nothing', () => ({}), WINDOW_MS],
  ];
  test.each(forms)('holds the whole queue: Retry-After says %s', async (_, headers, held) => {
    const clock = handClock();
    const { transport, asked } = scripted(
      (__, nth): Reply => (nth === 1 ? { status: 429, headers: headers(NOW) } : {}),
    );
    const api = layer({ transport, timers: clock });
    const first = watch(api.call(get, { contactId: PERSON }));
    await clock.advance(0);
    const others = ['one', 'two'].map((query) => watch(api.call(list, { query })));
    await clock.advance(held - 1);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect(asked[1]).toBe(asked[0]);
    expect([first, ...others].every(({ done }) => done)).toBe(true);
    expect(api.status().lastDay).toMatchObject({ limited: 1, retries: 1, tries: 4, calls: 3 });
  });

  test('lets nobody go who waited for the place it gives back', async () => {
    const clock = handClock();
    const { transport, asked } = scripted(async (_, nth): Promise<Reply> => {
      if (nth === 1) return { headers: quota(1) };
      if (nth > 2) return {};
      await new Promise<void>((resolve) => clock.setTimer(500, resolve));
      return { status: 429 };
    });
    const api = layer({ transport, timers: clock });
    await api.call(list, { query: 'first' });
    const held = watch(api.call(list, { query: 'sent back' }));
    const waits = watch(api.call(list, { query: 'waits' }));
    await clock.advance(WINDOW_MS - 1);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    expect([held.done, waits.done]).not.toContain(undefined);
  });

  test('longer than a call has time: it and every later one say at once when it ends', async () => {
    const clock = handClock();
    const { transport, asked } = scripted((): Reply => ({ status: 429, headers: { 'retry-after': '240' } }));
    const api = layer({ transport, timers: clock });
    await expect(api.call(list, {})).rejects.toThrow(
      'The rate limit of this location was reached (429). Try again from 2026-11-20T15:04:00.000Z on.',
    );
    await expect(api.call(list, {})).rejects.toThrow(/nothing was sent. Try again from 2026-11-20T15:04:00.000Z on/);
    expect(asked).toHaveLength(1);
  });

  test.each(['0', 'Fri, 20 Nov 2026 14:00:00 GMT'])(
    'that asks for no pause (%s) is not repeated at once',
    async (asks) => {
      const clock = handClock();
      const { transport, asked } = scripted((): Reply => ({ status: 429, headers: { 'retry-after': asks } }));
      const api = layer({ transport, timers: clock });
      const call = watch(api.call(list, {}));
      const attempts: number[] = [];
      for (const pause of [0, 199, 1, 399, 1, 799, 1, 1_599, 1]) {
        await clock.advance(pause);
        attempts.push(asked.length);
      }
      expect(attempts).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5]);
      expect(call.failed).toContain('(429) in 5 attempts');
    },
  );
});

describe("the day's quota", () => {
  test('gone is forgotten once a probe goes through without a word about the day', async () => {
    const clock = handClock();
    const { transport, asked } = scripted((_, nth) => (nth === 1 ? { headers: quota(50, daily(0)) } : {}));
    const api = layer({ transport, timers: clock });
    await api.call(list, { query: 'last' });
    await expect(api.call(list, { query: 'a' })).rejects.toThrow('is used up');
    await clock.advance(300_000);
    await api.call(list, { query: 'probe' });
    await api.call(list, { query: 'b' });
    expect(asked).toHaveLength(3);
  });

  test('nearly gone is said beside the answer', async () => {
    const { transport } = scripted((_, nth) => ({ headers: quota(50, daily(nth === 1 ? 4_001 : 4_000)) }));
    const api = layer({ transport, timers: handClock() });
    const said: string[] = [];
    const ask = (query: string) => api.call(list, { query }, { say: (notice) => said.push(notice) });
    await ask('one');
    expect(said).toEqual([]);
    await ask('two');
    expect(said).toEqual(["HighLevel's quota for today is nearly gone: 4000 of 200000 requests left."]);
  });

  test('gone: calls are answered at once with the time it returns, but for a probe now and then', async () => {
    const clock = handClock();
    let left = 0;
    const { transport, asked } = scripted(() => ({ headers: quota(50, daily(left)) }));
    const api = layer({ transport, timers: clock });
    await api.call(list, { query: 'last' });
    const gone = (from: string) =>
      `This location's quota of 200000 requests a day is used up; nothing was sent. HighLevel does not say when it returns: try again from 2026-11-20T${from}:00.000Z on.`;
    await expect(api.call(list, { query: 'a' })).rejects.toThrow(gone('15:05'));
    await clock.advance(299_999);
    await expect(api.call(list, { query: 'a' })).rejects.toThrow(gone('15:05'));
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await api.call(list, { query: 'probe' });
    await expect(api.call(list, { query: 'a' })).rejects.toThrow(gone('15:10'));
    expect(asked).toHaveLength(2);
    await clock.advance(300_000);
    left = 150_000;
    await api.call(list, { query: 'probe again' });
    await api.call(list, { query: 'a' });
    expect(asked).toHaveLength(4);
  });

  test('whoever waits when it ends is told then', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 0.01);
    const { ask, end } = places(limiter, clock.now);
    await ask('last');
    const waiting = [watch(ask('single')), watch(ask('bulk', 'bulk'))];
    await clock.advance(10);
    end('last', quota(50, daily(0)));
    await clock.advance(0);
    for (const { failed } of waiting) expect(failed).toMatch(/used up; nothing was sent/);
    expect(limiter.quota().waiting).toBe(0);
  });

  test('ends when the header says, for all at once, and that time is told', async () => {
    const clock = handClock();
    const gone = { ...quota(50, daily(0)), 'x-ratelimit-daily-reset': '2888000' };
    const { transport, asked } = scripted((_, nth) => ({ headers: nth === 1 ? gone : quota(50, daily(199_000)) }));
    const api = layer({ transport, timers: clock });
    await api.call(list, { query: 'last' });
    await expect(api.call(list, { query: 'a' })).rejects.toThrow(
      "This location's quota of 200000 requests a day is used up; nothing was sent. It returns at 2026-11-20T15:48:08.000Z: try again then.",
    );
    await clock.advance(2_888_000);
    await Promise.all(['a', 'b', 'c'].map((query) => api.call(list, { query })));
    expect(asked).toHaveLength(4);
  });

  test('refused by a 429 is told with the time it returns', async () => {
    const headers = { ...quota(100, daily(0)), 'x-ratelimit-daily-reset': '2888000' };
    const { transport } = scripted((): Reply => ({ status: 429, headers }));
    const api = layer({ transport, timers: handClock() });
    await expect(api.call(list, {})).rejects.toThrow(
      'The rate limit of this location was reached (429). Try again from 2026-11-20T15:48:08.000Z on.',
    );
  });

  test('is tried every few minutes, however far away a header puts its end', async () => {
    const clock = handClock();
    let left = 0;
    const { transport, asked } = scripted(() => ({
      headers: { ...quota(50, daily(left)), 'x-ratelimit-daily-reset': '99999999999999' },
    }));
    const api = layer({ transport, timers: clock });
    await api.call(list, { query: 'last' });
    await expect(api.call(list, { query: 'a' })).rejects.toThrow('It returns at 2026-11-22T15:00:00.000Z');
    left = 10;
    await clock.advance(300_000);
    await api.call(list, { query: 'probe' });
    await api.call(list, { query: 'b' });
    expect(asked).toHaveLength(3);
  });
});

describe('what a server asks for', () => {
  test.each([
    ['999999999', '2026-11-20T15:05:00.000Z'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', '2026-11-20T15:05:00.000Z'],
  ])(
    'a pause of years (Retry-After: %s) is minutes, after which one call finds out alone',
    async (retryAfter, until) => {
      const clock = handClock();
      const state = { well: false };
      const { transport, asked } = scripted(async (): Promise<Reply> => {
        if (!state.well) return { status: 429, headers: { 'retry-after': retryAfter } };
        await new Promise<void>((resolve) => clock.setTimer(1_000, resolve));
        return {};
      });
      const api = layer({ transport, timers: clock });
      await expect(api.call(list, {})).rejects.toThrow(`Try again from ${until} on`);
      await clock.advance(300_000);
      await expect(api.call(list, {})).rejects.toThrow('Try again from 2026-11-20T15:10:00.000Z on');
      expect(asked).toHaveLength(2);
      await clock.advance(300_000);
      state.well = true;
      const calls = ['a', 'b', 'c'].map((query) => watch(api.call(list, { query })));
      await clock.advance(500);
      expect(asked).toHaveLength(3);
      await clock.advance(1_500);
      expect(calls.every(({ done }) => done !== undefined)).toBe(true);
      expect(asked).toHaveLength(5);
    },
  );

  test('a window of centuries is minutes, and its end is waited for by one timer', async () => {
    const clock = handClock();
    const timers: number[] = [];
    const after: HandClock['setTimer'] = (ms, then) => {
      timers.push(ms);
      return clock.setTimer(ms, then);
    };
    const limiter = new RateLimiter({ ...clock, setTimer: after }, 1);
    const { given, ask, end } = places(limiter, clock.now);
    await ask('first');
    end('first', { 'x-ratelimit-interval-milliseconds': '99999999999999', 'x-ratelimit-remaining': '0' });
    void ask('next');
    await clock.advance(599_999);
    expect(given).toHaveLength(1);
    await clock.advance(1);
    expect(given[1]).toBe('next at 600000');
    expect(timers).toEqual([600_000]);
  });

  test('a timer longer than timers can be does not fire at once', async () => {
    let fired = false;
    const cancel = realTimers.setTimer(2 ** 40, () => {
      fired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    cancel();
    expect(fired).toBe(false);
  });

  test.each([10, 600_000])(
    'whoever finds no place is told when there may be one: window of %d ms',
    async (interval) => {
      const clock = handClock();
      const { transport } = scripted(() => ({
        headers: { ...quota(0), 'x-ratelimit-max': '1', 'x-ratelimit-interval-milliseconds': String(interval * 6_000) },
      }));
      const api = layer({ transport, timers: clock });
      await api.call(list, { query: 'first' });
      const waits = watch(api.call(list, { query: 'waits' }));
      await clock.advance(30_000);
      expect(waits.failed).toMatch(/nothing was sent\. Try again from 2026-11-20T15:(01:00|10:00)\.000Z on\.$/);
    },
  );
});

describe('before an answer has told the limits', () => {
  test('forty reads at once are not sent back by a limit of 25', async () => {
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

  test('an answer without limits lets everyone go as well', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 1);
    const { given, ask, end } = places(limiter, clock.now);
    for (let n = 1; n <= 40; n += 1) void ask(`${n}`);
    await clock.advance(0);
    expect(given).toHaveLength(5);
    end('1', {});
    await clock.advance(0);
    expect(given).toHaveLength(40);
  });
});
