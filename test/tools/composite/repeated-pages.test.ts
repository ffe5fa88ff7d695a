import { describe, expect, test } from 'vitest';
import { OAuth } from '../../../src/api/auth/oauth-client.ts';
import type { Transport } from '../../../src/api/transport/types.ts';
import type { Json } from '../../../src/lib/json.ts';

import { connect } from '../../connect.ts';

const REPEATS = 'HighLevel gave the same rows again for a later page';
const idOf = (n: number) => `person${String(n).padStart(14, '0')}`;

async function* bytes(body: Json) {
  yield new TextEncoder().encode(JSON.stringify(body));
}

/** An API that answers every page of a list with the first, its cursors moving on. */
function repeating(answer: (nth: number) => Json) {
  const asked: string[] = [];
  const transport: Transport = async ({ method, url }) => {
    asked.push(`${method} ${new URL(url).pathname}`);
    return { status: 200, headers: {}, body: bytes(answer(asked.length)) };
  };
  return { transport, asked };
}

const contacts = (nth: number): Json => ({
  total: 9_999,
  contacts: Array.from({ length: 500 }, (_, n) => ({
    id: idOf(n),
    source: 'web',
    searchAfter: [nth * 1_000 + n, idOf(n)],
  })),
});

describe('a list that repeats its first page', () => {
  test('of tasks of the location ends without a cursor', async () => {
    const tasks = Array.from({ length: 100 }, (_, n) => ({ _id: idOf(n), title: 'Call', completed: false }));
    const { transport, asked } = repeating(() => ({ tasks }));
    const { call } = await connect({ api: { transport } });
    const answer = await call('search_location_tasks', { status: 'completed' });
    expect(answer).toMatchObject({ tasks: [], notice: expect.stringContaining(REPEATS) });
    expect(answer.next).toBeUndefined();
    expect(asked.filter((line) => line.endsWith('/tasks/search'))).toHaveLength(2);
  });

  test('of contacts ends a count with a notice', async () => {
    const { transport, asked } = repeating(contacts);
    const { call } = await connect({ api: { transport } });
    const answer = await call('count_contacts', { groupBy: 'source' });
    expect(answer).toMatchObject({ total: 500, notice: expect.stringContaining(REPEATS) });
    expect(answer.next).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  test('of contacts prevents a bulk update of all', async () => {
    const { transport, asked } = repeating(contacts);
    const { refused } = await connect({ api: { transport } });
    const message = await refused('bulk_update_contacts', { query: 'web', addTags: ['x'] });
    expect(message).toContain('gave the same contacts again for a later page');
    expect(message).toContain('Nothing was written');
    expect(asked.every((line) => line === 'POST /contacts/search')).toBe(true);
    expect(asked).toHaveLength(2);
  });

  test('of tasks prevents a bulk update', async () => {
    const tasks = Array.from({ length: 100 }, (_, n) => ({ _id: idOf(n), contactId: idOf(n), title: 'Call' }));
    const { transport, asked } = repeating(() => ({ tasks }));
    const { refused } = await connect({ api: { transport } });
    const message = await refused('bulk_update_tasks', { dueTo: '2027-01-01', set: { completed: true } });
    expect(message).toContain(REPEATS);
    expect(message).toContain('Nothing was written');
    expect(asked.every((line) => line.endsWith('/tasks/search'))).toBe(true);
  });

  test('of locations of an agency ends', async () => {
    const locations = Array.from({ length: 100 }, (_, n) => ({ _id: idOf(n), name: `Branch ${n}` }));
    const { transport, asked } = repeating(() => ({ locations }));
    const app = { clientId: 'app-1', clientSecret: 'secret', redirectUri: 'http://localhost/' };
    const oauth = new OAuth({ transport, baseUrl: 'http://sandbox.invalid', app, now: Date.now });
    expect(await oauth.locations('token', 'company')).toHaveLength(100);
    expect(asked).toHaveLength(2);
  });
});
