import { describe, test } from 'vitest';
import type { Fault } from '../../../../src/sandbox/index.ts';
import { virtualClock } from '../../../api/virtual-clock.ts';
import { NOW } from '../../../connect.ts';
import { expectComplete, repeat } from './expect-complete.ts';
import { openMerge } from './world.ts';

const FAULTS: Readonly<Record<string, Fault>> = {
  'cut before it was handled': { connection: 'cut', strikes: 'before' },
  'cut after it was handled': { connection: 'cut', strikes: 'after' },
  'refused with 500': { status: 500, body: {} },
  'handled and answered with 504': { status: 504, body: {}, strikes: 'after' },
};

/** Requests of the merge, those that read both contacts included. */
export const REQUESTS = 29;

/** A merge in which the request at each of these places fails, as do the repetitions of it by the server itself. */
export const testFaults = (places: readonly number[], faults: readonly string[] = Object.keys(FAULTS)): void =>
  describe.each(faults)('a request that is %s', (name) => {
    test.each(places)('at place %i loses nothing', async (nth) => {
      const timers = virtualClock(NOW);
      const { now, wait } = timers;
      const merging = await openMerge({ api: { timers }, sandbox: { now, wait } });
      const fault = FAULTS[name] as Fault;
      merging.sandbox.setFaults([{ route: '*', nth: [nth, nth + 1, nth + 2], fault }]);
      await repeat(merging);
      merging.sandbox.setFaults([]);
      await expectComplete(merging);
    });
  });
