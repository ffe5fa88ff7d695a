import { describe, expect, test } from 'vitest';
import { fetchTransport } from '../../src/api/transport/index.ts';
import { createSandbox, type FaultRule } from '../../src/sandbox/index.ts';
import { connect, find, NOW } from '../connect.ts';
import { layer, named, PERSON, type Reply, scripted, watch } from './layer.ts';
import { handClock } from './steady-clock.ts';

const HOUR_MS = 3_600_000;
const get = named('get_contact');
const list = named('list_contacts');

/** The machine's clock is set during calls; HighLevel's own is correct all the time. */
describe.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])('a system clock that is set an hour %s', (_, step) => {
  test('does not change how long a cached answer is used', async () => {
    const clock = handClock();
    const { transport, asked } = scripted(() => ({ body: { contact: { id: PERSON } } }));
    const api = layer({ transport, timers: clock });
    const read = () => api.call(get, { contactId: PERSON });
    await read();
    clock.setWall(step);
    await clock.advance(2_999);
    await read();
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await read();
    expect(asked).toHaveLength(2);
  });

  test('does not change the slots of a window', async () => {
    const clock = handClock();
    const { transport, asked } = scripted(() => ({}));
    const api = layer({ transport, timers: clock });
    const read = (n: number) => api.call(list, { query: `${n}` });
    for (let n = 0; n < 100; n += 1) await read(n);
    clock.setWall(step);
    const next = watch(read(100));
    await clock.advance(9_999);
    expect(asked).toHaveLength(100);
    await clock.advance(1);
    expect(next.done).toBeDefined();
  });

  test('does not change the circuit breaker, and its message has the new time', async () => {
    const clock = handClock();
    const state = { status: 503 };
    const { transport } = scripted((): Reply => state);
    const api = layer({ transport, timers: clock, policy: { attempts: 1, base: 0, cap: 0 } });
    const read = () => api.call(list, {});
    for (let n = 0; n < 8; n += 1) await expect(read()).rejects.toMatchObject({ kind: 'serverError' });
    clock.setWall(step);
    const until = new Date(NOW + step + 15_000).toISOString();
    await expect(read()).rejects.toThrow(`Requests are sent again from ${until} on (in 15 s)`);
    expect(api.status().breaker).toEqual({ state: 'open', until });
    await clock.advance(15_000);
    state.status = 200;
    await read();
    expect(api.status().breaker).toEqual({ state: 'closed' });
  });

  test('does not change the pause after a 429', async () => {
    const clock = handClock();
    const { transport } = scripted(
      (__, nth): Reply => (nth === 1 ? { status: 429, headers: { 'retry-after': '60' } } : {}),
    );
    const api = layer({ transport, timers: clock });
    await expect(api.call(list, {})).rejects.toMatchObject({ kind: 'rateLimited' });
    clock.setWall(step);
    const until = new Date(NOW + step + 60_000).toISOString();
    expect(api.status().quota.heldUntil).toBe(until);
    await expect(api.call(list, {})).rejects.toThrow(until);
    await clock.advance(60_000);
    await api.call(list, {});
  });

  test.each([
    ['done', 'after', 'Looked it up: it was done.'],
    ['not done', 'before', 'nothing was written. It is safe to try again'],
  ] as const)(
    'while the response to a note that is %s is lost: the outcome is correct',
    async (__, strikes, expected) => {
      const clock = handClock();
      const faults: FaultRule[] = [
        { route: 'POST /contacts/{contactId}/notes', nth: 1, fault: { connection: 'cut', strikes } },
      ];
      const sandbox = createSandbox({ now: clock.now, rate: 'off', faults });
      const send = fetchTransport(sandbox.fetch);
      const { client, call } = await connect({
        timers: clock,
        api: {
          credential: { current: async () => sandbox },
          async transport(request) {
            if (request.method === 'POST' && request.url.endsWith('/notes')) clock.setWall(step);
            return send(request);
          },
        },
      });
      const { id: contactId } = await find(call, 'maria');
      const result = await client.callTool({ name: 'create_contact_note', arguments: { contactId, body: 'Called.' } });
      expect(JSON.stringify(result)).toContain(expected);
    },
  );

  test('does not stop a composite tool', async () => {
    const clock = handClock();
    const sandbox = createSandbox({ now: clock.now, rate: 'off' });
    const send = fetchTransport(sandbox.fetch);
    const { call } = await connect({
      timers: clock,
      api: {
        credential: { current: async () => sandbox },
        transport(request) {
          clock.setWall(step);
          return send(request);
        },
      },
    });
    expect((await call('search_location_tasks', { limit: 5 })).notice).toBeUndefined();
    expect((await call('count_contacts', { groupBy: 'city' })).next).toBeUndefined();
  });
});
