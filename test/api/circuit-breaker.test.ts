import { describe, expect, test } from 'vitest';
import type { Api } from '../../src/api/types.ts';

import { NOW } from '../connect.ts';
import { layer, named, PERSON, type Reply, scripted, watch } from './layer.ts';
import { type HandClock, handClock } from './steady-clock.ts';

const list = named('list_contacts');
const note = named('create_contact_note');

/** An API with the given responses; every read is a different one. */
function failingApi(reply: (nth: number) => Reply | Promise<Reply> = () => ({ status: 503 })) {
  const clock = handClock();
  const state = { reply };
  const { transport, asked } = scripted((_, nth) => state.reply(nth));
  const api = layer({ transport, timers: clock, policy: { attempts: 1, base: 0, cap: 0 } });
  let n = 0;
  const read = () => {
    n += 1;
    return api.call(list, { query: `${n}` });
  };
  return { clock, state, api, asked, read };
}

async function fail(read: () => Promise<unknown>, times: number) {
  for (let n = 0; n < times; n += 1) await expect(read()).rejects.toMatchObject({ kind: 'serverError', status: 503 });
}

const until = (api: Api) => api.status().breaker.until;
const openError = (clock: HandClock, seconds: number) =>
  `HighLevel failed 8 times in a row, so nothing was sent. Requests are sent again from ${new Date(clock.now() + seconds * 1_000).toISOString()} on (in ${seconds} s).`;

describe('the circuit breaker', () => {
  test('opens after consecutive failures, rejects at once and says until when', async () => {
    const { clock, api, asked, read } = failingApi();
    await fail(read, 7);
    expect(api.status().breaker).toEqual({ state: 'closed' });
    await fail(read, 1);
    expect(api.status().breaker).toEqual({ state: 'open', until: new Date(NOW + 15_000).toISOString() });
    await expect(read()).rejects.toThrow(openError(clock, 15));
    await expect(api.call(note, { contactId: PERSON, body: 'x' })).rejects.toThrow('nothing was sent');
    await clock.advance(14_000);
    await expect(read()).rejects.toThrow(openError(clock, 1));
    expect(asked).toHaveLength(8);
  });

  test('a rejection takes no rate-limit slot', async () => {
    const { clock, asked, read } = failingApi();
    await fail(read, 8);
    for (let n = 0; n < 150; n += 1) await expect(read()).rejects.toThrow('nothing was sent');
    await clock.advance(15_000);
    await fail(read, 1);
    expect(asked).toHaveLength(9);
  });

  test('allows one probe while others wait, and closes when it succeeds', async () => {
    const { clock, state, api, asked, read } = failingApi();
    await fail(read, 8);
    await clock.advance(15_000);
    state.reply = () => new Promise((resolve) => clock.setTimer(2_000, () => resolve({})));
    const probe = watch(read());
    await clock.advance(1_000);
    expect(api.status().breaker.state).toBe('probing');
    for (let n = 0; n < 3; n += 1) await expect(read()).rejects.toThrow('nothing was sent');
    expect(asked).toHaveLength(9);
    await clock.advance(1_000);
    expect(probe.done).toBeDefined();
    expect(api.status().breaker).toEqual({ state: 'closed' });
    state.reply = () => ({ status: 503 });
    await fail(read, 8);
    expect(until(api)).toBe(new Date(clock.now() + 15_000).toISOString());
  });

  test('doubles the pause with each failed probe, up to two minutes', async () => {
    const { clock, api, asked, read } = failingApi();
    await fail(read, 8);
    for (const seconds of [15, 30, 60, 120, 120]) {
      expect(until(api)).toBe(new Date(clock.now() + seconds * 1_000).toISOString());
      await clock.advance(seconds * 1_000 - 1);
      await expect(read()).rejects.toThrow('nothing was sent');
      await clock.advance(1);
      await fail(read, 1);
    }
    expect(asked).toHaveLength(8 + 5);
  });

  test('the next call is the probe if a probe is cancelled', async () => {
    const { clock, state, api, read } = failingApi();
    await fail(read, 8);
    await clock.advance(15_000);
    const controller = new AbortController();
    state.reply = () =>
      new Promise((_, reject) => controller.signal.addEventListener('abort', () => reject(new Error('aborted'))));
    const probe = watch(api.call(list, { query: 'probe' }, { signal: controller.signal }));
    await clock.advance(10);
    controller.abort();
    await clock.advance(10);
    expect(probe.failed).toMatch(/cancelled/);
    state.reply = () => ({});
    await read();
    expect(api.status().breaker.state).toBe('closed');
  });

  test.each([400, 401, 403, 404, 422, 429])('does not open for a %i, and closes after one', async (status) => {
    const reply = { status, headers: { 'retry-after': '0' }, body: { statusCode: status, message: 'Invalid JWT' } };
    const { clock, state, api, read } = failingApi(() => reply);
    for (let n = 0; n < 20; n += 1) await expect(read()).rejects.toThrow();
    expect(api.status().breaker).toEqual({ state: 'closed' });
    state.reply = () => ({ status: 503 });
    await fail(read, 8);
    await clock.advance(15_000);
    state.reply = () => reply;
    await expect(read()).rejects.not.toThrow('nothing was sent');
    expect(api.status().breaker).toEqual({ state: 'closed' });
  });

  test('a success resets the failure count', async () => {
    const { api, read } = failingApi((nth) => (nth === 8 ? {} : { status: 503 }));
    await fail(read, 7);
    await read();
    await fail(read, 7);
    expect(api.status().breaker.state).toBe('closed');
  });
});
