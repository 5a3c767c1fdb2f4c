import { afterEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../../schemas/kinds.ts';
import { expectedRows, withoutObservation } from '../../fixtures/trial.ts';
import type { Invocation } from '../../fixtures/lambda-function.ts';
import { openStateMachineTrial, type StateMachineTrial, type StateMachineTrialOptions } from './trial.ts';

/** The state machine runs in moto's Step Functions, with the deployed bundle behind it. */

let trial: StateMachineTrial;
afterEach(() => trial.close());

const REGIONS = ['eu-west-1', 'us-east-1'];
const settings = { BACKUP_LEDGER_KIND: 'copy', BACKUP_LEDGER_REGION: REGIONS.join(',') };

async function open(options: StateMachineTrialOptions = {}): Promise<StateMachineTrial> {
  trial = await openStateMachineTrial({ ...options, env: { ...settings, ...options.env } });
  return trial;
}

/** The ledger holds what AWS showed in these regions, and nothing else. */
async function expectRowsOf(...regions: readonly string[]): Promise<void> {
  const truth = regions.flatMap((region) => trial.simulator.truth({ kind: 'copy', region }));
  expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
}

/** Such as `eu-west-1 ok`, in order. */
async function records(): Promise<string[]> {
  return (await trial.records()).map(({ region, outcome }) => `${region} ${outcome}`).toSorted();
}

const invocations = (action: string) => trial.events.filter((event) => event['action'] === action).length;

/** As moto's Glue lists them. */
async function registeredTables(): Promise<string[]> {
  const response = await fetch(trial.moto.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSGlue.GetTables',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/glue/aws4_request',
    },
    body: JSON.stringify({ DatabaseName: 'backup_ledger' }),
  });
  const { TableList } = (await response.json()) as { readonly TableList: readonly { Name: string }[] };
  return TableList.map(({ Name }) => Name);
}

/** What Lambda says in the place of a function that ended. */
const lost: Invocation = {
  payload: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: signal: killed' },
  failed: true,
};

/** Cuts a pull of the second region off as soon as it waits for an answer that never comes. */
function cutOffWhereItHangs(): NonNullable<StateMachineTrialOptions['invoke']> {
  let pulls = 0;
  return ({ action, slice }) => {
    if (action !== 'pull' || slice !== REGIONS.indexOf('us-east-1')) return {};
    const tries = ++pulls;
    return { isCutOff: () => (trial.simulator.requests.byFault['hang'] ?? 0) >= tries };
  };
}

/** The metrics of the run as a whole. */
function runMetrics(): Readonly<Record<string, unknown>> | undefined {
  const lines = trial.lambda.log().split('\n');
  return lines
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find((line) => 'Runs' in line);
}

describe('a run', () => {
  it('in which all is well succeeds, and the ledger is whole', async () => {
    await open();
    const { status, output } = await trial.execute();
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output ?? '')).toMatchObject({ outcome: 'ok', slices: 2, failed: [] });
    await expectRowsOf(...REGIONS);
    expect(await records()).toEqual(['eu-west-1 ok', 'us-east-1 ok']);
    expect(invocations('register')).toBe(1);
    expect(await registeredTables()).toContain('copy_job_summaries');
    expect(await trial.execute({ since: '40d' }, 'verify')).toMatchObject({ status: 'SUCCEEDED' });
    for (const name of ['VerifyErrors', 'FailedVerifications', 'FailedRegistrations'])
      expect(trial.metric(name), name).toEqual([0]);
    expect(trial.metric('DaysSinceVerified')).toEqual([0]);
    expect(runMetrics()).toMatchObject({
      Runs: 1,
      FailedRuns: 0,
      Slices: 2,
      FailedSlices: 0,
      NewestDayAge: expect.any(Number),
    });
  });

  it('takes flags from its input', async () => {
    await open();
    const { status, output } = await trial.execute({ kind: 'all', region: 'eu-west-1,us-east-1' });
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output ?? '')).toMatchObject({ slices: 2 * kindNames.length });
  });

  it('with a region that is denied fails at once, names it, and has the other', async () => {
    await open();
    trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
    const { status, error, cause } = await trial.execute();
    expect([status, error]).toEqual(['FAILED', 'FixConfig']);
    expect(cause).toContain('1 of 2 slices failed. copy-ONE_DAY-us-east-1-any: FixConfig: ');
    expect(cause).toContain('AccessDeniedException (403)');
    expect(invocations('pull')).toBe(2);
    await expectRowsOf('eu-west-1');
    expect(await records()).toEqual(['eu-west-1 ok', 'us-east-1 failed']);
    expect(runMetrics()).toMatchObject({ FailedRuns: 1, FailedSlices: 1 });
  });

  it('that is throttled and then is not succeeds', async () => {
    await open({ env: { BACKUP_LEDGER_MAX_ATTEMPTS: '1' } });
    trial.simulator.setFaults([{ fault: 'throttling', region: 'us-east-1', times: 2 }]);
    const { status } = await trial.execute();
    expect(status).toBe('SUCCEEDED');
    expect(invocations('pull')).toBe(4);
    await expectRowsOf(...REGIONS);
    expect(await records()).toEqual(['eu-west-1 ok', 'us-east-1 failed', 'us-east-1 failed', 'us-east-1 ok']);
  });

  it('with a slice that always fails gives up on it in the end, and on it alone', async () => {
    await open({ env: { BACKUP_LEDGER_MAX_ATTEMPTS: '1' } });
    trial.simulator.setFaults([{ fault: 'unavailable', region: 'us-east-1' }]);
    const { status, error, cause } = await trial.execute();
    expect([status, error]).toEqual(['FAILED', 'RetryLater']);
    expect(cause).toContain('copy-ONE_DAY-us-east-1-any: RetryLater: ');
    expect(invocations('pull')).toBe(6);
    await expectRowsOf('eu-west-1');
  });

  it('with bad data fails without another try', async () => {
    await open();
    trial.simulator.setFaults([{ fault: 'raw', items: '{"Count":-1}', region: 'us-east-1' }]);
    expect(await trial.execute()).toMatchObject({ status: 'FAILED', error: 'FixData' });
    expect(invocations('pull')).toBe(2);
    await expectRowsOf('eu-west-1');
  });

  it('whose function is cut off once succeeds on the next try, with nothing half-written', async () => {
    await open({ invoke: cutOffWhereItHangs() });
    trial.simulator.setFaults([{ fault: 'hang', region: 'us-east-1', times: 1 }]);
    const { status } = await trial.execute();
    expect(status).toBe('SUCCEEDED');
    await expectRowsOf(...REGIONS);
  });

  it('whose function is always cut off is never green', async () => {
    await open({ invoke: cutOffWhereItHangs() });
    trial.simulator.setFaults([{ fault: 'hang', region: 'us-east-1' }]);
    const { status, error, cause } = await trial.execute();
    expect([status, error]).toEqual(['FAILED', 'RetryLater']);
    expect(cause).toContain('copy-ONE_DAY-us-east-1-any: Sandbox.Timedout: Task timed out');
    await expectRowsOf('eu-west-1');
  });

  it('with a wrong setting fails before anything is asked', async () => {
    await open();
    const { status, error, cause } = await trial.execute({ kind: 'copies' });
    expect([status, error]).toEqual(['FAILED', 'FixConfig']);
    expect(cause).toContain('kind: expected one of');
    expect(trial.simulator.requests.total).toBe(0);
  });

  it('of all kinds in two regions has eight slices side by side', async () => {
    await open({ env: { BACKUP_LEDGER_KIND: 'all' }, latencyMs: 500 });
    const { status } = await trial.execute();
    expect(status).toBe('SUCCEEDED');
    expect(trial.simulator.requests.maxInFlight).toBeGreaterThan(1);
    expect(await records()).toHaveLength(8);
  });

  it('whose worker is lost tries that slice again', async () => {
    let losses = 1;
    await open({ instead: ({ action }) => (action === 'pull' && losses-- > 0 ? lost : undefined) });
    expect((await trial.execute()).status).toBe('SUCCEEDED');
    expect(invocations('pull')).toBe(3);
    await expectRowsOf(...REGIONS);
  });
});

