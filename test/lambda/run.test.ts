import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { deployLambda, type LambdaFunction } from '../fixtures/lambda-function.ts';
import {
  awsEnvironment,
  BUCKET,
  expectedRows,
  openTrial,
  type Trial,
  withoutObservation,
} from '../fixtures/trial.ts';

/** A run whose steps leave each other objects: what the state machine carries, and what lies beside the ledger. */

let trial: Trial;
let lambda: LambdaFunction;
beforeEach(async () => {
  trial = await openTrial({ on: 's3' });
  lambda = deployLambda(environment());
});
afterEach(() => trial.close());

function environment(): Record<string, string> {
  return {
    ...awsEnvironment(trial.simulator.url, trial.s3?.url),
    STACK: 'one',
    BACKUP_LEDGER_LEDGER: trial.ledger,
    BACKUP_LEDGER_REGION: 'eu-west-1,us-east-1',
    BACKUP_LEDGER_S3_PATH_STYLE: 'true',
    BACKUP_LEDGER_NOW: new Date(trial.simulator.clock.now()).toISOString(),
    BACKUP_LEDGER_LOG_LEVEL: 'error',
  };
}

/** What Step Functions takes from step to step, in bytes of UTF-8. Source: its quotas. */
const MAX_PAYLOAD = 256 * 1024;

async function invoke(event: object): Promise<Readonly<Record<string, unknown>>> {
  const { payload, failed } = await lambda.invoke(event);
  expect(failed, JSON.stringify(payload)).toBe(false);
  return payload as Readonly<Record<string, unknown>>;
}

const run = 'daily-1';
const plan = (flags: object = {}) => invoke({ action: 'plan', run, flags });
const pull = (slice: number) => lambda.invoke({ action: 'pull', run, slice });
const fail = (slice: number, error: object) => invoke({ action: 'fail', run, slice, error });
const summarize = () => invoke({ action: 'summarize', run, started_at: '2026-11-23T03:30:00Z' });

/** Objects of the run, by their key below it, in order. */
function objectsOfRun(): Map<string, unknown> {
  const root = `${BUCKET}/prefix-work/runs/${run}/`;
  const found = [...(trial.s3?.objects ?? [])]
    .filter(([key]) => key.startsWith(root))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map(found.map(([key, { bytes }]) => [key.slice(root.length), JSON.parse(bytes.toString())]));
}

function metrics(): Readonly<Record<string, unknown>>[] {
  const lines = lambda.log().split('\n');
  return lines
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a run', () => {
  it('carries its name and the numbers of its slices, and pulls all of them', async () => {
    expect(await plan()).toEqual({ schema_version: 1, run, slices: [0, 1] });
    for (const slice of [0, 1]) expect((await pull(slice)).failed).toBe(false);
    expect(await summarize()).toEqual({
      schema_version: 1,
      outcome: 'ok',
      slices: 2,
      failed_slices: 0,
      failed: [],
      error: null,
      cause: null,
      summary: `s3://${BUCKET}/prefix-work/runs/${run}/summary.json`,
    });
    const truth = ['eu-west-1', 'us-east-1'].flatMap((region) =>
      trial.simulator.truth({ kind: 'copy', region }),
    );
    expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
  });

  it('keeps its objects beside the ledger, where verify finds nothing strange', async () => {
    await plan();
    await pull(0);
    expect([...objectsOfRun().keys()]).toEqual(['plan/00000.json', 'results/000000.json']);
    expect((await trial.verify()).findings).toEqual([]);
  });

  it('gives what was wanted of the whole to each slice', async () => {
    await plan({ 'max-rejects': 3 });
    expect(objectsOfRun().get('plan/00000.json')).toMatchObject([
      { name: 'copy-ONE_DAY-eu-west-1-any', flags: { region: 'eu-west-1', 'max-rejects': 3 } },
      { name: 'copy-ONE_DAY-us-east-1-any', flags: { region: 'us-east-1', 'max-rejects': 3 } },
    ]);
  });

  it('names a slice whose function said nothing any more, with what Step Functions caught', async () => {
    await plan();
    await pull(0);
    await fail(1, { Error: 'Sandbox.Timedout', Cause: 'Task timed out after 900.00 seconds' });
    const { outcome, error, cause } = await summarize();
    expect([outcome, error]).toEqual(['partial', 'RetryLater']);
    expect(cause).toContain(
      '1 of 2 slices failed. copy-ONE_DAY-us-east-1-any: Sandbox.Timedout: Task timed out',
    );
  });

  it('goes by the last result of a slice', async () => {
    await plan();
    await pull(0);
    await fail(1, { Error: 'RetryLater', Cause: 'throttled' });
    await pull(1);
    expect(await summarize()).toMatchObject({ outcome: 'ok' });
  });

  it('counts a slice of which nothing came back as failed', async () => {
    await plan();
    await pull(0);
    expect(await summarize()).toMatchObject({
      outcome: 'partial',
      failed: [{ slice: 'copy-ONE_DAY-us-east-1-any', error: 'Unknown' }],
    });
  });

  it('that was never planned fails, whatever is asked of it', async () => {
    for (const event of [
      { action: 'pull', run: 'other', slice: 0 },
      { action: 'summarize', run: 'other', started_at: '2026-11-23T03:30:00Z' },
    ]) {
      const { payload } = await lambda.invoke(event);
      expect(payload).toMatchObject({
        errorType: 'FixConfig',
        errorMessage: expect.stringContaining('run other has no plan') as string,
      });
    }
  });

  it('says of its metrics which stack they are of', async () => {
    await plan();
    await pull(0);
    await pull(1);
    await summarize();
    expect(new Set(metrics().map(({ Stack }) => Stack))).toEqual(new Set(['one']));
    expect(metrics().map((line) => Object.keys(line).find((name) => name in marks))).toEqual([
      'Pulls',
      'Pulls',
      'Runs',
      'Accounts',
      'DaysSinceVerified',
    ]);
  });

  /** By these metrics a line is known. */
  const marks = { Pulls: 1, Runs: 1, DaysSinceVerified: 1, Accounts: 1 };
});

