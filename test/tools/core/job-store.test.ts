import { expect, test } from 'vitest';
import { JobStore } from '../../../src/tools/core/job-store.ts';

test('a handle has few letters and digits and returns its state, which can be changed in place', () => {
  const jobs = new JobStore();
  const handle = jobs.create('update', { done: 0 });
  expect(handle).toMatch(/^update-[a-z0-9]{5}$/);
  jobs.find<{ done: number }>('update', handle).done = 3;
  expect(jobs.find('update', handle)).toEqual({ done: 3 });
});

test('an unknown handle, a finished one and one of another tool are rejected with what to do', () => {
  const jobs = new JobStore();
  const ended = jobs.create('update', {});
  jobs.remove(ended);
  const other = jobs.create('count', {});
  for (const handle of ['update-zzzzz', ended, other, `${'x'.repeat(500)}`])
    expect(() => jobs.find('update', handle)).toThrow(
      /no unfinished work .* while this server runs, and only the last 20 .* stays done\. Make the same call again/,
    );
});

test('the same arguments find the latest job, in any key order; other arguments do not', () => {
  const jobs = new JobStore();
  const first = jobs.create('update', {}, { a: 1, b: { c: [1, { d: 2, e: 3 }] } });
  const latest = jobs.create('update', {}, { a: 1, b: { c: [1, { d: 2, e: 3 }] } });
  jobs.create('update', {});
  jobs.find('update', first);
  expect(jobs.findByArguments('update', { b: { c: [1, { e: 3, d: 2 }] }, a: 1, f: undefined })).toBe(latest);
  expect(jobs.findByArguments('update', { a: 1, b: { c: [{ d: 2, e: 3 }, 1] } })).toBeUndefined();
  expect(jobs.findByArguments('count', { a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBeUndefined();
  jobs.remove(latest);
  expect(jobs.findByArguments('update', { a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(first);
});

test('the 20 most recently used jobs are stored, and a running one is never removed', async () => {
  const jobs = new JobStore();
  const [running, looked, idle] = [1, 2, 3].map((n) => jobs.create('update', { n })) as [string, string, string];
  let release = () => {};
  const working = jobs.runExclusively(running, () => new Promise<void>((resolve) => (release = resolve)));
  for (let n = 0; n < 18; n += 1) {
    jobs.find('update', looked);
    jobs.create('update', {});
  }
  expect(jobs.find('update', running)).toEqual({ n: 1 });
  expect(jobs.find('update', looked)).toEqual({ n: 2 });
  expect(() => jobs.find('update', idle)).toThrow('no unfinished work');
  release();
  await working;
});

test('a handle is used by one call at a time, and again after that call failed', async () => {
  const jobs = new JobStore();
  const handle = jobs.create('update', {});
  let fail = (_: Error) => {};
  const first = jobs.runExclusively(handle, () => new Promise<void>((_, reject) => (fail = reject)));
  await expect(jobs.runExclusively(handle, async () => 2)).rejects.toThrow(/still working; nothing was done twice/);
  fail(new Error('broke'));
  await expect(first).rejects.toThrow('broke');
  await expect(jobs.runExclusively(handle, async () => 3)).resolves.toBe(3);
});

test('the total size is limited: the least recently used jobs are removed, but no running one and not the newest', async () => {
  const jobs = new JobStore();
  const large = (n: number) => ({ n, texts: Array.from({ length: 100 }, () => 'x'.repeat(45_000)) });
  const running = jobs.create('update', large(0));
  let release = () => {};
  const working = jobs.runExclusively(running, () => new Promise<void>((resolve) => (release = resolve)));
  const handles = Array.from({ length: 10 }, (_, n) => jobs.create('update', large(n + 1)));
  const kept = handles.filter((handle) => {
    try {
      return jobs.find('update', handle) !== undefined;
    } catch {
      return false;
    }
  });
  expect(kept).toEqual(handles.slice(-2));
  expect(jobs.find('update', running)).toMatchObject({ n: 0 });
  release();
  await working;
});

test('the size of a job that grows is updated', async () => {
  const jobs = new JobStore();
  const idle = jobs.create('count', {});
  const state = { seen: new Set<string>() };
  const growing = jobs.create('count', state);
  await jobs.runExclusively(growing, async () => {
    for (let n = 0; n < 500_000; n += 1) state.seen.add(`contact${n}`);
  });
  expect(jobs.find('count', growing)).toBe(state);
  expect(() => jobs.find('count', idle)).toThrow('no unfinished work');
});
