import { describe, test } from 'vitest';
import { runRandomly } from './random-writes.ts';

/** `random-writes.long.ts` runs the other seeds. */
describe('random writes, reads and pauses', () => {
  test.each(Array.from({ length: 5 }, (_, seed) => seed))('seed %i', (seed) => runRandomly(seed));
});
