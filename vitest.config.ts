import { configDefaults, defineConfig } from 'vitest/config';
import { slowTests } from './vitest.slow.config.ts';

/** Needs Node alone and a minute or so: units, laws, and how the parts are wired. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...slowTests, 'test/engines/**', 'test/faults/**'],
    globalSetup: ['test/fixtures/build.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
