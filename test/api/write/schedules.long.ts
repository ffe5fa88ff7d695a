import { test } from 'vitest';
import { expectTrueOutcomes } from './schedule-property.ts';

test('under faults, every reported outcome is true', () => expectTrueOutcomes(1_300));
