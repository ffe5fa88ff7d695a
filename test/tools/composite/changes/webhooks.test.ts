import { test } from 'vitest';
import { expectEveryKind } from './every-kind.ts';

/** `webhooks.long.ts` makes 2,000. */
test('300 random edits with lost, doubled and late webhooks: nothing is missed, nothing is reported twice', () =>
  expectEveryKind(300, { lost: 0.05, doubled: 0.1, delayed: 0.1 }));
