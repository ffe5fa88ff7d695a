import { describe, test } from 'vitest';
import { SCOPES } from '../../../../src/api/scopes.ts';
import { READ } from '../../../connect.ts';
import { expectEveryChange } from './every-change.ts';

/** `random-edits.long.ts` makes 2,000. */
describe('400 random edits with an index delay of 0 to 105 s', () => {
  test.each([
    ['contacts and, by the search over the location, tasks', SCOPES],
    ['contacts alone', READ],
  ] as const)('%s: no change is missed or repeated', (_, scopes) => expectEveryChange(400, scopes));
});
