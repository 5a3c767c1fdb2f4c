import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DoctorResult } from '../../schemas/doctor-result.ts';
import { runCliProcess } from '../fixtures/cli.ts';
import { awsEnvironment } from '../fixtures/trial.ts';
import { type MotoTrial, openMotoTrial } from './moto-trial.ts';

/** The doctor before an AWS by other people. */

let trial: MotoTrial;
beforeEach(async () => {
  trial = await openMotoTrial({ accounts: 4 });
});
afterEach(() => trial.close());

async function examine(ledger = trial.ledger): Promise<DoctorResult> {
  const now = new Date(trial.simulator.clock.now()).toISOString();
  const args = ['doctor', '--json', '--now', now, '--kind', 'copy', '--max-attempts', '2'];
  const { stdout, stderr } = await runCliProcess([...args, '--ledger', ledger, '--s3-path-style'], {
    ...awsEnvironment(trial.simulator.url, trial.moto.url),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: trial.moto.url,
    AWS_ENDPOINT_URL_GLUE: trial.moto.url,
    AWS_ENDPOINT_URL_ATHENA: trial.moto.url,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as DoctorResult;
}

const troubles = ({ checks }: DoctorResult) =>
  checks
    .filter(({ status, name }) => status !== 'ok' && name !== 'clock')
    .map(({ status, name }) => `${status} ${name}`);

const place = () => ({
  endpoint: trial.moto.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

it('a bucket as it was made is not versioned, and the catalog is empty', async () => {
  const result = await examine();
  expect(troubles(result)).toEqual(['warning versioning', 'warning encryption', 'warning catalog']);
  expect(result.checks.find(({ name }) => name === 'credentials')?.message).toMatch(
    /^arn:aws:.* in account \d{12}$/,
  );
  expect(result.checks.find(({ name }) => name === 'conditional writes')?.status).toBe('ok');
});

it('has less to say once these are mended', async () => {
  const s3 = new S3Client({ ...place(), forcePathStyle: true });
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'engines', VersioningConfiguration }));
  s3.destroy();
  const glue = new GlueClient(place());
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'backup_ledger' } }));
  glue.destroy();
  expect(troubles(await examine())).toEqual(['warning encryption']);
});

it('a bucket that is not there is named', async () => {
  const { checks, exit_code } = await examine('s3://not-there/x');
  expect(exit_code).toBe(78);
  expect(checks.find(({ name }) => name === 'ledger')?.message).toContain('bucket not-there does not exist');
});
