import { test } from 'vitest';
import { expectEveryKind } from './every-kind.ts';

/** `every-kind.long.ts` makes 2,000. */
test('300 random edits: appointments, deletions and notes of a tag are complete, nothing is reported twice, requests are counted', () =>
  expectEveryKind(300));
