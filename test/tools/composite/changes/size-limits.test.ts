import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../../../src/api/scopes.ts';
import type { Json } from '../../../../src/lib/json.ts';
import { MAX_BYTES } from '../../../../src/tools/core/tool-result.ts';
import { type Connected, connect, NOW, READ, textOf } from '../../../connect.ts';
import { client } from '../../../sandbox/api.ts';

describe('size limits', () => {
  test('a page stops before the size limit and the next one continues', async () => {
    const long = 'x'.repeat(190);
    const contacts = Array.from({ length: 60 }, (_, i) => ({
      firstName: `${i}`,
      lastName: long,
      companyName: long,
      tags: [long, `${long}2`],
    }));
    const { call, client: host } = await connect({ sandbox: { data: { contacts } as never } });
    // Its answer says that there is no rate limit: the clock, which bulk requests would wait for, stands still.
    await call('list_users');
    const seen: unknown[] = [];
    for (let args: Json | undefined = { since: '2020-01-01' }; args; ) {
      const result = await host.callTool({ name: 'list_changed_contacts', arguments: args });
      const answer = result.structuredContent as Json;
      expect(JSON.stringify(answer).length).toBeLessThanOrEqual(8_000);
      seen.push(...(answer.contacts as Json[]).map(({ id }) => id));
      args = answer.next as Json | undefined;
    }
    expect([seen.length, new Set(seen).size]).toEqual([60, 60]);
    expect((await call('list_changed_contacts', { since: 'last' })).contacts).toEqual([]);
  });

  /** Follows `next` to the last answer and checks the size of each. */
  async function answers({ client: host, advance }: Connected, first: Json): Promise<Json[]> {
    const all: Json[] = [];
    for (let args: Json | undefined = first; args; args = all.at(-1)?.next as Json | undefined) {
      advance(10_000);
      const result = await host.callTool({ name: 'list_changed_contacts', arguments: args });
      expect(result.isError).toBeFalsy();
      expect(Buffer.byteLength(textOf(result))).toBeLessThanOrEqual(MAX_BYTES);
      all.push(result.structuredContent as Json);
    }
    return all;
  }
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

  test.each([
    ['all scopes', SCOPES],
    ['contacts alone', READ],
  ])('hundreds of tasks and tags of one contact are truncated and counted, with %s', async (_, scopes) => {
    const task = (i: number) => ({ title: `Task ${i}`, body: '漢'.repeat(200), dueDate: '2026-12-01T10:00:00Z' });
    const tags = many(1_500, (i) => `a rather long tag number ${i}`);
    const contacts = [{ firstName: 'Busy', tags, tasks: many(300, task) }, { firstName: 'Next' }] as never;
    const connected = await connect({ scopes, sandbox: { data: { contacts } } });
    const rows = (await answers(connected, { since: '2020-01-01', tasks: true })).flatMap(({ contacts }) => contacts);
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual(expect.objectContaining({ firstName: 'Busy', listsCut: { tags: 1_500, tasks: 300 } }));
  });

  test('long changed tasks are spread over several results, each once', async () => {
    const contacts = [{ id: 'one' }] as never;
    const connected = await connect({ sandbox: { data: { contacts } } });
    const { cursor } = await connected.call('list_changed_contacts', {
      since: new Date(NOW).toISOString(),
      tasks: true,
    });
    const [title, dueDate] = ['漢'.repeat(200), '2026-12-01T10:00:00Z'];
    for (let i = 0; i < 50; i++)
      await client(connected.sandbox).post('/contacts/one/tasks', {
        title,
        body: title + i,
        dueDate,
        completed: false,
      });
    const all = await answers(connected, { cursor, tasks: true });
    const ids = all.flatMap(({ changedTasks = [] }) => (changedTasks as Json[]).map(({ id }) => id));
    expect([ids.length, new Set(ids).size]).toEqual([50, 50]);
  });
});
