import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One process per processor runs many files with one copy of src: a test must leave no state in its modules.
    isolate: false,
    maxWorkers: '100%',
    // Only what runs inside the test process is measured, not the programs that tests start.
    coverage: { include: ['src/**'], reporter: [['text', { maxCols: 120 }]] },
  },
});
