import { expect, test } from 'vitest';
import { faultsOf, refusedByClient } from './odd-answers.ts';

const seed = Date.now() % 1_000_000;

test(`every tool, resource, prompt and completion, with unexpected values at random positions, seed ${seed}`, async () => {
  console.log(`seed ${seed}`);
  expect(await faultsOf(seed, 18, () => true)).toEqual([]);
});

test.each([7, 'x', {}, [], [null], [[]]].map((value) => [value]))(
  'a result of only %j is accepted by clients that validate results',
  async (value) => {
    expect(await refusedByClient(value)).toEqual([]);
  },
);
