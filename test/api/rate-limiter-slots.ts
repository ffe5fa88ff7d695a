import type { Priority, RateLimiter, ReleaseSlot } from '../../src/api/rate-limiter.ts';
import { named } from './layer.ts';
import type { HandClock } from './steady-clock.ts';

export const WINDOW_MS = 10_000;
const _list = named('list_contacts');
const _get = named('get_contact');

export const quota = (remaining: number, more: Record<string, string> = {}) => ({
  'x-ratelimit-max': '100',
  'x-ratelimit-interval-milliseconds': String(WINDOW_MS),
  'x-ratelimit-remaining': String(remaining),
  ...more,
});
export const daily = (left: number) => ({
  'x-ratelimit-limit-daily': '200000',
  'x-ratelimit-daily-remaining': String(left),
});

/** Teaches the limiter its limits from a response of a past window. */
export async function learnLimits(limiter: RateLimiter, clock: HandClock) {
  (await limiter.acquire('interactive', new AbortController().signal))?.(quota(99));
  await clock.advance(WINDOW_MS);
}

/** Acquires slots and records which request got one when. */
export function slots(limiter: RateLimiter, now: () => number) {
  const began = now();
  const granted: string[] = [];
  const done = new Map<string, ReleaseSlot>();
  const ask = async (
    name: string,
    priority: Priority = 'interactive',
    signal = new AbortController().signal,
    first = false,
  ) => {
    const slot = await limiter.acquire(priority, signal, first);
    if (!slot) return;
    granted.push(`${name} at ${now() - began}`);
    done.set(name, slot);
  };
  const end = (name: string, headers?: Record<string, string>) => done.get(name)?.(headers);
  return { granted, ask, end };
}
