import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchTransport } from '../src/api/transport/index.ts';
import { realTimers } from '../src/lib/scheduler.ts';
import { createSandbox } from '../src/sandbox/index.ts';
import { CONTACTS, connect, find, NOW } from './connect.ts';

const limit = Error.stackTraceLimit;
beforeEach(() => {
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
});
afterEach(() => {
  Error.stackTraceLimit = limit;
});

/** Source files of the calling functions, async ones included, from the outermost to the innermost. */
function callers(): string[] {
  const lines = (new Error('stack').stack ?? '').split('\n').reverse();
  return lines.flatMap((line) => /\/(src\/[\w/.-]+\.ts):\d/.exec(line)?.[1] ?? []);
}

/** The files of the path of a call that CONTRIBUTING names, in order. */
async function documented(): Promise<string[]> {
  const guide = await readFile('CONTRIBUTING.md', 'utf8');
  const [, path = ''] = /A call passes these files(.*?)and then HighLevel/s.exec(guide) ?? [];
  return [...path.matchAll(/`(src\/[^`]+)`/g)].map(([, file]) => file as string);
}

/** Runs a read and a write. Records who calls the first and the last step of each, and who reads the time between. */
async function recordCalls() {
  const sandbox = createSandbox({ now: () => NOW, rate: 'off' });
  const steps: string[][] = [];
  const seen = new Set<string>();
  const record = (list: string[][] = []) => {
    const files = callers();
    list.push(files);
    for (const file of files) seen.add(file);
  };
  const fetch = fetchTransport(sandbox.fetch);
  const now = () => {
    record();
    return NOW;
  };
  const { call } = await connect({
    sandboxed: sandbox,
    scopes: CONTACTS,
    api: {
      timers: { ...realTimers, now, wall: now },
      transport(request) {
        record(steps);
        return fetch(request);
      },
      credential: {
        check: async () => record(steps),
        current: async () => ({ token: sandbox.token, locationId: sandbox.locationId }),
      },
    },
  });
  const { id: contactId } = await find(call, 'maria');
  seen.clear();
  steps.length = 0;
  await call('get_contact', { contactId });
  await call('add_contact_tags', { contactId, tags: ['called'] });
  return { steps, seen };
}

test('the path of a call in CONTRIBUTING names every file that a read and a write pass, in order', async () => {
  const [path, { steps, seen }] = [await documented(), await recordCalls()];
  expect(path.filter((file) => !seen.has(file))).toEqual([]);
  expect(steps.length).toBeGreaterThanOrEqual(4);
  for (const files of steps) {
    expect(files.filter((file) => !path.includes(file))).toEqual([]);
    const places = files.map((file) => path.indexOf(file));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
});
