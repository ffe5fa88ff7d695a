import { describe, expect, test } from 'vitest';
import { ReadCache } from '../../src/api/read-cache.ts';
import type { HttpRequest } from '../../src/api/transport/types.ts';
import type { Json } from '../../src/lib/json.ts';

import { layer, named, PERSON, scripted, watch } from './layer.ts';
import { handClock } from './steady-clock.ts';

const get = named('get_contact');
const update = named('update_contact');

/** An API whose answers are numbered and wait until `answer` is called. */
function slow() {
  const clock = handClock();
  const open: { request: HttpRequest; answer: () => void }[] = [];
  const { transport, asked } = scripted(
    (request, nth) =>
      new Promise((resolve, reject) => {
        open.push({
          request,
          answer: () => resolve({ body: { contact: { id: request.url.split('/').at(-1), city: `${nth}` } } }),
        });
        request.signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  const api = layer({ transport, timers: clock });
  const read = (signal?: AbortSignal, contactId = PERSON) => api.call(get, { contactId }, { signal });
  const write = () => api.call(update, { contactId: PERSON, city: 'Elsewhere' });
  return { clock, open, asked, api, read, write };
}
const cityOf = (seen: { done?: unknown }) => ((seen.done as Json | undefined)?.contact as Json | undefined)?.city;

describe('identical reads', () => {
  test('share one request while it is in flight; different reads do not', async () => {
    const { clock, open, asked, api, read } = slow();
    const seen = [watch(read()), watch(read()), watch(read(undefined, 'cccccccccccccccccccc'))];
    await clock.advance(0);
    expect(asked).toHaveLength(2);
    for (const { answer } of open) answer();
    await clock.advance(0);
    expect(seen.map(cityOf)).toEqual(['1', '1', '2']);
    expect(api.status().lastDay).toMatchObject({ calls: 3, tries: 2, cached: 1 });
  });

  test.each([
    ['a bulk read for an interactive one', { priority: 'bulk' }, {}, 2],
    ['an interactive read for a bulk one', {}, { priority: 'bulk' }, 1],
    ['a read with one second left for one with a full deadline', { left: 1_000 }, {}, 2],
    ['a read with a full deadline for one with one second left', {}, { left: 1_000 }, 1],
    ['a read of five seconds ago', {}, { after: 5_000 }, 1],
  ] as const)('are shared in flight only if deadline and priority allow: %s', async (_, first, second, requests) => {
    type Caller = { priority?: 'bulk'; left?: number; after?: number };
    const { clock, open, asked, api } = slow();
    const read = ({ priority, left }: Caller) =>
      watch(api.call(get, { contactId: PERSON }, { priority, deadline: left && clock.now() + left }));
    const seen = [read(first)];
    await clock.advance((second as Caller).after ?? 0);
    seen.push(read(second));
    await clock.advance(100);
    expect(asked).toHaveLength(requests);
    for (const { answer } of open) answer();
    await clock.advance(100);
    expect(seen.map(cityOf)).toEqual(['1', String(requests)]);
  });

  test('the request is aborted when all callers have cancelled', async () => {
    const { clock, open, read } = slow();
    const [one, two] = [new AbortController(), new AbortController()];
    const seen = [watch(read(one.signal)), watch(read(two.signal))];
    await clock.advance(0);
    one.abort();
    await clock.advance(0);
    expect(open[0]?.request.signal.aborted).toBe(false);
    two.abort();
    await clock.advance(0);
    expect(open[0]?.request.signal.aborted).toBe(true);
    for (const { failed } of seen) expect(failed).toMatch(/cancelled/);
  });

  test('the remaining caller gets the answer after the other has cancelled', async () => {
    const { clock, open, read } = slow();
    const one = new AbortController();
    void watch(read(one.signal));
    const stays = watch(read());
    await clock.advance(0);
    one.abort();
    open[0]?.answer();
    await clock.advance(0);
    expect(cityOf(stays)).toBe('1');
  });

  test('an aborted request is not shared', async () => {
    const { clock, open, asked, read } = slow();
    const one = new AbortController();
    void watch(read(one.signal));
    await clock.advance(0);
    one.abort();
    const late = watch(read());
    await clock.advance(0);
    expect(asked).toHaveLength(2);
    open[1]?.answer();
    await clock.advance(0);
    expect(cityOf(late)).toBe('2');
  });

  test('a failure reaches all callers and is not cached', async () => {
    let healthy = false;
    const { transport, asked } = scripted(() => ({ status: healthy ? 200 : 404 }));
    const api = layer({ transport, timers: handClock() });
    const read = () => api.call(get, { contactId: PERSON });
    const both = await Promise.allSettled([read(), read()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toHaveLength(1);
    healthy = true;
    await read();
    expect(asked).toHaveLength(2);
  });

  test('an answer is cached for three seconds', async () => {
    const { clock, open, asked, api, read } = slow();
    const first = watch(read());
    await clock.advance(0);
    open[0]?.answer();
    await clock.advance(2_999);
    expect(await read()).toBe(first.done);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    void watch(read());
    await clock.advance(0);
    expect(asked).toHaveLength(2);
    expect(api.status().lastDay.cached).toBe(1);
  });
});

describe('own writes', () => {
  test('clear the cache', async () => {
    const { clock, open, asked, read, write } = slow();
    void watch(read());
    await clock.advance(0);
    open[0]?.answer();
    await clock.advance(0);
    void watch(write());
    await clock.advance(0);
    open[1]?.answer();
    await clock.advance(0);
    const after = watch(read());
    await clock.advance(0);
    expect(asked).toHaveLength(3);
    open[2]?.answer();
    await clock.advance(0);
    expect(cityOf(after)).toBe('3');
  });

  test.each([
    ['before the write', ['read', 'write']],
    ['during the write', ['write', 'read']],
  ] as const)('a read started %s a write is neither cached nor shared after it', async (_, order) => {
    const { clock, open, asked, read, write } = slow();
    for (const what of order) {
      void watch(what === 'read' ? read() : write());
      await clock.advance(0);
    }
    const at = { read: order.indexOf('read'), write: order.indexOf('write') };
    open[at.write]?.answer();
    await clock.advance(0);
    const joins = watch(read());
    await clock.advance(0);
    expect(asked).toHaveLength(3);
    open[2]?.answer();
    open[at.read]?.answer();
    await clock.advance(0);
    expect(cityOf(joins)).toBe('3');
    const later = watch(read());
    await clock.advance(0);
    expect(cityOf(later)).toBe('3');
    expect(asked).toHaveLength(3);
  });
});

test('a fresh read bypasses the cache and updates it', async () => {
  let loads = 0;
  const cache = new ReadCache(() => 0);
  const read = (fresh: boolean) =>
    cache.read('key', async () => ({ nth: ++loads }), undefined, { priority: 'interactive', deadline: 1, fresh });
  expect([await read(false), await read(false), await read(true), await read(false)]).toEqual(
    [1, 1, 2, 2].map((nth) => ({ nth })),
  );
});

test('the cache contains at most the 200 newest answers', async () => {
  let loads = 0;
  const cache = new ReadCache(() => 0);
  const read = (key: number) =>
    cache.read(
      `${key}`,
      async () => {
        loads += 1;
        return {};
      },
      undefined,
      { priority: 'interactive', deadline: 1 },
    );
  for (let key = 0; key < 300; key += 1) await read(key);
  for (let key = 100; key < 300; key += 1) await read(key);
  expect(loads).toBe(300);
  await read(99);
  expect(loads).toBe(301);
});
