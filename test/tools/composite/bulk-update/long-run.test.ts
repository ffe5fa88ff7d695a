import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import type { FaultRule } from '../../../../src/sandbox/index.ts';
import { INDEX_DELAY_MS } from '../../../connect.ts';
import { ASSIGN, BUSINESS, type Bulk, expectCounts, ids, PUT, people, previewed, world } from './world.ts';

describe('a long run', () => {
  const changes = { addTags: ['vip'], set: { source: 'Referral' } };

  /** Every update takes 2 s, so that about 70 fit into one call. */
  async function slow(count: number): Promise<Bulk> {
    const server = await world(people(count));
    server.sandbox.setFaults([{ route: PUT, fault: { delayMs: 2_000 } }]);
    return server;
  }

  test('returns its handle before the deadline, resumes where it stopped and writes nothing twice', async () => {
    const server = await slow(200);
    const next = await previewed(server, { contacts: ids(200), ...changes });
    let result = await server.bulk(next);
    const written = (await server.traffic()).writes;
    expectCounts(result, 200);
    expect(result).toMatchObject({ next, failed: 0, notice: expect.stringMatching(/Stopped for time/) });
    expect(result.leftHalfDone).toBe(result.left);
    expect(Number(result.changed)).toBeGreaterThan(40);
    expect(Number(result.left)).toBeGreaterThan(40);
    for (let calls = 1; result.next; calls += 1) {
      expect(calls).toBeLessThan(6);
      result = await server.bulk(result.next as Json);
      expectCounts(result, 200);
      written.push(...(await server.traffic()).writes);
    }
    expect(result).toMatchObject({ asked: 200, changed: 200, left: 0 });
    expect(written).toHaveLength(201);
    expect(new Set(written).size).toBe(201);
  });

  test.each([
    ['at the usual limit of 100 requests in 10 s', undefined],
    ['with 9 s per response', { route: PUT, fault: { delayMs: 9_000 } }],
    ['with no response to updates', { route: PUT, fault: { connection: 'hang' } }],
    ['with no response at all', { route: '*', fault: { connection: 'hang' } }],
    [
      'with no response from late in the call on',
      { route: '*', nth: Array.from({ length: 500 }, (_, i) => 265 + i), fault: { connection: 'hang' } },
    ],
  ] as [string, FaultRule | undefined][])('each call ends within 45 s: %s', async (what, fault) => {
    const server = await world(people(500), { sandbox: { rate: 100 }, api: { rateShare: 0.8, timeoutMs: 30_000 } });
    const next = await previewed(server, { contacts: ids(500), set: { source: 'Referral' } });
    server.sandbox.setFaults(fault ? [fault] : []);
    const took: number[] = [];
    for (let result: Json = { next }; result.next && took.length < 3; ) {
      const began = server.now();
      result = await server.bulk(next);
      expectCounts(result, 500);
      took.push(server.now() - began);
    }
    console.log(`500 fields, ${what}: ${took.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')}`);
    expect(Math.max(...took)).toBeLessThanOrEqual(45_000);
    if (!fault) expect(took).toHaveLength(2);
  });

  test('1,200 contacts take 500 per call', async () => {
    const server = await world(people(1_200));
    const next = await previewed(server, { contacts: ids(1_200), addTags: ['vip'] });
    const done: unknown[] = [];
    for (let result = await server.bulk(next); ; result = await server.bulk(result.next as Json)) {
      expectCounts(result, 1_200);
      done.push([result.changed, result.left, (await server.traffic()).writes.length]);
      if (!result.next) break;
    }
    expect(done).toEqual([
      [500, 700, 2],
      [1_000, 200, 2],
      [1_200, 0, 1],
    ]);
    // The handle still returns the result and sends nothing.
    expect(await server.bulk(next)).toMatchObject({ asked: 1_200, changed: 1_200, left: 0 });
    expect(await server.traffic()).toEqual({ writes: [], reads: [] });
  });

  /** Starts a call and cancels it when `at` steps are reported. */
  async function cancelled(server: Bulk, args: Json, at: number): Promise<void> {
    const leaving = new AbortController();
    const call = server.client.callTool({ name: 'bulk_update_contacts', arguments: args }, undefined, {
      signal: leaving.signal,
      onprogress: ({ progress }) => {
        if (progress >= at) leaving.abort();
      },
    });
    await expect(call).rejects.toThrow();
  }

  test.each(['the handle', 'the same arguments'] as const)(
    'cancelled: writes in flight are finished and counted, and %s resumes from there',
    async (by) => {
      const server = await slow(60);
      const args = { contacts: ids(60), ...changes };
      const next = await previewed(server, args);
      await cancelled(server, next, 100);
      // Updates are still in flight, so a second call is rejected.
      expect(await server.refused('bulk_update_contacts', next)).toMatch(/still working; nothing was done twice/);
      await server.wait(60_000);
      const before = (await server.traffic()).writes;
      expect(before.length).toBeGreaterThan(25);
      expect(before.length).toBeLessThan(61);
      const result = await server.bulk(by === 'the handle' ? next : { ...args, confirm: true });
      const after = (await server.traffic()).writes;
      expect(result).toMatchObject({ asked: 60, changed: 60, unchanged: 0, skipped: 0, failed: 0, left: 0 });
      expect(new Set([...before, ...after]).size).toBe(61);
      expect(before.length + after.length).toBe(61);
    },
  );

  test('cancelled with 25 contacts or fewer: the same arguments resume it without a handle', async () => {
    const server = await world(people(20));
    server.sandbox.setFaults([{ route: PUT, fault: { delayMs: 2_000 } }]);
    const args = { contacts: ids(20), ...changes };
    await cancelled(server, args, 1);
    await server.wait(60_000);
    const before = (await server.traffic()).writes;
    expect(before.length).toBeLessThan(20);
    expect(await server.bulk(args)).toMatchObject({ asked: 20, changed: 20, left: 0 });
    expect(before.length + (await server.traffic()).writes.length).toBe(21);
  });

  test('cancelled in its last step: the same arguments return the result and send nothing', async () => {
    const server = await world(people(20));
    server.sandbox.setFaults([{ route: ASSIGN, fault: { delayMs: 5_000 } }]);
    const args = { contacts: ids(20), businessId: BUSINESS };
    const leaving = new AbortController();
    const call = server.client.callTool({ name: 'bulk_update_contacts', arguments: args }, undefined, {
      signal: leaving.signal,
    });
    await server.wait(1_000);
    leaving.abort();
    await expect(call).rejects.toThrow();
    await server.wait(20_000);
    expect((await server.traffic()).writes).toHaveLength(1);
    expect(await server.bulk(args)).toMatchObject({ asked: 20, changed: 20 });
    expect((await server.traffic()).writes).toEqual([]);
    // The result was delivered, so the same call is a new job.
    await server.wait(INDEX_DELAY_MS);
    expect(await server.bulk(args)).toMatchObject({ asked: 20, unchanged: 20 });
    expect((await server.traffic()).writes).toHaveLength(1);
  });

  test('two concurrent calls with one handle: one runs, the other is rejected', async () => {
    const server = await slow(40);
    const next = await previewed(server, { contacts: ids(40), ...changes });
    const [one, two] = await Promise.allSettled([server.bulk(next), server.bulk(next)]);
    expect(one).toMatchObject({ status: 'fulfilled', value: { changed: 40 } });
    expect(two).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/still working/) } });
    expect((await server.traffic()).writes).toHaveLength(41);
  });

  test('called without confirm after its start returns the counts and writes nothing', async () => {
    const server = await slow(200);
    const next = await previewed(server, { contacts: ids(200), ...changes });
    const stopped = await server.bulk(next);
    await server.traffic();
    const { notice: _, ...result } = stopped;
    expect(await server.bulk({ handle: next.handle })).toMatchObject(result);
    expect(await server.traffic()).toEqual({ writes: [], reads: [] });
  });

  test('progress is reported after each chunk and never decreases', async () => {
    const server = await world(people(300));
    const next = await previewed(server, { contacts: ids(300), businessId: BUSINESS, addTags: ['vip'] });
    const seen: unknown[] = [];
    await server.client.callTool({ name: 'bulk_update_contacts', arguments: next }, undefined, {
      onprogress: ({ progress, total, message }) => seen.push([progress, total, message]),
    });
    const steps = [50, 100, 150, 200, 250, 300].map((n) => [n, 600, `business: ${n} of 600`]);
    expect(seen).toEqual([...steps, [550, 600, 'addTags: 550 of 600'], [600, 600, 'addTags: 600 of 600']]);
  });
});