describe('what follows a run', () => {
  it('is left out where it is switched off', async () => {
    await open({ substitutions: { Register: 'no', Check: 'no' } });
    expect((await trial.execute()).status).toBe('SUCCEEDED');
    expect([invocations('register'), invocations('check')]).toEqual([0, 0]);
  });

  it('never turns it red: a catalog that cannot be registered is told by a metric', async () => {
    await open({ env: { BACKUP_LEDGER_DATABASE: 'No-Such-Name' } });
    expect((await trial.execute()).status).toBe('SUCCEEDED');
    expect(invocations('register')).toBe(1);
    expect(trial.metric('FailedRegistrations')).toEqual([1]);
    expect(trial.metric('Heartbeats')).toEqual([1]);
    await expectRowsOf(...REGIONS);
  });

  it('is tried again where that may help, and in the end told by a metric', async () => {
    await open({
      substitutions: { Register: 'yes', Check: 'yes' },
      instead: ({ action }) => (action === 'check' ? lost : undefined),
    });
    expect((await trial.execute()).status).toBe('SUCCEEDED');
    expect([invocations('register'), invocations('check')]).toEqual([1, 3]);
    expect(trial.metric('FailedChecks')).toEqual([1]);
  });

  it('is a check only where the run was green, and the catalog in any case', async () => {
    await open({ substitutions: { Register: 'yes', Check: 'yes' } });
    trial.simulator.setFaults([{ fault: 'access-denied', region: 'us-east-1' }]);
    expect((await trial.execute()).status).toBe('FAILED');
    expect([invocations('register'), invocations('check')]).toEqual([1, 0]);
    expect(trial.metric('Heartbeats')).toEqual([]);
  });
});

describe('a verification', () => {
  it('of a damaged ledger is red, and names what is damaged', async () => {
    await open();
    await trial.pull(['--region', 'eu-west-1']);
    await trial.remove('copy_job_summaries/aggregation_period=ONE_DAY/start_month=2026-11/eu-west-1.parquet');
    const { status, error, cause } = await trial.execute({}, 'verify');
    expect([status, error]).toEqual(['FAILED', 'LedgerDamaged']);
    expect(cause).toMatch(/^object-missing copy_job_summaries/);
    expect(trial.metric('VerifyErrors')).toEqual([1]);
    expect(trial.metric('FailedVerifications')).toEqual([0]);
    expect(invocations('verify')).toBe(1);
  });

  it('that does not come to its end is red, and told by a metric', async () => {
    await open({ instead: ({ action }) => (action === 'verify' ? lost : undefined) });
    const { status, error } = await trial.execute({ since: '40d' }, 'verify');
    expect([status, error]).toEqual(['FAILED', 'Runtime.ExitError']);
    expect(invocations('verify')).toBe(3);
    expect(trial.metric('FailedVerifications')).toEqual([1]);
    expect(trial.metric('VerifyErrors')).toEqual([]);
  });
});
