import { expect, test } from 'vitest';
import { cases, tally } from './lying-answers.ts';

test('lying answers to every write and to the reads that reconcile it: none told wrongly', {
  timeout: 900_000,
}, async () => {
  const { table, wrong } = await tally(cases);
  console.log(table);
  expect(wrong).toEqual([]);
});
