import { defineConfig } from 'vitest/config';

/** Tests that take seconds each: many writes, real keychains, several processes or servers, work that is stopped midway. */
export default defineConfig({
  test: {
    include: ['test/**/*.long.ts'],
    globalSetup: 'test/global-setup.ts',
    testTimeout: 600_000,
    // Read by test/volume.ts.
    env: { TEST_VOLUME: 'full' },
  },
});
