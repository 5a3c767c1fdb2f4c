import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/day.ts';
import { BUNDLE, deployLambda, type LambdaFunction } from '../fixtures/lambda-function.ts';
import {
  awsEnvironment,
  expectedRows,
  openTrial,
  type Trial,
  withoutObservation,
} from '../fixtures/trial.ts';

/** The function as it is deployed: one file, run through its handler. */

let trial: Trial;
let lambda: LambdaFunction;
beforeEach(async () => {
  trial = await openTrial({ on: 's3' });
  lambda = deployLambda(environment());
});
afterEach(async () => {
  await trial.close();
});

function environment(): Record<string, string> {
  return {
    ...awsEnvironment(trial.simulator.url, trial.s3?.url),
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    BACKUP_LEDGER_LOG_LEVEL: 'error',
  };
}

const errorOf = async (event: unknown, timeLeftMs?: number) => {
  const { payload, failed } = await lambda.invoke(event, timeLeftMs === undefined ? {} : { timeLeftMs });
  expect(failed).toBe(true);
  return payload as { readonly errorType: string; readonly errorMessage: string; readonly trace: string[] };
};

/** Lines of CloudWatch metrics in the log. */
function metrics(): Readonly<Record<string, unknown>>[] {
  return lambda
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the bundle', () => {
  it('is one file of at most 1.5 MB, with room for what is to come, that needs no package', () => {
    expect(statSync(BUNDLE).size).toBeLessThan(1.5e6 * 0.9);
    const required = [...readFileSync(BUNDLE, 'utf8').matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(
      ([, name]) => name ?? '',
    );
    const foreign = required.filter((name) => !isBuiltin(name));
    expect([...new Set(foreign)].toSorted()).toEqual([
      '@aws-sdk/signature-v4-crt',
      '@duckdb/node-api',
      'fs-native-extensions',
      'kerberos',
      'log-update',
      'pino-pretty',
      'supports-color',
    ]);
  });

  it('holds what is asked of the AWS clients, and leaves out what nobody asks', () => {
    const text = readFileSync(BUNDLE, 'utf8');
    const operations = (names: readonly string[]) => names.filter((name) => text.includes(`"${name}"`));
    const asked = ['ListCopyJobSummaries', 'PutObject', 'UpdateTable', 'StartQueryExecution', 'ListAccounts'];
    expect(operations(asked)).toEqual(asked);
    expect(operations(['DeleteTable', 'DeleteWorkGroup', 'CloseAccount', 'DeleteTopic'])).toEqual([]);
  });

  it('comes with the licences of the packages in it', () => {
    const licences = readFileSync(join(dirname(BUNDLE), 'LICENSES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-backup', '@aws-sdk/client-s3', 'parquetjs-lite', 'p-retry', 'pino'])
      expect(licences).toMatch(new RegExp(`^${name} [\\d.]+ \\((?:MIT|Apache-2.0)\\)$`, 'm'));
    expect(licences).not.toMatch(/\(see its files\)$/m);
  });

  it('runs where there are no packages', () => {
    const script = `require(${JSON.stringify(BUNDLE)}); console.log('loaded')`;
    expect(execFileSync(process.execPath, ['-e', script], { cwd: '/', encoding: 'utf8' })).toBe('loaded\n');
  });
});

describe('action plan', () => {
  it('answers the flags of one pull for each slice, those of the event included', async () => {
    const { payload } = await lambda.invoke({
      action: 'plan',
      flags: { kind: 'copy,scan', region: ['eu-west-1', 'us-east-1'], 'max-rejects': 3 },
    });
    const { slices } = payload as { readonly slices: { readonly name: string; readonly flags: object }[] };
    expect(slices.map(({ name }) => name)).toEqual([
      'copy-ONE_DAY-eu-west-1-any',
      'copy-ONE_DAY-us-east-1-any',
      'scan-ONE_DAY-eu-west-1-any',
      'scan-ONE_DAY-us-east-1-any',
    ]);
    expect(slices[3]?.flags).toEqual({
      kind: 'scan',
      region: 'us-east-1',
      'aggregation-period': 'ONE_DAY',
      table: 'scan_job_summaries',
      'max-rejects': 3,
    });
  });

  it('takes the rest from the environment', async () => {
    const { payload } = await lambda.invoke({ action: 'plan' });
    expect(payload).toMatchObject({ slices: [{ name: 'copy-ONE_DAY-eu-west-1-any' }] });
  });
});

