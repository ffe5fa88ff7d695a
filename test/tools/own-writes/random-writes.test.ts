import { describe, test } from 'vitest';
import { runRandomly } from './random-writes.ts';

describe('random writes, reads and pauses', () => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))('seed %i', (seed) => runRandomly(seed));
});
