import { expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { NOW } from '../../../connect.ts';
import { openIntercepted } from './intercepted.ts';
import { KEEP, openMerge, REMOVE } from './world.ts';

const NOTES = 100;
const contacts = [
  { id: KEEP, firstName: 'Ann' },
  {
    id: REMOVE,
    firstName: 'Ann',
    notes: Array.from({ length: NOTES }, (_, n) => ({
      body: `Note ${n}`,
      dateAdded: new Date(n * 60_000).toISOString(),
    })),
  },
];
const MERGE = { name: 'merge_contacts', arguments: { keep: KEEP, remove: REMOVE } };

test(`a merge of ${NOTES} notes reports progress, stops for time, and goes on by next`, async () => {
  const timers = virtualClock(NOW);
  const { now, wait } = timers;
  const { client, call, stored, sandbox } = await openMerge({ api: { timers }, sandbox: { now, wait } }, contacts);
  sandbox.setFaults([{ route: `POST /contacts/${KEEP}/notes`, fault: { strikes: 'after', delayMs: 1_500 } }]);
  const seen: number[] = [];
  const first = await client.callTool(MERGE, undefined, { onprogress: ({ progress }) => void seen.push(progress) });
  const answer = first.structuredContent as Json & { left: number };
  expect(answer).toMatchObject({ merged: false, next: { keep: KEEP, remove: REMOVE } });
  expect(answer.notice).toContain('stopped for time');
  expect(answer.left).toBe(NOTES - seen.length);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  let calls = 1;
  for (let next = answer.next; next; calls += 1) ({ next } = await call('merge_contacts', next as Json));
  console.log(`${calls} calls`);
  expect(await call('list_contact_notes', { contactId: KEEP })).toMatchObject({ total: NOTES });
  expect(await stored(REMOVE)).toBeUndefined();
});

test('a merge that the host cancels stops after the request in flight, and the same call completes it', async () => {
  const cancel = new AbortController();
  let posts = 0;
  const server = await openIntercepted((line) => {
    if (line.endsWith('/notes') && line.startsWith('POST')) posts += 1;
    if (posts === 5) cancel.abort();
    return undefined;
  }, contacts);
  await expect(server.client.callTool(MERGE, undefined, { signal: cancel.signal })).rejects.toThrow();
  expect(await server.stored(REMOVE)).toBeDefined();
  expect(posts).toBeLessThan(8);
  expect(await server.merge()).toMatchObject({ merged: true });
  expect(await server.call('list_contact_notes', { contactId: KEEP })).toMatchObject({ total: NOTES });
});