describe('action pull', () => {
  const pull = { action: 'pull', flags: { kind: 'copy', region: 'eu-west-1' } };

  it('brings the ledger up to date and answers what is worth carrying on', async () => {
    const { payload, failed } = await lambda.invoke(pull);
    expect(failed).toBe(false);
    const expected = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
    expect(payload).toEqual({
      schema_version: 1,
      slices: [
        {
          slice: 'copy-ONE_DAY-eu-west-1-any',
          kind: 'copy',
          outcome: 'ok',
          kept: expected.length,
          accounts: expect.any(Number),
          accounts_before: null,
          first_day: expect.stringMatching(/^2026-11-/),
          last_day: '2026-11-22',
          conflicts: 0,
          rejected: 0,
          reconciled: 'matched',
          written: 1,
          gap_days: 0,
          warnings: 0,
        },
      ],
    });
    expect(withoutObservation(await trial.rows())).toEqual(expected);
    expect((await trial.verify()).findings).toEqual([]);
    expect((await trial.records())[0]?.written_by).toMatch(/^backup-ledger \d+\.\d+\.\d+$/);
  });

  it('names a variable that is nearly a setting, and pulls', async () => {
    const mistyped = deployLambda({ ...environment(), BACKUP_LEDGER_PAGESIZE: '7' });
    expect((await mistyped.invoke(pull)).failed).toBe(false);
    expect(mistyped.log()).toContain(
      'warning: BACKUP_LEDGER_PAGESIZE is not a setting of backup-ledger; did you mean BACKUP_LEDGER_PAGE_SIZE?\n',
    );
  });

  it('always writes metrics, each a line of its own', async () => {
    await lambda.invoke(pull);
    expect(metrics()).toEqual([
      expect.objectContaining({ Kind: 'copy', Region: 'eu-west-1', FailedPulls: 0 }),
    ]);
  });

  it.each([
    ['throttling', 75, 'RetryLater', 'ThrottlingException'],
    ['access-denied', 78, 'FixConfig', 'backup:ListCopyJobSummaries'],
    ['rejects', 65, 'FixData', 'not usable'],
  ])(
    'with %s throws an error whose name says who acts, and keeps a record',
    async (fault, _code, name, words) => {
      trial.simulator.setFaults([
        fault === 'rejects'
          ? { fault: 'raw', items: '{"Count":-1}' }
          : { fault: fault as 'throttling' | 'access-denied' },
      ]);
      const event = { ...pull, flags: { ...pull.flags, 'max-attempts': 2 } };
      const { errorType, errorMessage, trace } = await errorOf(event);
      expect(errorType).toBe(name);
      expect(errorMessage).toContain('copy-ONE_DAY-eu-west-1-any: ');
      expect(errorMessage).toContain(words);
      expect(trace.join('\n')).not.toMatch(/^\s+at /m);
      expect(await trial.records()).toMatchObject([{ outcome: 'failed' }]);
      expect(metrics()).toEqual([expect.objectContaining({ FailedPulls: 1 })]);
      expect(await trial.rows()).toEqual([]);
    },
  );

  it('stops before its time is over, to be tried again, and leaves its record', async () => {
    trial.simulator.setFaults([{ fault: 'hang' }]);
    const { errorType, errorMessage } = await errorOf(pull, 21_000);
    expect([errorType, errorMessage]).toEqual(['RetryLater', expect.stringContaining('deadline')]);
    expect(await trial.records()).toMatchObject([{ outcome: 'failed', error: { name: 'DeadlineError' } }]);
  });

  it('does not begin without time', async () => {
    expect(await errorOf(pull, 5_000)).toMatchObject({ errorType: 'RetryLater' });
    expect(trial.simulator.requests.total).toBe(0);
  });

  it('twice writes no data the second time', async () => {
    await lambda.invoke(pull);
    const before = await trial.objects();
    const { payload } = await lambda.invoke(pull);
    expect(payload).toMatchObject({ slices: [{ written: 0 }] });
    const data = [...(await trial.objects())].filter(([key]) => key.startsWith('copy_'));
    expect(data).toEqual([...before].filter(([key]) => key.startsWith('copy_')));
  });
});

