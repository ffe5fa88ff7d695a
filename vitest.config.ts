import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A process runs many files with one copy of src: a test must leave no state in its modules.
    isolate: false,
    // One more than processors, which would be idle a quarter of the time while tests wait for programs and for locks.
    maxWorkers: availableParallelism() + 1,
    // MB. Most of what a test creates is garbage at its end: with more room less of it is copied.
    execArgv: ['--max-semi-space-size=64'],
    // Only what runs inside the test process is measured, not the programs that tests start.
    coverage: { include: ['src/**'], reporter: [['text', { maxCols: 120 }]] },
  },
});
