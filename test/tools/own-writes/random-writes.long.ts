import { describe, test } from 'vitest';
import { runRandomly } from './random-writes.ts';

const SEEDS = [...Array(15).keys()].map((at) => 5 + at).concat([...Array(200).keys()].map((at) => 1_000 + at));

describe('random writes, reads and pauses', () => {
  test.each(SEEDS)('seed %i', (seed) => runRandomly(seed), 60_000);
});
