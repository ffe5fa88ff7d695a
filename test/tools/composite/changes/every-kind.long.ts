import { test } from 'vitest';
import { expectEveryKind } from './every-kind.ts';

test('2,000 random edits: appointments, deletions and notes of a tag are complete, nothing is reported twice, requests are counted', () =>
  expectEveryKind(2_000));
