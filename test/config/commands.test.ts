import { describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { parsePullConfig, type PullConfig } from '../../src/config/commands.ts';
import type { Settings } from '../../src/config/resolve.ts';
import { grainOf } from '../../src/domain/slice.ts';
import { aSlice } from '../fixtures/builders.ts';

function problemsOf(argv: Settings): readonly string[] {
  const parsed = parsePullConfig({ argv, env: {} });
  return 'problems' in parsed ? parsed.problems : [];
}

function configOf(argv: Settings): PullConfig {
  const parsed = parsePullConfig({ argv, env: {} });
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.config;
}

function slicesOf(argv: Settings) {
  const config = configOf(argv);
  return config.slicesIn(config.regions === 'all' ? ['eu-west-1', 'us-east-1'] : config.regions);
}

describe('the slices of a pull', () => {
  it('are one copy slice a region by default, everything asked as ANY', () => {
    expect(slicesOf({ region: 'eu-west-1' })).toEqual([aSlice()]);
  });

  it("have the SDK's region where none is given", () => {
    expect(configOf({}).regions).toEqual([]);
    expect(configOf({}).slicesIn(['us-east-1'])).toEqual([aSlice({ region: 'us-east-1' })]);
  });

  it('are one for each kind and region', () => {
    const slices = slicesOf({ kind: 'copy,scan', region: 'eu-west-1,us-east-1' });
    expect(slices.map(({ kind, region, table }) => [kind, region, table])).toEqual([
      ['copy', 'eu-west-1', 'copy_job_summaries'],
      ['copy', 'us-east-1', 'copy_job_summaries'],
      ['scan', 'eu-west-1', 'scan_job_summaries'],
      ['scan', 'us-east-1', 'scan_job_summaries'],
    ]);
    expect(slicesOf({ kind: 'all', region: 'eu-west-1' }).map(({ kind }) => kind)).toEqual(kindNames);
  });

  it('are one for a kind or region named twice', () => {
    expect(slicesOf({ kind: ['copy', 'copy'], region: ['eu-west-1,eu-west-1'] })).toHaveLength(1);
  });

  it('of one account go into the main table under a scope of their own', () => {
    const [slice] = slicesOf({ region: 'eu-west-1', account: '111111111111' });
    expect(slice).toEqual(aSlice({ scope: '111111111111', filters: { AccountId: '111111111111' } }));
  });

  it('summed over accounts have no account for a scope', () => {
    const [slice] = slicesOf({ region: 'eu-west-1', account: 'AGGREGATE_ALL', table: 'sums' });
    expect(slice).toMatchObject({ scope: 'any', filters: { AccountId: 'AGGREGATE_ALL' } });
  });

  it('carry every filter, and the table of their own', () => {
    const argv = {
      state: 'FAILED',
      'resource-type': 'EBS',
      'message-category': 'AccessDenied',
      table: 'copy_failures',
    };
    const [slice = aSlice()] = slicesOf({ region: 'eu-west-1', ...argv });
    expect(slice.table).toBe('copy_failures');
    expect(grainOf(slice)).toEqual({ State: 'FAILED', ResourceType: 'EBS', MessageCategory: 'AccessDenied' });
  });
});

describe('a main table', () => {
  it.each([
    [{ state: 'FAILED' }, 'state', '"FAILED"'],
    [{ 'resource-type': 'EBS' }, 'resource-type', '"EBS"'],
    [{ 'message-category': 'Success' }, 'message-category', '"Success"'],
    [{ account: 'AGGREGATE_ALL' }, 'account', '"AGGREGATE_ALL"'],
    [{ state: 'AGGREGATE_ALL' }, 'state', '"AGGREGATE_ALL"'],
    [{ 'aggregation-period': 'SEVEN_DAYS' }, 'aggregation-period', '"SEVEN_DAYS"'],
    [{ state: 'FAILED', table: 'copy_job_summaries' }, 'state', '"FAILED"'],
  ])('does not take %o, and says why', (argv, flag, shown) => {
    expect(problemsOf(argv)).toEqual([
      `${flag}: expected the default, because copy_job_summaries holds daily rows with nothing filtered or aggregated ` +
        `and its sums would no longer be true, got ${shown}; give such rows a table of their own with --table`,
    ]);
  });

  it('names every flag that does not fit', () => {
    const problems = problemsOf({
      state: 'FAILED',
      'resource-type': 'EBS',
      'aggregation-period': 'FOURTEEN_DAYS',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'state',
      'resource-type',
      'aggregation-period',
    ]);
  });

  it.each([{ account: '111111111111' }, { table: 'copy_job_summaries' }, {}])('takes %o', (argv) => {
    expect(problemsOf(argv)).toEqual([]);
  });
});

describe('a table of its own', () => {
  it.each([
    { state: 'FAILED' },
    { 'resource-type': 'AGGREGATE_ALL' },
    { 'aggregation-period': 'SEVEN_DAYS' },
    { account: 'AGGREGATE_ALL' },
    {},
  ])('takes %o', (argv) => {
    expect(problemsOf({ ...argv, table: 'of_its_own' })).toEqual([]);
  });

  it('is of one kind', () => {
    expect(problemsOf({ kind: 'copy,backup', table: 'mine' })).toEqual([
      'table: expected one kind for one table, got copy, backup',
    ]);
  });

  it.each(['raw', 'pulls'])('is not called %s', (table) => {
    expect(problemsOf({ table })).toEqual([
      expect.stringMatching(/^table: expected .*neither raw, pulls nor the name of a view, got /),
    ]);
  });
});

describe('what a kind does not have', () => {
  it.each(['restore', 'scan'])('is a message category for %s jobs', (kind) => {
    expect(problemsOf({ kind, 'message-category': 'Success', table: 'mine' })).toEqual([
      `message-category: expected none, because ${kind} jobs have no MessageCategory filter, got "Success"`,
    ]);
  });

  it.each(['SEVEN_DAYS', 'FOURTEEN_DAYS'])('is a period of %s for scan jobs', (period) => {
    expect(problemsOf({ kind: 'scan', 'aggregation-period': period, table: 'mine' })).toEqual([
      `aggregation-period: expected ONE_DAY for scan jobs, which AWS only counts by day, got "${period}"`,
    ]);
  });

  it.each([
    ['copy', 'EXPIRED'],
    ['backup', 'COMPLETING'],
    ['restore', 'PARTIAL'],
    ['scan', 'ABORTED'],
    ['copy', 'failed'],
  ])('for %s jobs is the state %s', (kind, state) => {
    expect(problemsOf({ kind, state, table: 'mine' })).toEqual([
      expect.stringMatching(
        new RegExp(`^state: expected one of .*ANY, AGGREGATE_ALL for ${kind} jobs, got "${state}"$`),
      ),
    ]);
  });

  it('is told for each kind that lacks it', () => {
    const problems = problemsOf({ kind: 'all', 'message-category': 'Success' });
    expect(problems).toEqual([
      expect.stringContaining('restore jobs have no MessageCategory'),
      expect.stringContaining('scan jobs have no MessageCategory'),
    ]);
  });
});

describe('flags for S3 alone', () => {
  it.each([{ 'expected-bucket-owner': '111111111111' }, { 'kms-key': 'alias/a' }, { 's3-path-style': true }])(
    'are refused with a local ledger: %o',
    (argv) => {
      const [name] = Object.keys(argv);
      expect(problemsOf(argv)).toEqual([
        `${name}: expected only with a ledger on s3://, got it with a local folder`,
      ]);
      expect(problemsOf({ ...argv, ledger: 's3://my-bucket/x' })).toEqual([]);
    },
  );

  it('are not complained of where the ledger itself is wrong', () => {
    expect(problemsOf({ ledger: 's3://B', 'kms-key': 'alias/a' })).toHaveLength(1);
  });
});

describe('problems', () => {
  it('come all at once, whichever rule they break', () => {
    const problems = problemsOf({
      nonsense: '1',
      'page-size': '0',
      deadline: 'soon',
      ledger: './ledger',
      'kms-key': 'alias/a',
      state: 'FAILED',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'nonsense',
      'page-size',
      'deadline',
      'state',
      'kms-key',
    ]);
  });

  it('of flags together wait until each is right by itself', () => {
    expect(problemsOf({ kind: 'copies', state: 'FAILED' })).toEqual([expect.stringMatching(/^kind: /)]);
  });

  it('do not come from what a stronger source hides', () => {
    const parsed = parsePullConfig({ argv: { state: 'ANY' }, env: { BACKUP_LEDGER_STATE: 'FAILED' } });
    expect(parsed).toHaveProperty('config');
  });
});
