import { expect, test } from 'vitest';
import { createJobs } from '../../../src/tools/core/job-store.ts';

test('a handle is short, of letters and digits, and leads to its state, which may change in place', () => {
  const jobs = createJobs();
  const handle = jobs.create('update', { done: 0 });
  expect(handle).toMatch(/^update-[a-z0-9]{5}$/);
  jobs.find<{ done: number }>('update', handle).done = 3;
  expect(jobs.find('update', handle)).toEqual({ done: 3 });
});

test('an unknown handle, an ended one and one of another tool are refused with what to do', () => {
  const jobs = createJobs();
  const ended = jobs.create('update', {});
  jobs.remove(ended);
  const other = jobs.create('count', {});
  for (const handle of ['update-zzzzz', ended, other, `${'x'.repeat(500)}`])
    expect(() => jobs.find('update', handle)).toThrow(
      /no unfinished work .* while this server runs, and only the last 20 .* stays done\. Make the same call again/,
    );
});

test('the same arguments find the latest job, in whatever order their keys stand; others do not', () => {
  const jobs = createJobs();
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

test('the last 20 are kept: looking at one keeps it, and one that is running is never pushed out', async () => {
  const jobs = createJobs();
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

test('one handle works for one call at a time, and again once that has failed', async () => {
  const jobs = createJobs();
  const handle = jobs.create('update', {});
  let fail = (_: Error) => {};
  const first = jobs.runExclusively(handle, () => new Promise<void>((_, reject) => (fail = reject)));
  await expect(jobs.runExclusively(handle, async () => 2)).rejects.toThrow(/still working; nothing was done twice/);
  fail(new Error('broke'));
  await expect(first).rejects.toThrow('broke');
  await expect(jobs.runExclusively(handle, async () => 3)).resolves.toBe(3);
});

test('together they hold some megabytes at most: the longest untouched go, one that is running and the newest stay', async () => {
  const jobs = createJobs();
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

test('a job that grows while it runs is weighed again', async () => {
  const jobs = createJobs();
  const idle = jobs.create('count', {});
  const state = { seen: new Set<string>() };
  const growing = jobs.create('count', state);
  await jobs.runExclusively(growing, async () => {
    for (let n = 0; n < 500_000; n += 1) state.seen.add(`contact${n}`);
  });
  expect(jobs.find('count', growing)).toBe(state);
  expect(() => jobs.find('count', idle)).toThrow('no unfinished work');
});
