import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
  exitCodes,
  type Flags,
  pull,
  type PullResult,
  query,
  type Row,
  UsageError,
  verify,
  type VerifyResult,
} from '../../jobs/index.ts';
import {
  awsEnvironment,
  expectedRows,
  openTrial,
  type Trial,
  withoutObservation,
} from '../fixtures/trial.ts';

/** The package as a library. How it is installed: test/engines/package.test.ts. */

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
  Object.assign(process.env, awsEnvironment(trial.simulator.url));
});
afterEach(() => trial.close());

const flags = (): Flags => ({
  ledger: trial.ledger,
  now: new Date(trial.simulator.clock.now()).toISOString(),
  'log-level': 'silent',
});

it('pulls, verifies and asks', async () => {
  const { exit_code, slices } = await pull({
    ...flags(),
    region: ['eu-west-1', 'us-east-1'],
    'page-size': 100,
  });
  expect(exit_code).toBe(0);
  expect(slices.map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1']);
  const truth = ['eu-west-1', 'us-east-1'].flatMap((region) =>
    trial.simulator.truth({ kind: 'copy', region }),
  );
  expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
  expect(await verify(flags())).toMatchObject({ exit_code: 0, findings: [] });
  const rows: Row[] = [];
  for await (const row of query('SELECT sum(job_count) AS jobs FROM copy_job_summaries', {
    ledger: trial.ledger,
  }))
    rows.push(row);
  expect(rows).toEqual([{ jobs: truth.reduce((sum, { Count }) => sum + Count, 0) }]);
});

it('says nothing unless it is told to', async () => {
  const index = fileURLToPath(new URL('../../dist/jobs/index.js', import.meta.url));
  const { ledger, now } = flags();
  const call = (more: Flags) =>
    `import(${JSON.stringify(index)}).then(({ pull }) => pull(${JSON.stringify({ ledger, now, region: 'eu-west-1', ...more })}))`;
  const run = async (more: Flags) =>
    promisify(execFile)(process.execPath, ['-e', call(more)], { env: awsEnvironment(trial.simulator.url) });
  expect(await run({})).toEqual({ stdout: '', stderr: '' });
  expect((await run({ 'log-level': 'info' })).stderr).toContain('THE CLOCK IS OVERRIDDEN');
});

it('has a failure of a slice as a result', async () => {
  trial.simulator.setFaults([{ fault: 'access-denied' }]);
  const { exit_code, slices } = await pull({ ...flags(), region: 'eu-west-1' });
  expect([exit_code, slices[0]?.error?.recovery]).toEqual([exitCodes['fix-config'], 'fix-config']);
});

it('ends when it is told to, with nothing half-written', async () => {
  trial.simulator.setFaults([{ fault: 'hang' }]);
  const result = await pull({ ...flags(), region: 'eu-west-1' }, { signal: AbortSignal.timeout(300) });
  expect(result.outcome).toBe('failed');
  expect(await trial.rows()).toEqual([]);
});

it('can be left in the middle of an answer', async () => {
  await pull({ ...flags(), region: 'eu-west-1' });
  let count = 0;
  for await (const _ of query('SELECT * FROM copy_job_summaries', { ledger: trial.ledger }))
    if ((count += 1) === 3) break;
  expect(count).toBe(3);
});

it('throws every problem of the flags', async () => {
  await expect(pull({ kind: 'copies', 'page-size': 0 })).rejects.toThrow(UsageError);
  await expect(pull({ kind: 'copies', 'page-size': 0 })).rejects.toThrow(/kind: .*\n.*page-size: /s);
});

describe('its types', () => {
  it('say what comes back', () => {
    expectTypeOf(pull).returns.resolves.toEqualTypeOf<PullResult>();
    expectTypeOf(verify).returns.resolves.toEqualTypeOf<VerifyResult>();
    expectTypeOf(query).returns.toEqualTypeOf<AsyncGenerator<Row, void, undefined>>();
    expectTypeOf<PullResult['exit_code']>().toEqualTypeOf<0 | 64 | 65 | 70 | 75 | 78 | 130 | 143>();
    expectTypeOf<PullResult['slices'][number]['outcome']>().toEqualTypeOf<'ok' | 'superseded' | 'failed'>();
    expectTypeOf(pull).parameter(0).toEqualTypeOf<Flags | undefined>();
    expect(true).toBe(true);
  });
});
