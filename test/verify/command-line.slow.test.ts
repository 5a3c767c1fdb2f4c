import { Ajv } from 'ajv';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyResultSchema } from '../../schemas/verify-result.ts';
import { runCliProcess, startCli } from '../fixtures/cli.ts';
import { until } from '../fixtures/line-up.ts';
import { awsEnvironment, openTrial, type Trial } from '../fixtures/trial.ts';

const KEY = 'copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet';

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial({ summaries: 100 });
  await trial.pull();
});
afterEach(() => trial.close());

function run(...flags: readonly string[]) {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  return runCliProcess(['verify', '--ledger', trial.ledger, '--now', now, ...flags]);
}

it('says in one line that all is well', async () => {
  const { code, stdout } = await run();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^errors: 0, warnings: 0, in 1 partition, \d+ rows, 1 pull record, 1 raw file\n$/);
});

it('prints a line for each finding, errors first, and exits with 65', async () => {
  await trial.tamper(KEY, undefined);
  await trial.tamper('raw/copy/ONE_DAY/eu-west-1/any/20261123T030000000Z.jsonl.gz', Buffer.from('x'));
  const { code, stdout } = await run();
  expect(code).toBe(65);
  expect(stdout.trimEnd().split('\n')).toEqual([
    `error object-missing ${KEY}: a pull recorded it and it is gone. Rebuild it: backup-ledger replay`,
    expect.stringMatching(/^warning raw-unrecorded raw\/copy\/\S+: /),
    expect.stringMatching(/^errors: 1, warnings: 1, in 0 partitions/),
  ]);
});

it('prints one line of JSON that keeps its schema', async () => {
  await trial.tamper(KEY, undefined);
  const { code, stdout } = await run('--json');
  expect(code).toBe(65);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const validate = new Ajv({ formats: { 'date-time': true } }).compile(verifyResultSchema);
  expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
});

it('shows how far it is on a terminal, or when told to', async () => {
  expect((await run()).stderr).not.toContain('files');
  expect((await run('--progress', 'always')).stderr).toMatch(/\d+ of 3 files/);
});

it('names every mistake, and verifies nothing', async () => {
  const { code, stdout, stderr } = await run('--max-age', 'old', '--kms-key', 'x', '--region', 'eu-west-1');
  expect(code).toBe(64);
  expect(stdout).toBe('');
  for (const name of ['max-age', 'kms-key', 'region']) expect(stderr).toContain(`${name}: `);
});

it('asks for an operator where it may not read', async () => {
  const onS3 = await openTrial({ on: 's3', summaries: 100 });
  await onS3.pull();
  onS3.s3?.setFault(({ operation }) =>
    operation === 'GetObject' ? { status: 403, code: 'AccessDenied' } : undefined,
  );
  await expect(onS3.verify()).rejects.toMatchObject({ recovery: 'fix-config' });
  await onS3.close();
});

it.each([
  ['verify', 'SIGTERM', 143],
  ['verify', 'SIGINT', 130],
  ['replay', 'SIGTERM', 143],
] as const)('%s stopped by %s exits with %i', async (command, signal, code) => {
  const onS3 = await openTrial({ on: 's3', summaries: 100 });
  await onS3.pull();
  let hanging = 0;
  onS3.s3?.setFault(() => {
    hanging += 1;
    return 'hang';
  });
  const flags = ['--ledger', onS3.ledger, '--s3-path-style'];
  const { child, finished } = startCli([command, ...flags], awsEnvironment(onS3.simulator.url, onS3.s3?.url));
  await until(() => hanging > 0);
  child.kill(signal);
  expect(await finished).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(`interrupted by ${signal}`),
  });
  await onS3.close();
});
