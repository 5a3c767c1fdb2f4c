import { expect, it } from 'vitest';
import { GIVE_CREDENTIALS } from '../../src/errors.ts';
import { runCliHere } from '../fixtures/cli.ts';

/** Whatever is asked for, and of whichever service: the cure is the same. */

const nobody = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_REGION: 'eu-west-1',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
};
const onS3 = ['--ledger', 's3://a-bucket/prefix'];
const results = ['--output-location', 's3://results/athena/'];
const locally = ['--ledger', '/nonexistent/ledger'];

it.each([
  ['pull', ['--dry-run', ...locally]],
  ['pull', onS3],
  ['pull', ['--region', 'all', ...locally]],
  [
    'pull',
    ['--dry-run', '--assume-role', 'arn:aws:iam::{account}:role/x', '--accounts', '111122223333', ...locally],
  ],
  ['plan', ['--region', 'all']],
  ['verify', onS3],
  ['replay', onS3],
  ['register', [...onS3, ...results]],
  ['query', [...onS3, ...results, 'SELECT 1']],
  ['report', [...onS3, ...results, '--out', '/nonexistent/report.html']],
  ['doctor', [...onS3, ...results]],
])('%s %j without credentials names the cure', async (command, flags) => {
  const { code, stdout, stderr } = await runCliHere([command, ...flags], nobody);
  expect(stdout + stderr).toContain(`no AWS credentials were found: ${GIVE_CREDENTIALS}`);
  expect(stdout + stderr).not.toContain('allow the caller backup:');
  expect(code).toBe(78);
});
