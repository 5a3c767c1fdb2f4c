import { describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import { rowsByAccount } from '../../src/domain/row.ts';
import { type DaySnapshot, mergeDay, mergeDays } from '../../src/merge/merge.ts';
import { ACCOUNT, aRow, OBSERVED_AT, OTHER_ACCOUNT } from '../fixtures/builders.ts';

const EARLIER = OBSERVED_AT - 86_400_000;

/** A stored row, seen by a pull before the one under test. */
function stored(fields: Partial<SummaryRow> = {}): SummaryRow {
  return aRow({ observed_at: EARLIER, ...fields });
}

/** A pull that saw the given rows of this day, and their accounts (and any named besides). */
function seen(returned: readonly SummaryRow[], fields: Partial<DaySnapshot> = {}): DaySnapshot {
  const accounts = new Set(returned.map((row) => row.account_id));
  return {
    kind: 'copy',
    observedAt: OBSERVED_AT,
    returned: rowsByAccount(returned),
    accounts,
    isDoubtfulFor: () => false,
    ...fields,
  };
}

/** A pull that saw the account on other days only. */
function silence(fields: Partial<DaySnapshot> = {}): DaySnapshot {
  return seen([], { accounts: new Set([ACCOUNT]), ...fields });
}

describe('an account the pull did not see', () => {
  it('keeps everything, unfinished rows too', () => {
    const rows = [stored({ state: 'COMPLETED' }), stored({ state: 'RUNNING' })];
    const other = aRow({ account_id: OTHER_ACCOUNT });
    const merged = mergeDay(rows, seen([other]));
    expect(merged).toEqual({
      rows: [...rows, other],
      added: 1,
      changed: 0,
      removed: 0,
      protectedAccounts: 0,
    });
  });

  it('may be the account AWS does not name', () => {
    const unnamed = stored({ account_id: null, state: 'RUNNING' });
    expect(mergeDay([unnamed], silence()).rows).toEqual([unnamed]);
    expect(mergeDay([unnamed], seen([], { accounts: new Set([null]) })).rows).toEqual([]);
  });
});

describe('an account and day the pull returned rows of', () => {
  it('is replaced together: a RUNNING row that moved on is gone', () => {
    const done = aRow({ state: 'COMPLETED', job_count: 5 });
    const merged = mergeDay(
      [stored({ state: 'COMPLETED', job_count: 3 }), stored({ state: 'RUNNING', job_count: 2 })],
      seen([done]),
    );
    expect(merged).toEqual({ rows: [done], added: 0, changed: 1, removed: 1, protectedAccounts: 0 });
  });

  it('may lose finished jobs: AWS restated a day it shows whole', () => {
    const fewer = aRow({ job_count: 1 });
    const merged = mergeDay([stored({ job_count: 9 })], seen([fewer]));
    expect(merged.rows).toEqual([fewer]);
    expect(merged.protectedAccounts).toBe(0);
  });

  it('is replaced without touching another account', () => {
    const other = stored({ account_id: OTHER_ACCOUNT, state: 'RUNNING' });
    const now = aRow({ job_count: 2 });
    expect(mergeDay([stored(), other], seen([now])).rows).toEqual([now, other]);
  });

  it('keeps zero rows that come beside real ones', () => {
    const rows = [aRow({ state: 'COMPLETED', job_count: 4 }), aRow({ state: 'FAILED', job_count: 0 })];
    expect(mergeDay([], seen(rows)).rows).toEqual(rows);
  });
});

describe.each([
  ['no rows', []],
  [
    'only zero counts',
    [aRow({ state: 'RUNNING', job_count: 0 }), aRow({ state: 'COMPLETED', job_count: 0 })],
  ],
])('an account and day the pull returned %s of', (_what, returned) => {
  const quiet = silence({ returned: rowsByAccount(returned) });

  it.each(['CREATED', 'RUNNING', 'ABORTING', 'COMPLETING', 'FAILING'])('loses its %s rows', (state) => {
    expect(mergeDay([stored({ state })], quiet)).toEqual({
      rows: [],
      added: 0,
      changed: 0,
      removed: 1,
      protectedAccounts: 0,
    });
  });

  it('loses its PENDING rows where the kind has that state', () => {
    expect(mergeDay([stored({ state: 'PENDING' })], { ...quiet, kind: 'backup' }).rows).toEqual([]);
  });

  it.each(['COMPLETED', 'FAILED', 'ABORTED', 'PARTIAL', 'HIBERNATING', null])(
    'keeps its %s rows',
    (state) => {
      const rows = [stored({ state })];
      expect(mergeDay(rows, quiet)).toEqual({ rows, added: 0, changed: 0, removed: 0, protectedAccounts: 1 });
    },
  );

  it('keeps the finished of its rows and loses the others', () => {
    const finished = stored({ state: 'FAILED' });
    const merged = mergeDay([stored({ state: 'RUNNING' }), finished], quiet);
    expect(merged).toMatchObject({ rows: [finished], removed: 1, protectedAccounts: 1 });
  });

  it('stays empty where nothing is stored', () => {
    expect(mergeDay([], quiet)).toEqual({ rows: [], added: 0, changed: 0, removed: 0, protectedAccounts: 0 });
  });
});

describe('a day that may be shown incompletely', () => {
  const doubtful = { isDoubtfulFor: () => true };

  it('keeps its stored rows, all of them, when fewer finished jobs came', () => {
    const rows = [stored({ state: 'COMPLETED', job_count: 5 }), stored({ state: 'RUNNING', job_count: 1 })];
    const merged = mergeDay(rows, seen([aRow({ state: 'COMPLETED', job_count: 4 })], doubtful));
    expect(merged).toEqual({ rows, added: 0, changed: 0, removed: 0, protectedAccounts: 1 });
  });

  it('keeps them when unfinished jobs make up the number', () => {
    const rows = [stored({ state: 'COMPLETED', job_count: 5 })];
    expect(mergeDay(rows, seen([aRow({ state: 'RUNNING', job_count: 9 })], doubtful)).rows).toEqual(rows);
  });

  it('counts a state this version does not know as finished', () => {
    const rows = [stored({ state: 'HIBERNATING', job_count: 2 })];
    expect(mergeDay(rows, seen([aRow({ state: 'COMPLETED', job_count: 1 })], doubtful)).rows).toEqual(rows);
  });

  it('keeps them, unfinished ones included, when silence came', () => {
    const rows = [stored({ state: 'COMPLETED' }), stored({ state: 'RUNNING' })];
    expect(mergeDay(rows, silence(doubtful))).toMatchObject({ rows, protectedAccounts: 1 });
  });

  it.each([5, 6])('is replaced when %i finished jobs came for 5 stored', (job_count) => {
    const now = aRow({ state: 'FAILED', job_count });
    const merged = mergeDay(
      [stored({ job_count: 5 }), stored({ state: 'RUNNING', job_count: 9 })],
      seen([now], doubtful),
    );
    expect(merged).toMatchObject({ rows: [now], protectedAccounts: 0 });
  });

  it('loses unfinished rows to silence when nothing finished is stored', () => {
    expect(mergeDay([stored({ state: 'RUNNING' })], silence(doubtful)).rows).toEqual([]);
  });

  it('weighs each account on its own', () => {
    const rows = [stored({ job_count: 5 }), stored({ account_id: OTHER_ACCOUNT, job_count: 5 })];
    const now = [aRow({ job_count: 4 }), aRow({ account_id: OTHER_ACCOUNT, job_count: 6 })];
    expect(mergeDay(rows, seen(now, doubtful))).toMatchObject({
      rows: [rows[0], now[1]],
      protectedAccounts: 1,
    });
  });
});

describe('older and newer', () => {
  it('leaves an account and day of a later pull alone', () => {
    const rows = [stored({ observed_at: OBSERVED_AT + 1 }), stored({ state: 'RUNNING' })];
    expect(mergeDay(rows, seen([aRow({ job_count: 7 })]))).toMatchObject({ rows, protectedAccounts: 0 });
    expect(mergeDay(rows, silence())).toMatchObject({ rows, protectedAccounts: 0 });
  });

  it('goes by account: another one of the same day is brought up to date', () => {
    const later = stored({ observed_at: OBSERVED_AT + 1 });
    const now = aRow({ account_id: OTHER_ACCOUNT, job_count: 7 });
    const merged = mergeDay([later, stored({ account_id: OTHER_ACCOUNT })], seen([aRow(), now]));
    expect(merged.rows).toEqual([later, now]);
  });

  it('lets a pull of the same instant speak', () => {
    const now = aRow({ job_count: 7 });
    expect(mergeDay([stored({ observed_at: OBSERVED_AT })], seen([now])).rows).toEqual([now]);
  });
});

describe('an account and day that is as it was', () => {
  it('keeps since when it is known', () => {
    const rows = [stored({ state: 'COMPLETED' }), stored({ state: 'FAILED' })];
    const again = rows.toReversed().map((row) => ({ ...row, observed_at: OBSERVED_AT }));
    expect(mergeDay(rows, seen(again))).toEqual({
      rows,
      added: 0,
      changed: 0,
      removed: 0,
      protectedAccounts: 0,
    });
  });

  it('keeps it while another account of the day changes', () => {
    const same = stored();
    const now = aRow({ account_id: OTHER_ACCOUNT, job_count: 2 });
    const merged = mergeDay([same, stored({ account_id: OTHER_ACCOUNT })], seen([aRow(), now]));
    expect(merged).toMatchObject({ rows: [same, now], added: 0, changed: 1, removed: 0 });
  });

  it.each<Partial<SummaryRow>>([{ job_count: 2 }, { end_time: null }])(
    'is not as it was with %o',
    (difference) => {
      const now = aRow(difference);
      expect(mergeDay([stored()], seen([now]))).toMatchObject({
        rows: [now],
        added: 0,
        changed: 1,
        removed: 0,
      });
    },
  );

  it('gives all of its rows the new moment when one of them changed', () => {
    const now = [aRow({ state: 'COMPLETED' }), aRow({ state: 'FAILED', job_count: 2 })];
    const merged = mergeDay([stored({ state: 'COMPLETED' }), stored({ state: 'FAILED' })], seen(now));
    expect(merged).toMatchObject({ rows: now, changed: 1 });
  });
});

describe('merged rows', () => {
  it('stand in the same order, however they came', () => {
    const rows = [
      aRow({ account_id: null }),
      aRow({ account_id: ACCOUNT, resource_type: 'EBS' }),
      aRow({ account_id: ACCOUNT, resource_type: 'S3' }),
      aRow({ account_id: OTHER_ACCOUNT }),
    ];
    const [first, second, third, fourth] = rows as [SummaryRow, SummaryRow, SummaryRow, SummaryRow];
    expect(mergeDay([fourth, second], seen([third, second, first])).rows).toEqual(rows);
  });

  it('are counted as added, changed and removed', () => {
    const before = [
      stored({ resource_type: 'EBS' }),
      stored({ resource_type: 'EC2' }),
      stored({ resource_type: 'EFS' }),
    ];
    const now = [
      aRow({ resource_type: 'EBS' }),
      aRow({ resource_type: 'EC2', job_count: 8 }),
      aRow({ resource_type: 'S3' }),
    ];
    expect(mergeDay(before, seen(now))).toMatchObject({ added: 1, changed: 1, removed: 1 });
  });

  it('are others than the rows given: neither list is changed', () => {
    const before = Object.freeze([stored({ state: 'FAILED' }), stored({ state: 'COMPLETED' })]);
    const now = Object.freeze([aRow({ state: 'FAILED', job_count: 2 }), aRow({ state: 'COMPLETED' })]);
    expect(() => mergeDay(before, seen(now))).not.toThrow();
  });
});

describe('pulls that speak of one day together', () => {
  const other = { account_id: OTHER_ACCOUNT };

  it('change their own accounts, each counted with its own pull', () => {
    const running = stored({ state: 'RUNNING' });
    const now = aRow({ ...other, job_count: 9 });
    const merged = mergeDays('copy', [running, stored(other)], [silence(), seen([now])]);
    expect(merged.rows).toEqual([now]);
    expect(merged).toMatchObject({ added: 0, changed: 1, removed: 1 });
    expect(merged.parts).toMatchObject([
      { added: 0, changed: 0, removed: 1 },
      { added: 0, changed: 1, removed: 0 },
    ]);
  });

  it('make the same of it as one after the other, whatever the order of the rows', () => {
    const rows = [stored({ ...other, state: 'FAILED' }), stored({ state: 'RUNNING' }), stored()];
    const pulls = [seen([aRow({ job_count: 7 })]), seen([aRow(other)], { observedAt: OBSERVED_AT + 1 })];
    const [first, second] = pulls as [DaySnapshot, DaySnapshot];
    expect(mergeDays('copy', rows, pulls).rows).toEqual(mergeDay(mergeDay(rows, first).rows, second).rows);
  });
});
