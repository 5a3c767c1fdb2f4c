import { Ajv } from 'ajv';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CheckResult, checkResultSchema } from '../../schemas/check-result.ts';
import type { AthenaServer } from '../fixtures/athena-server.ts';
import { runCliHere, runCliProcess } from '../fixtures/cli.ts';
import { type JsonService, serveJson, ServiceError } from '../fixtures/json-service.ts';
import { startTopicServer, type TopicServer } from '../fixtures/topic-server.ts';
import { startAthenaOver } from './athena.ts';
import { jobs, openStory, type StoryTrial, told } from './story.ts';

/** The command: what it prints, publishes and ends with, on one ledger with a silent account and a fallen rate. */

const GOOD = '111111111111';
const BAD = '222222222222';
const MUTE = '333333333333';
const TOPIC = 'arn:aws:sns:eu-central-1:999999999999:backups';

let story: StoryTrial;
beforeAll(async () => {
  story = await openStory();
  await story.pullTo('2026-11-22', (day) => [
    ...jobs(day, GOOD, { completed: 10 }),
    ...jobs(day, BAD, day < '2026-11-16' ? { completed: 10 } : { completed: 8, failed: 2 }),
    ...(day < '2026-11-12' ? jobs(day, MUTE, { completed: 1 }) : []),
  ]);
});
afterAll(() => story.trial.close());

let sns: TopicServer;
beforeEach(async () => {
  sns = await startTopicServer();
});
afterEach(() => sns.close());

const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' };
const check = (...flags: readonly string[]) =>
  runCliHere([...story.args(), '--max-attempts', '2', ...flags], {
    ...credentials,
    AWS_ENDPOINT_URL_SNS: sns.url,
  });
/** Nothing is found with these. */
const calm = ['--max-fall', '20', '--max-silent-days', '12'];

describe('what is printed', () => {
  it('is one line for each finding, worst first, how jobs ended, and exit code 1', async () => {
    const { code, stdout, stderr } = await runCliProcess([...story.args(), '--since', '2026-11-09']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'account-silent 333333333333: no job completed since 2026-11-11, for 11 days (7 are too many); no job ended at all since then',
      'success-fell copy of 222222222222: 80.0 % completed in the 7 days to 2026-11-22 (56 of 70), ' +
        '100.0 % in the week before (70 of 70): 20.0 points less; at most 10 allowed',
      'reason-new copy: ACCESSDENIED: 14 jobs in 1 account since 2026-11-16, none from 2026-11-09 to 2026-11-15',
      'copy: 90.0 % completed on 2026-11-22 (18 of 20), 90.0 % in the 7 days to it (126 of 140), ' +
        '100.0 % in the week before (143 of 143)',
      '3 findings',
      '',
    ]);
  });

  it('is one JSON line by the schema with --json', async () => {
    const { code, stdout } = await check('--json', '--min-success', '85');
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, formats: { date: true, 'date-time': true } });
    const validate = ajv.compile(checkResultSchema);
    const result = JSON.parse(stdout) as CheckResult;
    expect(validate(result) ? '' : ajv.errorsText(validate.errors)).toBe('');
    expect(stdout).toMatch(/^\{.*\}\n$/);
    expect(code).toBe(1);
    expect(result).toMatchObject({
      outcome: 'findings',
      exit_code: 1,
      checked_at: expect.stringMatching(/^2026-11-23T03:30/),
      ledger: story.trial.ledger,
      thresholds: {
        min_success: 85,
        max_fall: 10,
        max_silent_days: 7,
        max_age_hours: 36,
        since: '2026-10-26',
      },
      sns: null,
      error: null,
    });
    expect(result.findings.map(({ code: found }) => found)).toEqual([
      'account-silent',
      'success-low',
      'success-fell',
      'reason-new',
    ]);
  });
});

describe('the topic', () => {
  it('gets one message in its own region, with attributes to filter by', async () => {
    const { code, stdout } = await check('--sns-topic', TOPIC, '--json');
    expect(code).toBe(1);
    expect(sns.published).toEqual([
      {
        topic: TOPIC,
        region: 'eu-central-1',
        subject: 'backup-ledger 2026-11-23: 1 silent account, 1 fallen success rate, 1 new reason',
        text: expect.stringMatching(
          /^3 findings in .*\n\n1\. 333333333333\nno job completed since 2026-11-11/,
        ),
        attributes: {
          outcome: 'String findings',
          findings: 'Number 3',
          codes: 'String.Array ["account-silent","success-fell","reason-new"]',
          kinds: 'String.Array ["copy"]',
        },
      },
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ sns: { topic: TOPIC, message_id: 'message-1' }, error: null });
  });

  it('hears nothing when nothing is found, unless it is to be told always', async () => {
    const quiet = [...calm, '--since', '2026-11-16', '--sns-topic', TOPIC];
    expect((await check(...quiet)).code).toBe(0);
    expect(sns.published).toEqual([]);
    expect((await check(...quiet, '--always')).code).toBe(0);
    expect(sns.published).toMatchObject([
      {
        subject: 'backup-ledger 2026-11-23: nothing found',
        text: expect.stringContaining('copy: 90.0 % completed on 2026-11-22 (18 of 20)'),
        attributes: { outcome: 'String ok', findings: 'Number 0', codes: 'String.Array []' },
      },
    ]);
  });

  it('is asked again while SNS is busy', async () => {
    sns.fail({ status: 400, code: 'Throttling', times: 1 });
    expect((await check('--sns-topic', TOPIC)).code).toBe(1);
    expect(sns.published).toHaveLength(1);
  });

  it.each([
    [403, 'AuthorizationError', 78, 'jobs/iam/check-policy.json'],
    [404, 'NotFound', 78, "is the topic's ARN right?"],
    [500, 'InternalError', 75, 'try again later'],
    [400, 'KMSThrottling', 75, 'try again later'],
  ])(
    'that cannot be told (%i %s) is an error of its own, and what was found is printed all the same',
    async (status, name, exitCode, words) => {
      sns.fail({ status, code: name, times: 9 });
      const { code, stdout, stderr } = await check('--sns-topic', TOPIC, '--json');
      expect(code).toBe(exitCode);
      expect(stderr).toMatch(/^backup-ledger: the message could not be published to arn:\S+: /);
      expect(stderr).toContain(name);
      expect(stderr).toContain(words);
      const { findings, error, ...rest } = JSON.parse(stdout) as CheckResult;
      expect(findings).toHaveLength(3);
      expect(rest).toMatchObject({ outcome: 'failed', exit_code: exitCode, sns: null });
      expect(stderr).toBe(`backup-ledger: ${error?.message}\n`);
    },
  );
});

