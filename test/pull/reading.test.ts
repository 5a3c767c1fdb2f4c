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
});

describe('tokens', () => {
  it('that expire make the slice begin again, and the result is right', async () => {
    trial.simulator.setFaults([{ fault: 'expired-token', page: 3, times: 1 }]);
    const slice = sliceOf(await trial.pull(SMALL_PAGES));

    expect(slice).toMatchObject({ outcome: 'ok', restarts: 1 });
    await expectTruth();
  });

  it('beyond --max-pages are an error', async () => {
    const result = await trial.pull({ ...SMALL_PAGES, 'max-pages': '2' });
    expect(result.exit_code).toBe(78);
    expect(sliceOf(result).error?.message).toContain('--max-pages');
  });
});

describe('a row that is not usable', () => {
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
});

it('an unknown state is stored and warned about', async () => {
  trial.simulator.setFaults([{ fault: 'unknown-state', state: 'TELEPORTED', page: 1 }]);
  const slice = sliceOf(await trial.pull());

  expect(slice.outcome).toBe('ok');
  expect(slice.warnings.join()).toContain('TELEPORTED');
  expect((await trial.rows()).some((row) => row['state'] === 'TELEPORTED')).toBe(true);
});
