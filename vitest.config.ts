import { configDefaults, defineConfig } from 'vitest/config';
import { slowTests } from './vitest.slow.config.ts';

/** Needs Node alone and a minute: units, laws with a share of their cases, and how the parts are wired. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...slowTests, 'test/engines/**', 'test/faults/**'],
    provide: { shareOfCases: 1 / 10 },
    globalSetup: ['test/fixtures/build.ts'],
    setupFiles: ['test/fixtures/environment.ts'],
    // No test mocks a module, so files can share what is loaded: that takes a third off the processor time.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    // On a machine with other work a second is short.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
  },
});