describe('action summarize', () => {
  const ok = (slice: string, change: object = {}) => ({
    slices: [
      {
        slice,
        kind: 'copy',
        outcome: 'ok',
        kept: 5,
        accounts: 40,
        accounts_before: 40,
        first_day: '2026-11-09',
        last_day: '2026-11-22',
        conflicts: 0,
        rejected: 0,
        reconciled: 'matched',
        written: 1,
        gap_days: 0,
        warnings: 0,
        ...change,
      },
    ],
  });
  const failure = (slice: string, name: string, message: string) => ({
    slice,
    error: { Error: name, Cause: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }) },
  });
  const summarize = async (planned: readonly string[], results: readonly object[]) =>
    (await lambda.invoke({ action: 'summarize', started_at: '2026-11-23T03:30:00Z', planned, results }))
      .payload;

  it('is ok when every planned slice is', async () => {
    expect(await summarize(['a', 'b'], [ok('a'), ok('b', { outcome: 'superseded' })])).toEqual({
      schema_version: 1,
      outcome: 'ok',
      slices: 2,
      failed: [],
      error: null,
      cause: null,
    });
    expect(metrics()).toEqual([
      expect.objectContaining({ Runs: 1, FailedRuns: 0, Heartbeats: 1, Slices: 2, FailedSlices: 0 }),
      expect.objectContaining({ Kind: 'copy', Accounts: 40 }),
    ]);
  });

  it('names the failed slices and the error that needs a person first', async () => {
    const results = [ok('a'), failure('b', 'RetryLater', 'throttled'), failure('c', 'FixConfig', 'denied')];
    expect(await summarize(['a', 'b', 'c'], results)).toEqual({
      schema_version: 1,
      outcome: 'partial',
      slices: 3,
      failed: [
        { slice: 'b', error: 'RetryLater', message: 'throttled' },
        { slice: 'c', error: 'FixConfig', message: 'denied' },
      ],
      error: 'FixConfig',
      cause: '2 of 3 slices failed. b: RetryLater: throttled; c: FixConfig: denied',
    });
    expect(metrics()[0]).toMatchObject({ FailedRuns: 1, FailedSlices: 2 });
    expect(metrics()[0]).not.toHaveProperty('Heartbeats');
  });

  it.each([5, { a: 1 }, null, ['x'], 'not JSON'])(
    'takes a Cause that is no message for what it is: %j',
    async (Cause) => {
      const odd = { slice: 'b', error: { Error: 'RetryLater', Cause } };
      expect(await summarize(['a', 'b'], [ok('a'), odd])).toMatchObject({
        outcome: 'partial',
        error: 'RetryLater',
        failed: [{ slice: 'b', message: expect.any(String) as string }],
      });
    },
  );

  it('counts a slice of which nothing came back as failed', async () => {
    expect(await summarize(['a', 'b'], [ok('a')])).toMatchObject({
      outcome: 'partial',
      error: 'RetryLater',
      failed: [{ slice: 'b', error: 'Unknown' }],
    });
  });

  it('takes an error of Lambda itself for one to try again', async () => {
    const timeout = { slice: 'a', error: { Error: 'Sandbox.Timedout', Cause: 'Task timed out' } };
    expect(await summarize(['a'], [timeout])).toMatchObject({ outcome: 'failed', error: 'RetryLater' });
  });

  it('stays below what Step Functions takes for a cause', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `slice-${index}`);
    const { cause } = (await summarize(
      names,
      names.map((name) => failure(name, 'FixConfig', 'x'.repeat(10_000))),
    )) as { readonly cause: string };
    expect(cause.length).toBeLessThan(32_768);
    expect(cause).toContain('300 of 300');
  });

  it('measures what is wrong in any slice, and the stalest of each kind', async () => {
    const slices = [
      ok('a', { accounts: 30, conflicts: 2 }),
      ok('b', { last_day: '2026-11-20', gap_days: 3, accounts: 3, accounts_before: 9 }),
      ok('c', { kind: 'backup', rejected: 1, reconciled: 'mismatched', last_day: null }),
    ];
    await summarize(['a', 'b', 'c'], slices);
    const [run, copies, backups] = metrics();
    expect(run).toMatchObject({ Conflicts: 2, GapDays: 3, Rejected: 1, TotalsMismatched: 1, Accounts: 40 });
    expect(run).toMatchObject({ AccountsShrunk: 1 });
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    expect(copies).toMatchObject({ Kind: 'copy', Accounts: 30 });
    expect(copies?.['NewestDayAge']).toBe((today - Date.UTC(2026, 10, 20)) / DAY_MS);
    expect(backups).toMatchObject({ Kind: 'backup', Accounts: 40 });
    expect(backups).not.toHaveProperty('NewestDayAge');
  });
});

