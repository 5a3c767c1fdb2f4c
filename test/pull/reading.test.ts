import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { expectedRows, openTrial, sliceOf, type Trial, withoutObservation } from '../fixtures/trial.ts';

/** Pages as AWS might send them on a bad day, through the real SDK. */

const SMALL_PAGES = { 'page-size': '50' };

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

function balance({ kept, duplicates, conflicts, rejected, foreign }: SliceResult): number {
  return kept + duplicates + conflicts + rejected + foreign;
}

async function expectTruth(): Promise<void> {
  const truth = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
  expect(withoutObservation(await trial.rows())).toEqual(expectedRows(truth));
}

describe('one identity read more than once', () => {
  it('is kept once when pages overlap and come shuffled, and the books balance', async () => {
    trial.simulator.setFaults([{ fault: 'overlap', rows: 7 }, { fault: 'shuffle' }]);
    const slice = sliceOf(await trial.pull(SMALL_PAGES));

    expect(slice.outcome).toBe('ok');
    expect(slice.duplicates).toBe(7 * (slice.pages - 1));
    expect(slice.received).toBe(balance(slice));
    await expectTruth();
  });

  it('takes the count read last when a later page has another one', async () => {
    trial.simulator.setFaults([{ fault: 'conflict-later', rows: 1, page: 2 }]);
    const slice = sliceOf(await trial.pull(SMALL_PAGES));

    expect(slice).toMatchObject({ outcome: 'ok', conflicts: 1, duplicates: 0 });
    expect(slice.received).toBe(balance(slice));
    const sum = (rows: readonly { job_count?: unknown }[]) =>
      rows.reduce((total, row) => total + Number(row.job_count), 0);
    const truth = expectedRows(trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' }));
    expect(sum(await trial.rows())).toBe(sum(truth) + 1);
  });

  it('fails the slice when one page counts it twice: AWS has grown a dimension', async () => {
    trial.simulator.setFaults([{ fault: 'conflict-within', page: 3 }]);
    const result = await trial.pull(SMALL_PAGES);

    expect(result.exit_code).toBe(65);
    expect(sliceOf(result).error).toMatchObject({ name: 'NewDimensionError', recovery: 'fix-data' });
    expect(await trial.rows()).toEqual([]);
  });

  it('fails the slice when an unknown field tells two rows apart', async () => {
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const items = [
      { ...row, Shard: 'a' },
      { ...row, Shard: 'b' },
    ];
    trial.simulator.setFaults([{ fault: 'raw', items, replace: true }]);
    const result = await trial.pull();

    expect(result.exit_code).toBe(65);
    expect(sliceOf(result).error?.message).toContain('Shard');
  });

  it('stores rows with an unknown field that tells none apart, and says so', async () => {
    trial.simulator.setFaults([{ fault: 'unknown-field', field: 'Shard', value: 'a' }]);
    const slice = sliceOf(await trial.pull(SMALL_PAGES));

    expect(slice.outcome).toBe('ok');
    expect(slice.warnings.join()).toContain('Shard');
    await expectTruth();
  });
});

describe('tokens', () => {
  it('that repeat are an error, never an end', async () => {
    trial.simulator.setFaults([{ fault: 'repeated-token' }]);
    const result = await trial.pull(SMALL_PAGES);

    expect(result.exit_code).toBe(75);
    expect(sliceOf(result).error?.name).toBe('PaginationLoopError');
    expect(await trial.rows()).toEqual([]);
  });

  it('that expire make the slice begin again, and the result is right', async () => {
    trial.simulator.setFaults([{ fault: 'expired-token', page: 3, times: 1 }]);
    const slice = sliceOf(await trial.pull(SMALL_PAGES));

    expect(slice).toMatchObject({ outcome: 'ok', restarts: 1 });
    await expectTruth();
  });

  it('that always expire end in a failure to be retried later', async () => {
    trial.simulator.setFaults([{ fault: 'expired-token', times: 1000 }]);
    const result = await trial.pull(SMALL_PAGES);

    expect(result.exit_code).toBe(75);
    expect(sliceOf(result)).toMatchObject({ restarts: 3, error: { name: 'TokenRefusedError' } });
  });

  it('on a page without rows are followed', async () => {
    trial.simulator.setFaults([{ fault: 'empty-page', page: 2, times: 1 }]);
    expect(sliceOf(await trial.pull(SMALL_PAGES)).outcome).toBe('ok');
    await expectTruth();
  });

  it('beyond --max-pages are an error', async () => {
    const result = await trial.pull({ ...SMALL_PAGES, 'max-pages': '2' });
    expect(result.exit_code).toBe(78);
    expect(sliceOf(result).error?.message).toContain('--max-pages');
  });
});

describe('a row that is not usable', () => {
  it('fails its slice and leaves the ledger untouched', async () => {
    await trial.pull();
    const before = await trial.rows();
    trial.simulator.clock.advance(86_400_000);
    trial.simulator.setFaults([{ fault: 'missing-field', field: 'Count', page: 1 }]);
    const result = await trial.pull();

    expect(result.exit_code).toBe(65);
    expect(sliceOf(result)).toMatchObject({
      outcome: 'failed',
      rejected: 1,
      partitions: { written: 0, unchanged: 0 },
    });
    expect(sliceOf(result).error?.message).toContain('CopyJobSummaries[0].Count: expected a whole number');
    expect(await trial.rows()).toEqual(before);
    expect((await trial.records()).at(-1)).toMatchObject({ outcome: 'failed', rejected: 1 });
  });

  it('is tolerated and recorded with its reason under --max-rejects', async () => {
    trial.simulator.setFaults([{ fault: 'missing-field', field: 'StartTime', page: 1, rows: 2 }]);
    const slice = sliceOf(await trial.pull({ ...SMALL_PAGES, 'max-rejects': '100' }));

    expect(slice.outcome).toBe('ok');
    expect(slice.rejected).toBeGreaterThanOrEqual(2);
    const [record] = await trial.records();
    expect(record?.rejects).toHaveLength(slice.rejected);
    expect(record?.rejects[0]).toMatchObject({
      page: 1,
      index: 0,
      problems: [expect.stringContaining('StartTime: expected')],
    });
  });

  it('with a start time of 0 or 40 days ago harms nothing that is stored', async () => {
    await trial.pull();
    const before = await trial.rows();
    const [row] = trial.simulator.truth({ kind: 'copy', region: 'eu-west-1' });
    const longAgo = trial.simulator.clock.now() / 1000 - 40 * 86_400;
    trial.simulator.setFaults([
      {
        fault: 'raw',
        items: [
          { ...row, StartTime: 0 },
          { ...row, StartTime: longAgo },
        ],
        page: 1,
      },
    ]);
    const slice = sliceOf(await trial.pull({ 'max-rejects': '2' }));

    expect(slice).toMatchObject({ outcome: 'ok', rejected: 2 });
    expect(await trial.rows()).toEqual(before);
  });
});

it('rows of another region are counted and warned about, not stored', async () => {
  trial.simulator.world.set({ foreignRegionRows: true });
  const slice = sliceOf(await trial.pull());

  expect(slice.outcome).toBe('ok');
  expect(slice.foreign).toBeGreaterThan(0);
  expect(slice.received).toBe(balance(slice));
  expect(slice.warnings.join()).toContain('add --region us-east-1');
  expect(new Set((await trial.rows()).map((row) => row['region']))).toEqual(new Set(['eu-west-1']));
});

it('an unknown state is stored and warned about', async () => {
  trial.simulator.setFaults([{ fault: 'unknown-state', state: 'TELEPORTED', page: 1 }]);
  const slice = sliceOf(await trial.pull());

  expect(slice.outcome).toBe('ok');
  expect(slice.warnings.join()).toContain('TELEPORTED');
  expect((await trial.rows()).some((row) => row['state'] === 'TELEPORTED')).toBe(true);
});
