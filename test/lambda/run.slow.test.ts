import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployLambda } from '../fixtures/lambda-function.ts';
import { type LambdaRun, openLambdaRun } from '../fixtures/lambda-run.ts';
import { BUCKET, expectedRows, withoutObservation } from '../fixtures/trial.ts';

/** A run whose steps leave each other objects: what is handed on, and what lies beside the ledger. */

let opened: LambdaRun;
beforeEach(async () => {
  opened = await openLambdaRun();
});
afterEach(() => opened.close());

const run = 'daily-1';
const pull = (slice: number) => opened.lambda.invoke({ action: 'pull', run, slice });
const fail = (slice: number, error: object) => opened.invoke({ action: 'fail', run, slice, error });

describe('a run', () => {
  it('carries its name and the numbers of its slices, and pulls all of them', async () => {
    expect(await opened.plan()).toEqual({ schema_version: 1, run, slices: [0, 1] });
    for (const slice of [0, 1]) expect((await pull(slice)).failed).toBe(false);
    expect(await opened.summarize()).toEqual({
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
      opened.trial.simulator.truth({ kind: 'copy', region }),
    );
    expect(withoutObservation(await opened.trial.rows())).toEqual(expectedRows(truth));
  });

  it('keeps its objects beside the ledger, where verify finds nothing strange', async () => {
    await opened.plan();
    await pull(0);
    expect([...opened.objects().keys()]).toEqual(['plan/00000.json', 'results/000000.json', 'scope.json']);
    expect((await opened.trial.verify()).findings).toEqual([]);
  });

  it('gives what was wanted of the whole to each slice', async () => {
    await opened.plan({ 'max-rejects': 3 });
    expect(opened.objects().get('plan/00000.json')).toMatchObject([
      { name: 'copy-ONE_DAY-eu-west-1-any', flags: { region: 'eu-west-1', 'max-rejects': 3 } },
      { name: 'copy-ONE_DAY-us-east-1-any', flags: { region: 'us-east-1', 'max-rejects': 3 } },
    ]);
  });

  it('names a slice whose function said nothing any more, with what Step Functions caught', async () => {
    await opened.plan();
    await pull(0);
    await fail(1, { Error: 'Sandbox.Timedout', Cause: 'Task timed out after 900.00 seconds' });
    const { outcome, error, cause } = await opened.summarize();
    expect([outcome, error]).toEqual(['partial', 'RetryLater']);
    expect(cause).toContain(
      '1 of 2 slices failed. copy-ONE_DAY-us-east-1-any: Sandbox.Timedout: Task timed out',
    );
  });

  it('goes by the last result of a slice', async () => {
    await opened.plan();
    await pull(0);
    await fail(1, { Error: 'RetryLater', Cause: 'throttled' });
    await pull(1);
    expect(await opened.summarize()).toMatchObject({ outcome: 'ok' });
  });

  it('counts a slice of which nothing came back as failed', async () => {
    await opened.plan();
    await pull(0);
    expect(await opened.summarize()).toMatchObject({
      outcome: 'partial',
      failed: [{ slice: 'copy-ONE_DAY-us-east-1-any', error: 'Unknown' }],
    });
  });

  it('that was never planned fails, whatever is asked of it', async () => {
    for (const event of [
      { action: 'pull', run: 'other', slice: 0 },
      { action: 'summarize', run: 'other', started_at: '2026-11-23T03:30:00Z' },
    ]) {
      const { payload } = await opened.lambda.invoke(event);
      expect(payload).toMatchObject({
        errorType: 'FixConfig',
        errorMessage: expect.stringContaining('run other has no plan') as string,
      });
    }
  });

  it('says of its metrics which stack they are of', async () => {
    await opened.plan();
    await pull(0);
    await pull(1);
    await opened.summarize();
    expect(new Set(opened.metrics().map(({ Stack }) => Stack))).toEqual(new Set(['one']));
    expect(opened.metrics().map((line) => Object.keys(line).find((name) => name in marks))).toEqual([
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

describe('slices of one region', () => {
  it('are no neighbours in the plan, because they write the same objects', async () => {
    const flags = {
      accounts: '111111111111,222222222222',
      'assume-role': 'arn:aws:iam::{account}:role/backup-ledger',
    };
    await opened.plan(flags);
    const planned = opened.objects().get('plan/00000.json') as readonly { readonly name: string }[];
    expect(planned.map(({ name }) => name)).toEqual([
      'copy-ONE_DAY-eu-west-1-111111111111',
      'copy-ONE_DAY-us-east-1-111111111111',
      'copy-ONE_DAY-eu-west-1-222222222222',
      'copy-ONE_DAY-us-east-1-222222222222',
    ]);
  });
});

describe('a run of a part', () => {
  const runs = () => opened.metrics().filter((line) => 'Runs' in line);

  it.each([{ region: 'eu-west-1' }, { kind: 'copy' }])(
    'writes no metrics of the run, because it cannot speak for the others: %o',
    async (flags) => {
      await opened.plan(flags);
      await opened.summarize();
      expect(runs()).toEqual([]);
    },
  );

  it('is none whose accounts are named nowhere else, and one that leaves some of them out', async () => {
    const role = { 'assume-role': 'arn:aws:iam::{account}:role/backup-ledger' };
    await opened.plan({ ...role, accounts: '111111111111' });
    await opened.summarize();
    expect(runs()).toHaveLength(1);
    const accounts = '111111111111,222222222222';
    await opened.invoke({ action: 'plan', run, accounts, flags: { ...role, accounts: '111111111111' } });
    await opened.summarize();
    expect(runs()).toHaveLength(1);
  });

  it('is none where the state machine names the accounts', async () => {
    const flags = { 'assume-role': 'arn:aws:iam::{account}:role/backup-ledger' };
    const accounts = Array.from({ length: 315 }, (_, index) => String(index).padStart(12, '0')).join();
    const planned = await opened.invoke({ action: 'plan', run, accounts, flags });
    expect(planned['slices']).toHaveLength(2 * 315);
    await opened.summarize();
    expect(runs()).toHaveLength(1);
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
    const { payload } = await opened.lambda.invoke(event);
    const { errorType, errorMessage } = payload as {
      readonly errorType: string;
      readonly errorMessage: string;
    };
    expect(errorType).toBe('FixConfig');
    for (const problem of problems) expect(errorMessage).toContain(problem);
  });

  it('needs a ledger with something beside it', async () => {
    const root = deployLambda({ ...opened.environment, BACKUP_LEDGER_LEDGER: `s3://${BUCKET}` });
    const { payload } = await root.invoke({ action: 'plan', run });
    expect(payload).toMatchObject({
      errorMessage: expect.stringContaining('ledger: expected a prefix') as string,
    });
  });
});

describe('a step that could not do its work', () => {
  it('is told by a metric, and the log has the error', async () => {
    await opened.invoke({ action: 'fail', step: 'register', error: { Error: 'FixConfig', Cause: 'denied' } });
    expect(opened.metrics()).toEqual([expect.objectContaining({ Stack: 'one', FailedRegistrations: 1 })]);
    expect(opened.lambda.log()).toContain('register failed: {"Error":"FixConfig","Cause":"denied"}');
  });
});

describe('action verify', () => {
  it('reads the ledger back, says so by metrics, and a later run knows when', async () => {
    await opened.invoke({ action: 'pull', flags: {} });
    const answer = await opened.invoke({ action: 'verify', flags: { since: '40d' } });
    expect(answer).toMatchObject({ outcome: 'ok', errors: 0, cause: null });
    expect(opened.metrics().at(-1)).toMatchObject({
      VerifyErrors: 0,
      VerifyWarnings: 0,
      FailedVerifications: 0,
    });
    await opened.plan();
    await opened.summarize();
    expect(opened.metrics().at(-1)?.['DaysSinceVerified']).toBeLessThan(1);
  });

  it('answers what is damaged instead of failing', async () => {
    await opened.invoke({ action: 'pull', flags: {} });
    const [key = ''] = [...(await opened.trial.objects()).keys()].filter((name) => name.startsWith('copy_'));
    await opened.trial.tamper(key, undefined);
    const answer = await opened.invoke({ action: 'verify' });
    expect(answer).toMatchObject({ outcome: 'damaged', errors: 1 });
    expect(answer['cause']).toContain(`object-missing ${key}: `);
    expect(opened.metrics().at(-1)).toMatchObject({ VerifyErrors: 1 });
  });

  /** After every day of the ledger: nothing of it is read again. */
  const tomorrow = { since: '2026-12-01' };
  const lastVerify = () => `${BUCKET}/prefix-work/last-verify.json`;
  const stored = () =>
    JSON.parse(opened.trial.s3?.objects.get(lastVerify())?.bytes.toString() ?? '{}') as Readonly<
      Record<'recent' | 'full', { readonly at: string; readonly open: string | null }>
    >;
  function store(document: unknown): void {
    const bytes = Buffer.from(JSON.stringify(document));
    opened.trial.s3?.objects.set(lastVerify(), {
      bytes,
      etag: '"changed"',
      lastModified: new Date(),
      headers: {},
    });
  }

  it('of the last days takes nothing back that one of all days found', async () => {
    await opened.invoke({ action: 'pull', flags: {} });
    const [key = ''] = [...(await opened.trial.objects()).keys()].filter((name) => name.startsWith('copy_'));
    const whole = (await opened.trial.objects()).get(key);
    await opened.trial.tamper(key, undefined);
    await opened.invoke({ action: 'verify' });
    expect(await opened.invoke({ action: 'verify', flags: tomorrow })).toMatchObject({ errors: 0 });
    expect(opened.metrics().at(-1)).toMatchObject({ VerifyErrors: 1, VerifyWarnings: 0 });

    await opened.trial.tamper(key, whole);
    await opened.invoke({ action: 'verify' });
    expect(opened.metrics().at(-1)).toMatchObject({ VerifyErrors: 0 });
    await opened.invoke({ action: 'verify', flags: tomorrow });
    expect(opened.metrics().at(-1)).toMatchObject({ VerifyErrors: 0 });
  });

  it('of the last days does not hide that one of all days never came to its end', async () => {
    await opened.invoke({ action: 'pull', flags: {} });
    await opened.invoke({ action: 'verify' });
    const isCutOff = () => stored().full.open !== null;
    expect(await opened.lambda.invoke({ action: 'verify' }, { isCutOff })).toMatchObject({ failed: true });
    const { recent, full } = stored();
    // Not as long as it may still be at work.
    await opened.invoke({ action: 'verify', flags: tomorrow });
    expect(opened.metrics().at(-1)).toMatchObject({ FailedVerifications: 0 });
    const day = 86_400_000;
    const open = new Date(Date.parse(full.open ?? '') - day).toISOString();
    store({ recent, full: { ...full, open } });
    await opened.invoke({ action: 'verify', flags: tomorrow });
    expect(opened.metrics().at(-1)).toMatchObject({ FailedVerifications: 1 });
    await opened.invoke({ action: 'verify' });
    expect(opened.metrics().at(-1)).toMatchObject({ FailedVerifications: 0 });
  });

  it('counts from now where what an earlier version left is of another shape', async () => {
    store({ since: '2026-01-01T00:00:00.000Z', outcome: 'ok' });
    await opened.plan();
    await opened.summarize();
    const { DaysSinceVerified, DaysSinceFullyVerified } = opened.metrics().at(-1) ?? {};
    expect([DaysSinceVerified, DaysSinceFullyVerified]).toEqual([0, 0]);
    expect(stored().full.open).toBeNull();
  });

  it('of the last days is not one of all days', async () => {
    await opened.plan();
    await opened.summarize();
    const long = new Date(Date.now() - 40 * 86_400_000).toISOString();
    const { recent, full } = stored();
    store({ recent: { ...recent, at: long }, full: { ...full, at: long } });
    await opened.invoke({ action: 'verify', flags: tomorrow });
    await opened.summarize();
    const { DaysSinceVerified, DaysSinceFullyVerified } = opened.metrics().at(-1) ?? {};
    expect(DaysSinceVerified).toBeLessThan(1);
    expect(DaysSinceFullyVerified).toBeGreaterThan(39);
  });

  it('stops before its time is over', async () => {
    const { payload } = await opened.lambda.invoke({ action: 'verify' }, { timeLeftMs: 5_000 });
    expect(payload).toMatchObject({ errorType: 'RetryLater' });
  });

  it('refuses a day that is none', async () => {
    const { payload } = await opened.lambda.invoke({ action: 'verify', flags: { since: '40 days' } });
    expect(payload).toMatchObject({ errorMessage: expect.stringContaining('since: expected') as string });
  });
});
