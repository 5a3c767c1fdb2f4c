import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectedRows, openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

it('filtered rows go into a table of their own', async () => {
  const result = await trial.pull({ state: 'FAILED', table: 'copy_failures' });

  expect(result.exit_code).toBe(0);
  const failures = trial.simulator
    .truth({ kind: 'copy', region: 'eu-west-1' })
    .filter(({ State }) => State === 'FAILED');
  expect(failures.length).toBeGreaterThan(0);
  expect(withoutObservation(await trial.rows('copy', 'copy_failures'))).toEqual(expectedRows(failures));
  expect(await trial.rows()).toEqual([]);
});

it('other rows into that table later are refused with the reason, and nothing is written', async () => {
  await trial.pull({ state: 'FAILED', table: 'copy_failures' });
  const before = await trial.objects();
  const result = await trial.pull({ state: 'ABORTED', table: 'copy_failures' });
  expect(result).toMatchObject({ outcome: 'failed', exit_code: 64, error: { name: 'GrainMismatchError' } });
  expect(result.error?.message).toContain('table copy_failures holds copy rows of ONE_DAY with State=FAILED');
  expect(await trial.objects()).toEqual(before);
});

it.each(['SEVEN_DAYS', 'FOURTEEN_DAYS'])('%s rows go into a table of their own', async (period) => {
  const result = await trial.pull({ 'aggregation-period': period, table: 'copy_totals' });

  expect(sliceOf(result)).toMatchObject({ outcome: 'ok', aggregation_period: period });
  const rows = await trial.rows('copy', 'copy_totals');
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows.map((row) => row['aggregation_period']))).toEqual(new Set([period]));
});

it('a dimension summed by AWS keeps what AWS calls it', async () => {
  await trial.pull({ account: 'AGGREGATE_ALL', table: 'copy_by_type' });
  const rows = await trial.rows('copy', 'copy_by_type');
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows.map((row) => row['account_id']))).toEqual(new Set(['AGGREGATE_ALL']));
});

it('one account alone goes into the main table, beside the others', async () => {
  const [first = '', second = ''] = trial.simulator.accounts;
  await trial.pull({ account: first });
  const result = await trial.pull({ account: second });

  expect(sliceOf(result).scope).toBe(second);
  const truth = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  const both = truth.filter(({ AccountId }) => AccountId === first || AccountId === second);
  expect(withoutObservation(await trial.rows())).toEqual(expectedRows(both));
});

it('a pull into another table does not supersede one of the main table', async () => {
  await trial.pull({ state: 'FAILED', table: 'copy_failures' });
  trial.simulator.clock.advance(-60_000);
  expect(sliceOf(await trial.pull()).outcome).toBe('ok');
});
