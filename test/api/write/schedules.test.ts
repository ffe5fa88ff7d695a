import { test } from 'vitest';
import { expectTrueOutcomes } from './schedule-property.ts';

/** `schedules.long.ts` runs 1,300. */
test('under faults, every reported outcome is true', () => expectTrueOutcomes(75));
