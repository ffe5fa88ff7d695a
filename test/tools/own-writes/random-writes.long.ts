import { describe, test } from 'vitest';
import { runRandomly } from './random-writes.ts';

describe('random writes, reads and pauses', () => {
  test.each(Array.from({ length: 200 }, (_, at) => 1_000 + at))('seed %i', (seed) => runRandomly(seed), 60_000);
});
