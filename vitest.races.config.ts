import { defineConfig } from 'vitest/config';

/** Many processes on one ledger, many times over. */
export default defineConfig({
  test: {
    include: ['test/races/**/*.long.ts'],
    globalSetup: ['test/fixtures/build.ts'],
    fileParallelism: false,
  },
});
