import { expect, test } from 'vitest';
import { faultsOf } from './odd-answers.ts';

const seed = Date.now() % 1_000_000;

test(`every tool, resource, prompt and completion, with odd values at random places, seed ${seed}`, async () => {
  console.log(`seed ${seed}`);
  expect(await faultsOf(seed, 18, () => true)).toEqual([]);
});
