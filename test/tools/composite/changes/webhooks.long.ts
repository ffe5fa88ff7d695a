import { test } from 'vitest';
import { expectEveryKind } from './every-kind.ts';

test('2,000 random edits with lost, doubled and late webhooks: nothing is missed, nothing is reported twice', () =>
  expectEveryKind(2_000, { lost: 0.05, doubled: 0.1, delayed: 0.1 }));
