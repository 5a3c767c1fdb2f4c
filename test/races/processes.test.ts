import { afterEach, describe, expect, it } from 'vitest';
import { resultOf } from '../fixtures/pull-process.ts';
import { expectedRows, openTrial, type Trial, withoutObservation } from '../fixtures/trial.ts';
import { pullTogether } from '../fixtures/line-up.ts';

let trial: Trial;
afterEach(() => trial.close());

/** Truth is what the simulator would tell one who reads everything now. */
async function expectTruth(): Promise<void> {
  const truth = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
  expect(withoutObservation(await trial.rows())).toEqual(truth);
}

describe.each(['folder', 's3'] as const)('processes at once on one ledger on %s', (on) => {
  async function expectAllGood(flags: readonly (readonly string[])[]): Promise<void> {
    for (const finished of await pullTogether(trial, flags)) {
      expect(finished, finished.stderr).toMatchObject({ code: 0 });
      expect(resultOf(finished)).toMatchObject({ outcome: 'ok', exit_code: 0 });
    }
    await expectTruth();
  }

  it('lose no row when each pulls another account into the same partitions', async () => {
    trial = await openTrial({ on });
    await expectAllGood(trial.simulator.accounts.map((account) => ['--account', account]));

    expect(trial.simulator.accounts.length).toBeGreaterThanOrEqual(5);
    const records = (await trial.records()).filter(({ kind }) => kind === 'copy');
    expect(records.map(({ scope }) => scope).toSorted()).toEqual([...trial.simulator.accounts].toSorted());
  });

  it('lose no row when they replace the same partitions a day later', async () => {
    trial = await openTrial({ on });
    await trial.pull();
    const gone = (await trial.rows()).filter(({ start_date }) => start_date === '2026-11-09');
    trial.simulator.clock.advance(86_400_000);
    const flags = trial.simulator.accounts.map((account) => ['--account', account]);
    for (const finished of await pullTogether(trial, flags)) expect(finished).toMatchObject({ code: 0 });

    const truth = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
    const found = withoutObservation(await trial.rows());
    expect(found).toEqual(expect.arrayContaining(truth));
    expect(found).toHaveLength(truth.length + gone.length);
  });

  it('leave the truth when they pull the same slice, superseded or not', async () => {
    trial = await openTrial({ on });
    await expectAllGood([[], [], []]);

    const truth = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const records = (await trial.records()).filter(({ kind }) => kind === 'copy');
    expect(records.length).toBeGreaterThan(0);
    for (const { outcome, kept } of records) expect([outcome, kept]).toEqual(['ok', truth.length]);
  });
});
