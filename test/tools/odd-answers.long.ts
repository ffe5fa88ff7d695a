import { expect, test } from 'vitest';
import { faultsOf, refusedByClient } from './odd-answers.ts';

const seed = Date.now() % 1_000_000;

test(`every tool, resource, prompt and completion, with unexpected values at random positions, seed ${seed}`, async () => {
  console.log(`seed ${seed}`);
  expect(await faultsOf(seed, 18, () => true)).toEqual([]);
});

test.each([7, 'x', {}, [], [null], [[]]].map((value) => [value]))(
  'an answer of nothing but %j is given by every client that checks answers',
  async (value) => {
    expect(await refusedByClient(value)).toEqual([]);
  },
);
