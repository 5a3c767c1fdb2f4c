import { defineConfig } from 'vitest/config';

/** The suites that need more than Node: Python peers (moto, pyarrow, the AWS CLI, Airflow), and Trino. */
export default defineConfig({
  test: {
    include: ['test/engines/**/*.test.ts'],
    globalSetup: [
      'test/fixtures/build.ts',
      'test/engines/python.ts',
      'test/engines/step-functions/opinions.ts',
      'test/engines/trino/install.ts',
      'test/engines/airflow/airflow.ts',
    ],
    testTimeout: 300_000,
    // On a machine with other work a second is short.
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
