import { expect, test } from 'vitest';
import { START_DEADLINE_MS, TOOL_DEADLINE_MS } from '../../../src/tools/core/context.ts';
import { TimeBudget } from '../../../src/tools/runtime/time-budget.ts';

/** A budget that starts at 0, and its clock. */
function started() {
  let now = 0;
  const budget = new TimeBudget(() => now);
  return {
    budget,
    /** The owner answers after ms. */
    ask: (ms: number) =>
      budget.exclude(
        Promise.resolve().then(() => {
          now += ms;
        }),
      ),
    at(ms: number) {
      now = ms;
      return budget.hasTime();
    },
  };
}

test('a call without a question starts requests for 35 s and ends after 45 s', () => {
  const { budget, at } = started();
  expect(budget.deadline).toBe(TOOL_DEADLINE_MS);
  expect([at(START_DEADLINE_MS - 1), at(START_DEADLINE_MS)]).toEqual([true, false]);
});

test('what the owner takes to answer does not count', async () => {
  const { budget, ask, at } = started();
  await ask(8_000);
  expect(budget.deadline).toBe(TOOL_DEADLINE_MS + 8_000);
  expect([at(START_DEADLINE_MS + 7_999), at(START_DEADLINE_MS + 8_000)]).toEqual([true, false]);
});

test('a call whose owner took 45 s has 10 s left, so that it ends before hosts give it up after 60 s', async () => {
  const { budget, ask, at } = started();
  await ask(45_000);
  expect(budget.deadline).toBe(55_000);
  expect([at(54_999), at(55_000)]).toEqual([true, false]);
});

test('a question that fails is waited for all the same', async () => {
  const { budget } = started();
  await expect(budget.exclude(Promise.reject(new Error('closed')))).rejects.toThrow('closed');
  expect(budget.deadline).toBe(TOOL_DEADLINE_MS);
});
