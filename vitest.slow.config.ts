import { defineConfig } from 'vitest/config';

/** Long proofs that need Node alone: many worlds, a kill at each write, each damage, many processes. */
export const slowTests = [
  'test/crash/**/*.test.ts',
  'test/races/**/*.test.ts',
  'test/worlds/**/*.test.ts',
  'test/**/*.slow.test.ts',
];

/** They run in `npm test` too, with a share of their cases. */
const laws = ['test/laws/**/*.test.ts'];

export default defineConfig({
  test: {
    include: [...slowTests, ...laws],
    provide: { shareOfCases: 1 },
    globalSetup: ['test/fixtures/build.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