describe('what the state machine carries', () => {
  const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

  it('is small for 2,000 slices, all of which failed with much to say', async () => {
    const accounts = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(12, '0')).join(',');
    const flags = { accounts, 'assume-role': 'arn:aws:iam::{account}:role/backup-ledger' };
    const planned = await plan(flags);
    expect(planned['slices']).toHaveLength(2_000);
    expect(sizeOf(planned) + sizeOf(flags)).toBeLessThan(MAX_PAYLOAD / 8);
    const plans = [...objectsOfRun().values()] as readonly (readonly { readonly name: string }[])[];
    const names = plans.flat().map(({ name }) => name);
    const error = { Error: 'FixConfig', Cause: JSON.stringify({ errorMessage: 'denied '.repeat(150) }) };
    const root = `${BUCKET}/prefix-work/runs/${run}/results/`;
    for (let slice = 0; slice < 2_000; slice += 1) {
      const bytes = Buffer.from(JSON.stringify({ slice: names[slice], error }));
      trial.s3?.objects.set(`${root}${String(slice).padStart(6, '0')}.json`, {
        bytes,
        etag: `"${slice}"`,
        lastModified: new Date(),
        headers: {},
      });
    }
    const summary = await summarize();
    expect(summary).toMatchObject({ outcome: 'failed', slices: 2_000, failed_slices: 2_000 });
    expect(sizeOf(planned) + sizeOf(flags) + sizeOf(summary)).toBeLessThan(MAX_PAYLOAD / 2);
    // Who wants to know which finds every one of them.
    const { failed } = objectsOfRun().get('summary.json') as { readonly failed: readonly object[] };
    expect(failed).toHaveLength(2_000);
    expect(failed.at(-1)).toMatchObject({ slice: names.at(-1), error: 'FixConfig' });
    expect(summary['cause']).toContain(`s3://${BUCKET}/prefix-work/runs/${run}/summary.json`);
  });

  it('has room for 300 accounts, 17 regions and 4 kinds', async () => {
    const accounts = Array.from({ length: 300 }, (_, index) => String(index).padStart(12, '0')).join(',');
    const region = Array.from({ length: 17 }, (_, index) => `eu-west-${index + 1}`).join(',');
    const flags = {
      kind: 'all',
      region,
      accounts,
      'assume-role': 'arn:aws:iam::{account}:role/backup-ledger',
    };
    const planned = await plan(flags);
    const slices = planned['slices'] as readonly number[];
    expect(slices).toHaveLength(300 * 17 * kindNames.length);
    // The Map hands on the number of each slice, and nothing else.
    const state = sizeOf(planned) + sizeOf(flags);
    expect(state).toBeLessThan(MAX_PAYLOAD / 2);
    expect(sizeOf(slices)).toBeLessThan(MAX_PAYLOAD / 2);
  });

  it('does not begin with more slices than it can number', async () => {
    const accounts = Array.from({ length: 4_000 }, (_, index) => String(index).padStart(12, '0')).join(',');
    const flags = { kind: 'all', accounts, 'assume-role': 'arn:aws:iam::{account}:role/backup-ledger' };
    const { payload } = await lambda.invoke({ action: 'plan', run, flags });
    expect(payload).toMatchObject({
      errorType: 'FixConfig',
      errorMessage: expect.stringContaining('expected at most 30000 slices in a run, got 32000') as string,
    });
  });
});

