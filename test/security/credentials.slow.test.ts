import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GIVE_CREDENTIALS } from '../../src/errors.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type AccountServices, startAccountServices } from '../fixtures/account-services.ts';
import { runCliHere, runCliProcess } from '../fixtures/cli.ts';
import { RUN_TIME } from '../fixtures/trial.ts';

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

describe('credentials the SDK finds by itself', () => {
  let simulator: Simulator;
  let services: AccountServices;
  let folder: string;

  beforeAll(async () => {
    simulator = await startSimulator({ now: RUN_TIME, summaries: 20 });
    services = await startAccountServices();
    folder = await mkdtemp(join(tmpdir(), 'backup-ledger-profiles-'));
    const cache = join(folder, '.aws', 'sso', 'cache');
    await mkdir(cache, { recursive: true });
    await writeFile(join(folder, '.aws', 'config'), PROFILES.replaceAll('FOLDER', folder));
    await writeFile(join(folder, 'token'), 'a token');
    const session = createHash('sha1').update('work').digest('hex');
    const token = { accessToken: 'a token', expiresAt: '2099-01-01T00:00:00Z' };
    await writeFile(join(cache, `${session}.json`), JSON.stringify(token));
  });
  afterAll(async () => {
    await Promise.all([simulator.close(), services.close()]);
    await rm(folder, { recursive: true });
  });

  function pullAs(profile: string) {
    const args = ['pull', '--dry-run', '--ledger', join(folder, 'ledger'), '--max-attempts', '1'];
    return runCliProcess([...args, '--now', new Date(RUN_TIME).toISOString()], {
      HOME: folder,
      AWS_PROFILE: profile,
      AWS_ENDPOINT_URL_BACKUP: simulator.url,
      AWS_ENDPOINT_URL_STS: services.url,
      AWS_ENDPOINT_URL_SSO: services.url,
    });
  }

  it.each([
    [
      'chain',
      ['AssumeRole arn:aws:iam::111122223333:role/mid', 'AssumeRole arn:aws:iam::444455556666:role/top'],
    ],
    ['web', ['AssumeRoleWithWebIdentity arn:aws:iam::111122223333:role/web']],
    ['sso', ['GetRoleCredentials look of 111122223333']],
    ['process', []],
  ])('of profile %s are used', async (profile, asked) => {
    services.requests.length = 0;
    const { code, stderr } = await pullAs(profile);
    expect({ code, asked: services.requests, stderr }).toMatchObject({ code: 0, asked });
  });

  it.each([
    ['mfa', 'requires multi-factor authentication'],
    ['sso-over', "run 'aws sso login'"],
    ['web-lost', 'no such file or directory'],
  ])('of profile %s cannot be used, and why is said', async (profile, words) => {
    const { code, stderr } = await pullAs(profile);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(78);
  });
});

const PROFILES = `
[profile base]
aws_access_key_id = test
aws_secret_access_key = test
[profile mid]
role_arn = arn:aws:iam::111122223333:role/mid
source_profile = base
[profile chain]
region = eu-west-1
role_arn = arn:aws:iam::444455556666:role/top
source_profile = mid
[profile mfa]
region = eu-west-1
role_arn = arn:aws:iam::444455556666:role/top
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/me
[profile web]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/web
web_identity_token_file = FOLDER/token
[profile web-lost]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/web
web_identity_token_file = FOLDER/nowhere
[profile process]
region = eu-west-1
credential_process = echo '{"Version": 1, "AccessKeyId": "test", "SecretAccessKey": "test"}'
[profile sso]
region = eu-west-1
sso_session = work
sso_account_id = 111122223333
sso_role_name = look
[profile sso-over]
region = eu-west-1
sso_session = home
sso_account_id = 111122223333
sso_role_name = look
[sso-session work]
sso_region = eu-west-1
sso_start_url = https://example.awsapps.com/start
[sso-session home]
sso_region = eu-west-1
sso_start_url = https://example.awsapps.com/start
`;
