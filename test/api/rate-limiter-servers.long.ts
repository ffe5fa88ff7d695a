import { describe, expect, test } from 'vitest';
import { fixedCredential } from '../../src/api/credentials.ts';
import type { Priority } from '../../src/api/rate-limiter.ts';
import { undiciTransport } from '../../src/api/transport/index.ts';
import type { Api } from '../../src/api/types.ts';
import { createSandbox, serveSandbox } from '../../src/sandbox/index.ts';
import { layer, named } from './layer.ts';
import { WINDOW_MS } from './rate-limiter-slots.ts';
import { steadyClock } from './steady-clock.ts';

const list = named('list_contacts');
const _get = named('get_contact');

describe('two servers over HTTP against one sandbox', () => {
  test('use the whole quota in bulk runs, receive no 429 and let single calls through', async () => {
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
        credential: fixedCredential(sandbox),
        transport: async (request) => {
          const answer = await overHttp(request);
          statuses.push({ at: clock.now(), status: answer.status });
          return answer;
        },
      });
    const waits: number[] = [];
    const run = async (api: Api, name: string) => {
      let n = 0;
      const read = (priority: Priority) => {
        n += 1;
        return api.call(list, { query: `${name} ${n}` }, { priority });
      };
      const worker = async () => {
        while (clock.now() < end) await read('bulk');
      };
      const person = async () => {
        while (clock.now() < end) {
          await clock.wait(1_700);
          const asked = clock.now();
          await read('interactive');
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
    // A share of 50 gives a slot every 200 ms; when both servers have used up a window, all wait for its end.
    expect(slowest).toBeLessThan(WINDOW_MS / 5);
  });
});