describe('slices of one region', () => {
  it('are no neighbours in the plan, because they write the same objects', async () => {
    const flags = {
      accounts: '111111111111,222222222222',
      'assume-role': 'arn:aws:iam::{account}:role/backup-ledger',
    };
    await plan(flags);
    const planned = objectsOfRun().get('plan/00000.json') as readonly { readonly name: string }[];
    expect(planned.map(({ name }) => name)).toEqual([
      'copy-ONE_DAY-eu-west-1-111111111111',
      'copy-ONE_DAY-us-east-1-111111111111',
      'copy-ONE_DAY-eu-west-1-222222222222',
      'copy-ONE_DAY-us-east-1-222222222222',
    ]);
  });
});

describe('a wrong event of a run', () => {
  it.each([
    ['no name', { action: 'plan', run: '../x' }, ['run: expected letters, digits']],
    ['no number', { action: 'pull', run, slice: -1 }, ['slice: expected its number in the plan, got -1']],
    [
      'no error',
      { action: 'fail', run, slice: 0 },
      ['error: expected what Step Functions caught, got nothing'],
    ],
    [
      'another step',
      { action: 'fail', step: 'pull', error: {} },
      ['step: expected one of register, check, verify'],
    ],
    ['no start', { action: 'summarize', run }, ['started_at: expected an instant']],
  ])('(%s) is refused with every problem', async (_what, event, problems) => {
    const { payload } = await lambda.invoke(event);
    const { errorType, errorMessage } = payload as {
      readonly errorType: string;
      readonly errorMessage: string;
    };
    expect(errorType).toBe('FixConfig');
    for (const problem of problems) expect(errorMessage).toContain(problem);
  });

  it('needs a ledger with something beside it', async () => {
    lambda = deployLambda({ ...environment(), BACKUP_LEDGER_LEDGER: `s3://${BUCKET}` });
    const { payload } = await lambda.invoke({ action: 'plan', run });
    expect(payload).toMatchObject({
      errorMessage: expect.stringContaining('ledger: expected a prefix') as string,
    });
  });
});

describe('a step that could not do its work', () => {
  it('is told by a metric, and the log has the error', async () => {
    await invoke({ action: 'fail', step: 'register', error: { Error: 'FixConfig', Cause: 'denied' } });
    expect(metrics()).toEqual([expect.objectContaining({ Stack: 'one', FailedRegistrations: 1 })]);
    expect(lambda.log()).toContain('register failed: {"Error":"FixConfig","Cause":"denied"}');
  });
});

describe('action verify', () => {
  it('reads the ledger back, says so by metrics, and a later run knows when', async () => {
    await invoke({ action: 'pull', flags: {} });
    const answer = await invoke({ action: 'verify', flags: { since: '40d' } });
    expect(answer).toMatchObject({ outcome: 'ok', errors: 0, cause: null });
    expect(metrics().slice(-2)).toEqual([
      expect.objectContaining({ VerifyErrors: 0, VerifyWarnings: 0 }),
      expect.objectContaining({ FailedVerifications: 0 }),
    ]);
    await plan();
    await summarize();
    expect(metrics().at(-1)?.['DaysSinceVerified']).toBeLessThan(1);
  });

  it('answers what is damaged instead of failing', async () => {
    await invoke({ action: 'pull', flags: {} });
    const [key = ''] = [...(await trial.objects()).keys()].filter((name) => name.startsWith('copy_'));
    await trial.tamper(key, undefined);
    const answer = await invoke({ action: 'verify' });
    expect(answer).toMatchObject({ outcome: 'damaged', errors: 1 });
    expect(answer['cause']).toContain(`object-missing ${key}: `);
    expect(metrics().at(-2)).toMatchObject({ VerifyErrors: 1 });
  });

  it('stops before its time is over', async () => {
    const { payload } = await lambda.invoke({ action: 'verify' }, { timeLeftMs: 5_000 });
    expect(payload).toMatchObject({ errorType: 'RetryLater' });
  });

  it('refuses a day that is none', async () => {
    const { payload } = await lambda.invoke({ action: 'verify', flags: { since: '40 days' } });
    expect(payload).toMatchObject({ errorMessage: expect.stringContaining('since: expected') as string });
  });
});
