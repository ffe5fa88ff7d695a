import { expect, test } from 'vitest';
import { cases, tally } from './lying-answers.ts';

test('false responses to every write and to the reads that reconcile it cause no wrong outcome', {
  timeout: 900_000,
}, async () => {
  const { table, wrong } = await tally(cases);
  console.log(table);
  expect(wrong).toEqual([]);
});
