import { describe, expect, test } from 'vitest';
import { matchTasks, uniqueTasks } from '../../../../src/tools/composite/onboard/match-tasks.ts';

const dueDate = '2026-12-01T10:00:00Z';

describe('tasks', () => {
  test('20,000 tasks are made unique and matched in linear time', () => {
    const tasks = Array.from({ length: 20_000 }, (_, n) => ({ title: 'Call', dueDate, body: `${n % 7_000}` }));
    const unique = uniqueTasks(tasks);
    expect(unique).toHaveLength(7_000);
    const began = performance.now();
    expect(matchTasks(unique, tasks).every(({ task, existing }) => existing?.body === task.body)).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('are the same in another spelling of title, time and body', () => {
    const same = { title: ' call ', dueDate: '2026-12-01T04:00:00-06:00', body: '<p>Bring papers</p>' };
    const stored = { id: 't1', title: 'Call', dueDate, body: 'Bring papers' };
    expect(matchTasks([same], [stored])).toEqual([{ task: same, existing: stored }]);
  });

  test('of equal title and time match by body first; no stored task matches two', () => {
    const [first, second, third] = ['a', 'b', 'c'].map((body) => ({ title: 'Call', dueDate, body }));
    if (!first || !second || !third) throw new Error('three tasks');
    const stored = [
      { id: 't1', title: 'Call', dueDate, body: 'changed since' },
      { id: 't2', title: 'Call', dueDate, body: 'b' },
    ];
    expect(matchTasks([first, second, third], stored).map(({ existing }) => existing?.id)).toEqual([
      't1',
      't2',
      undefined,
    ]);
  });
});
