import { describe, expect, test } from 'vitest';
import { RateLimiter } from '../../src/api/rate-limiter.ts';
import { NOW } from '../connect.ts';
import { layer, named, PERSON, type Reply, scripted, watch } from './layer.ts';
import { daily, quota, slots, WINDOW_MS } from './rate-limiter-slots.ts';
import { handClock } from './steady-clock.ts';

const list = named('list_contacts');
const get = named('get_contact');

describe('a 429', () => {
  const forms: [string, (now: number) => Record<string, string>, number][] = [
    ['seconds', () => ({ 'retry-after': '3' }), 3_000],
    ['a date', (now) => ({ 'retry-after': new Date(now + 4_000).toUTCString() }), 4_000],
    [
      'a date of a clock that is an hour ahead',
      (now) => ({
        date: new Date(now + 3_600_000).toUTCString(),
        'retry-after': new Date(now + 3_604_000).toUTCString(),
      }),
      4_000,
    ],
    ['absent', () => ({}), WINDOW_MS],
  ];
  test.each(forms)('pauses the whole queue: Retry-After is %s', async (_, headers, held) => {
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

  test('does not let a waiting request use the slot that it releases', async () => {
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

  test('with a pause beyond the deadline fails this and every later call at once, with the end time', async () => {
    const clock = handClock();
    const { transport, asked } = scripted((): Reply => ({ status: 429, headers: { 'retry-after': '240' } }));
    const api = layer({ transport, timers: clock });
    await expect(api.call(list, {})).rejects.toThrow(
      'The rate limit of this location was reached (429). Try again from 2026-11-20T15:04:00.000Z on.',
    );
    await expect(api.call(list, {})).rejects.toThrow(/nothing was sent. Try again from 2026-11-20T15:04:00.000Z on/);
    expect(asked).toHaveLength(1);
  });

  test.each(['0', 'Fri, 20 Nov 2026 14:00:00 GMT'])('with Retry-After %s is not retried at once', async (asks) => {
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
  });
});

describe('the daily quota', () => {
  test('counts as available again when a probe succeeds without daily headers', async () => {
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

  test('adds a notice to the answer when it is nearly used up', async () => {
    const { transport } = scripted((_, nth) => ({ headers: quota(50, daily(nth === 1 ? 4_001 : 4_000)) }));
    const api = layer({ transport, timers: handClock() });
    const said: string[] = [];
    const ask = (query: string) => api.call(list, { query }, { notify: (notice) => said.push(notice) });
    await ask('one');
    expect(said).toEqual([]);
    await ask('two');
    expect(said).toEqual(["HighLevel's quota for today is nearly used up: 4000 of 200000 requests left."]);
  });

  test('used up: calls fail at once with the time to try again, except one probe every 5 minutes', async () => {
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

  test('used up while calls wait: they fail then', async () => {
    const clock = handClock();
    const limiter = new RateLimiter(clock, 0.01);
    const { ask, end } = slots(limiter, clock.now);
    await ask('last');
    const waiting = [watch(ask('interactive')), watch(ask('bulk', 'bulk'))];
    await clock.advance(10);
    end('last', quota(50, daily(0)));
    await clock.advance(0);
    for (const { failed } of waiting) expect(failed).toMatch(/used up; nothing was sent/);
    expect(limiter.quota().waiting).toBe(0);
  });

  test('is available again at the time in the header, which the error names', async () => {
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

  test('a 429 names the time at which it is available again', async () => {
    const headers = { ...quota(100, daily(0)), 'x-ratelimit-daily-reset': '2888000' };
    const { transport } = scripted((): Reply => ({ status: 429, headers }));
    const api = layer({ transport, timers: handClock() });
    await expect(api.call(list, {})).rejects.toThrow(
      'The rate limit of this location was reached (429). Try again from 2026-11-20T15:48:08.000Z on.',
    );
  });

  test('is probed every 5 minutes, however late the reset in the header is', async () => {
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
