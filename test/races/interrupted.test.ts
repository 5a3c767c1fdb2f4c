import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { resultOf, startPull } from '../fixtures/pull-process.ts';
import { expectedRows, openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';
import { until } from '../fixtures/line-up.ts';

let trial: Trial;
afterEach(() => trial.close());

const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/** Keys of the ledger's objects that hold data. */
async function partitions(): Promise<readonly string[]> {
  return [...(await trial.objects()).keys()].filter((key) => key.endsWith('.parquet'));
}

async function expectHealed(): Promise<void> {
  trial.simulator.clearFaults();
  trial.simulator.clock.advance(60_000);
  expect(await trial.pull()).toMatchObject({ exit_code: 0 });
  const truth = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
  expect(withoutObservation(await trial.rows())).toEqual(truth);
}

describe.each(signals)('%s', (signal, exitCode) => {
  it.each(['folder', 's3'] as const)(
    'while pages are read leaves a ledger on %s without data',
    async (on) => {
      trial = await openTrial({ on, faults: [{ fault: 'delay', ms: 250 }] });
      const { child, finished } = startPull(trial, { flags: ['--page-size', '20'] });
      await until(() => trial.simulator.requests.total >= 3);
      child.kill(signal);
      const ended = await finished;

      expect(ended).toMatchObject({ code: exitCode, signal: null });
      const result = resultOf(ended);
      expect(result).toMatchObject({ outcome: 'failed', exit_code: exitCode });
      expect(sliceOf(result)).toMatchObject({ outcome: 'failed', error: { name: 'InterruptedError' } });
      expect(await partitions()).toEqual([]);
      expect(await trial.records()).toMatchObject([{ outcome: 'failed' }]);
      await expectHealed();
    },
  );

  it('while partitions are written leaves each whole or absent', async () => {
    // The days lie in two months.
    trial = await openTrial({ on: 's3', now: Date.UTC(2026, 11, 5, 3, 30) });
    const { child, finished } = startPull(trial);
    let puts = 0;
    trial.s3?.setFault(async ({ operation }) => {
      if (operation !== 'PutObject' || ++puts !== 4) return undefined;
      child.kill(signal);
      return 'hang';
    });
    const ended = await finished;
    trial.s3?.setFault(undefined);

    expect(ended).toMatchObject({ code: exitCode, signal: null });
    expect(resultOf(ended).exit_code).toBe(exitCode);
    expect((await partitions()).length).toBeLessThan(2);
    const written = withoutObservation(await trial.rows());
    const truth = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
    const days = new Set(written.map(({ start_date }) => start_date));
    expect(written).toEqual(truth.filter(({ start_date }) => days.has(start_date)));
    await expectHealed();
  });

  it('twice, and not in the same half second, ends the process at once', async () => {
    trial = await openTrial({ on: 's3' });
    const { child, finished } = startPull(trial);
    const hanging: string[] = [];
    trial.s3?.setFault(({ operation, key }) => {
      if (operation !== 'PutObject' || key.endsWith('ledger.json')) return undefined;
      hanging.push(key);
      return 'hang';
    });
    await until(() => hanging.length > 0);
    child.kill(signal);
    // It would record its failure now, and wait for that for a while.
    await until(() => hanging.some((key) => key.includes('/pulls/')));
    child.kill(signal);
    await sleep(600);
    expect(child.exitCode).toBeNull();
    child.kill(signal);
    expect(await finished).toMatchObject({ code: exitCode, stdout: '' });
  });
});

it('--deadline ends a pull that hangs, to be tried again', async () => {
  trial = await openTrial({ faults: [{ fault: 'hang' }] });
  const started = Date.now();
  const ended = await startPull(trial, { flags: ['--deadline', '1s'] }).finished;

  expect(ended).toMatchObject({ code: 75 });
  expect(Date.now() - started).toBeLessThan(30_000);
  const result = resultOf(ended);
  expect(result.exit_code).toBe(75);
  expect(sliceOf(result).error).toMatchObject({ name: 'DeadlineError', recovery: 'retry-later' });
  expect(await partitions()).toEqual([]);
  await expectHealed();
});
