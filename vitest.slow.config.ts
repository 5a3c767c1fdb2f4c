import { defineConfig } from 'vitest/config';

/** Long proofs that need Node alone: many worlds, a kill at each write, each damage, many processes. */
export const slowTests = ['test/crash/**', 'test/races/**', 'test/worlds/**', 'test/**/*.slow.test.ts'];

export default defineConfig({
  test: {
    include: slowTests.map((pattern) => (pattern.endsWith('.ts') ? pattern : `${pattern}/*.test.ts`)),
    globalSetup: ['test/fixtures/build.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
