import { defineConfig } from 'vitest/config';

/** Each single request of a pull fails in turn, in each way. Ends with `faults: N injected, N survived`. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/fixtures/build.ts', 'test/faults/tally.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
