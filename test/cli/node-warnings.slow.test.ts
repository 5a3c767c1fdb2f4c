import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCliProcess } from '../fixtures/cli.ts';
import { awsEnvironment, openTrial, type Trial } from '../fixtures/trial.ts';

/** A log of JSON lines is no place for warnings of Node or the SDK, which mean nothing to whoever runs a job. */

const REGIONS = 'eu-west-1,us-east-1,eu-west-2,eu-central-1';
const DAY_MS = 86_400_000;

let trial: Trial;
beforeAll(async () => {
  trial = await openTrial({ on: 's3' });
  for (let pulls = 1; pulls <= 3; pulls++) {
    await trial.pull({ kind: 'all', region: REGIONS });
    trial.simulator.clock.advance(12 * DAY_MS);
  }
}, 60_000);
afterAll(() => trial.close());

it.each([
  ['pull', '--kind', 'all', '--region', REGIONS, '--concurrency', '16'],
  ['verify'],
  ['replay'],
  ['plan'],
])('%s on S3 lets no warning of Node or the SDK through', { timeout: 60_000 }, async (command, ...flags) => {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const place = command === 'plan' ? [] : ['--ledger', trial.ledger, '--s3-path-style', '--now', now];
  const env = awsEnvironment(trial.simulator.url, trial.s3?.url);
  const { code, stderr } = await runCliProcess([command, ...place, ...flags], env);
  expect(stderr).not.toMatch(/Warning/);
  expect(code).toBe(0);
});
