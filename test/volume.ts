/**
 * How much a random test runs: everything in `npm run test:long`, a part in `npm test`. A `*.long.ts` file that imports
 * its `*.test.ts` file repeats it in full, since the configuration of the long run sets TEST_VOLUME.
 */
export const volume = (full: number, part: number): number => (process.env.TEST_VOLUME === 'full' ? full : part);
