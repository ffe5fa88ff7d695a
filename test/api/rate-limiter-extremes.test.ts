import { describe, expect, test } from 'vitest';
import { RateLimiter } from '../../src/api/rate-limiter.ts';
import { realTimers } from '../../src/lib/scheduler.ts';
import { layer, named, type Reply, scripted, watch } from './layer.ts';
import { quota, slots } from './rate-limiter-slots.ts';
import { type HandClock, handClock } from './steady-clock.ts';

const list = named('list_contacts');
const _get = named('get_contact');

describe('extreme header values', () => {
  test.each([
    ['999999999', '2026-11-20T15:05:00.000Z'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', '2026-11-20T15:05:00.000Z'],
  ])('a pause of years (Retry-After: %s) is capped at 5 minutes, then one call probes', async (retryAfter, until) => {
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
  });

  test('a window of centuries is capped at 10 minutes and uses one timer', async () => {
    const clock = handClock();
    const timers: number[] = [];
    const after: HandClock['setTimer'] = (ms, then) => {
      timers.push(ms);
      return clock.setTimer(ms, then);
    };
    const limiter = new RateLimiter({ ...clock, setTimer: after }, 1);
    const { granted, ask, end } = slots(limiter, clock.now);
    await ask('first');
    end('first', { 'x-ratelimit-interval-milliseconds': '99999999999999', 'x-ratelimit-remaining': '0' });
    void ask('next');
    await clock.advance(599_999);
    expect(granted).toHaveLength(1);
    await clock.advance(1);
    expect(granted[1]).toBe('next at 600000');
    expect(timers).toEqual([600_000]);
  });

  test('a timer beyond the maximum of setTimeout does not fire at once', async () => {
    let fired = false;
    const cancel = realTimers.setTimer(2 ** 40, () => {
      fired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    cancel();
    expect(fired).toBe(false);
  });

  test.each([10, 600_000])(
    'a call without a slot fails with the time to try again: window of %d ms',
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
