import { defineConfig } from 'vitest/config';

/** Tests that take more than ten seconds: many writes, several processes, processes that are killed. */
export default defineConfig({
  test: {
    include: ['test/**/*.long.ts'],
    globalSetup: 'test/global-setup.ts',
    testTimeout: 600_000,
    // Read by test/volume.ts.
    env: { TEST_VOLUME: 'full' },
  },
});