describe('--expect-accounts organizations', () => {
  let organizations: JsonService;
  const member = (Id: string, State: string) => ({ Id, State, Status: State, Name: 'x' });
  const pages: Readonly<Record<string, object>> = {
    '': { Accounts: [member(GOOD, 'ACTIVE'), member('444444444444', 'ACTIVE')], NextToken: 'more' },
    more: { Accounts: [member('555555555555', 'SUSPENDED'), member(MUTE, 'CLOSED')] },
  };
  beforeEach(async () => {
    organizations = await serveJson({
      ListAccounts: ({ NextToken = '' }: { readonly NextToken?: string }) => pages[NextToken],
    });
  });
  afterEach(() => organizations.close());

  const ask = (...flags: readonly string[]) =>
    runCliHere([...story.args(), '--json', '--max-fall', '100', '--expect-accounts', ...flags], {
      ...credentials,
      AWS_ENDPOINT_URL_ORGANIZATIONS: organizations.url,
    });

  it('misses the active accounts of the organisation, and no others', async () => {
    const found = told(JSON.parse((await ask('organizations')).stdout) as CheckResult);
    expect(found).toEqual([
      'account-never-seen 444444444444: null against null',
      'reason-new copy: 14 against 0',
    ]);
  });

  it('may be named beside accounts', async () => {
    const found = told(JSON.parse((await ask(`organizations,${MUTE}`)).stdout) as CheckResult);
    expect(found[0]).toBe(`account-silent ${MUTE}: 11 against 7`);
  });

  it('says what is not allowed', async () => {
    organizations.intercept(() => {
      throw new ServiceError('AccessDeniedException', 'no', {}, 400);
    });
    const { code, stdout, stderr } = await ask('organizations');
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain('ListAccounts: AccessDeniedException');
    expect(stderr).toContain('allow organizations:ListAccounts');
  });
});

describe('on Athena', () => {
  let athena: AthenaServer;
  beforeAll(async () => {
    athena = await startAthenaOver(story.trial.ledger);
  });
  afterAll(() => athena.close());

  it('the same is found as on the local engine, and months are bounded but for an expected account that is nowhere', async () => {
    const flags = ['--min-success', '85', '--expect-accounts', `${GOOD},${MUTE},444444444444`, '--json'];
    const here = JSON.parse((await check(...flags)).stdout) as CheckResult;
    const there = await runCliHere(
      [...story.args().map((word) => (word === story.trial.ledger ? 's3://bucket/ledger' : word)), ...flags],
      { ...credentials, AWS_ENDPOINT_URL_ATHENA: athena.url },
    );
    expect(there).toMatchObject({ code: 1, stderr: '' });
    const { findings, kinds, notes } = JSON.parse(there.stdout) as CheckResult;
    expect({ findings, kinds, notes }).toEqual({
      findings: here.findings,
      kinds: here.kinds,
      notes: here.notes,
    });
    const selects = [...athena.executions.values()].flatMap(({ sql }) => sql.split('UNION ALL'));
    const unbounded = selects.filter((sql) => !/(?:start|pull)_month (?:BETWEEN|>=) '\d{4}-\d\d'/.test(sql));
    expect(unbounded.map((sql) => /FROM (\w+)/.exec(sql)?.[1])).toEqual([
      'copy_job_daily',
      'backup_job_daily',
      'restore_job_daily',
      'scan_job_daily',
    ]);
  });
});

describe('a mistake', () => {
  it.each([
    [
      ['--min-success', '950'],
      'min-success: expected a percentage such as 95 or 99.5, or a share such as 0.95',
    ],
    [['--max-fall', '-1'], 'max-fall: expected a whole number from 0 to 100'],
    [['--max-silent-days', '0'], 'max-silent-days: expected a whole number from 1 to 3650'],
    [
      ['--expect-accounts', 'all'],
      'expect-accounts: expected an account of 12 digits, or organizations, or @file',
    ],
    [['--sns-topic', 'backups'], "sns-topic: expected a standard SNS topic's ARN"],
    [['--sns-topic', `${TOPIC}.fifo`], "sns-topic: expected a standard SNS topic's ARN"],
    [['--always'], 'always: expected only with --sns-topic'],
    [['--workgroup', 'x'], 'workgroup: expected only with a ledger on s3://'],
  ])('%j is told with exit 64', async (flags, words) => {
    const { code, stdout, stderr } = await check(...flags);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(words);
  });
});