describe('a wrong event', () => {
  it.each([
    ['nothing', undefined, ['event: expected an object']],
    ['text', 'pull', ['event: expected an object']],
    ['no action', {}, ['action: expected one of plan, pull, fail, summarize, register, verify, check, got']],
    [
      'another action',
      { action: 'drop' },
      ['action: expected one of plan, pull, fail, summarize, register, verify, check, got "drop"'],
    ],
    [
      'other keys',
      { action: 'pull', region: 'eu-west-1' },
      ['region: expected only flags, run, slice beside action pull'],
    ],
    ['flags that are none', { action: 'pull', flags: ['--kind'] }, ['flags: expected an object']],
    [
      'several wrong flags',
      { action: 'pull', flags: { kind: 'copies', 'page-size': 0, colour: 'red' } },
      ['kind: expected', 'page-size: expected', 'colour: unknown flag'],
    ],
    [
      'a local ledger',
      { action: 'pull', flags: { ledger: './ledger', 's3-path-style': false } },
      ['ledger: expected s3://bucket/prefix'],
    ],
    [
      'a dry run, which would succeed with nothing written',
      { action: 'pull', flags: { 'dry-run': true } },
      ['dry-run: expected false'],
    ],
    ['a file of flags', { action: 'pull', flags: { config: 'x.json' } }, ['config: expected no file']],
    ['a file of accounts', { action: 'plan', flags: { accounts: '@x' } }, ['accounts: expected a list']],
    [
      'a summary of nothing',
      { action: 'summarize' },
      ['started_at: expected an instant', 'planned: expected the names', 'results: expected what came'],
    ],
    [
      'a summary of no slices',
      { action: 'summarize', started_at: '2026-11-23T03:30:00Z', planned: [], results: [] },
      ['planned: expected the names of the slices, got []'],
    ],
    [
      'a slice that failed, passed off as a result',
      {
        action: 'summarize',
        started_at: '2026-11-23T03:30:00Z',
        planned: ['a'],
        results: [{ slices: [{ slice: 'a', outcome: 'failed' }] }],
      },
      ['results: expected slices, or slice and error'],
    ],
    [
      'a result that is none',
      { action: 'summarize', started_at: '2026-11-23T03:30:00Z', planned: ['a'], results: [{ ok: true }] },
      ['results: expected slices, or slice and error, got {"ok":true}'],
    ],
  ])('(%s) is refused with every problem', async (_what, event, problems) => {
    const { errorType, errorMessage } = await errorOf(event);
    expect(errorType).toBe('FixConfig');
    for (const problem of problems) expect(errorMessage).toContain(problem);
  });
});
