import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    testTimeout: 60_000,
    // Only what runs inside the test process is measured, not the programs that tests start.
    coverage: { include: ['src/**'], reporter: [['text', { maxCols: 120 }]] },
  },
});
