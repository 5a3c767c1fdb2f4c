import { describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import { type Day, daysBetween, monthOf, utcDay } from '../../src/domain/day.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { rowsByDay } from '../../src/domain/row.ts';
import { LostRaceError, StoreError } from '../../src/errors.ts';
import { type SliceSnapshot } from '../../src/merge/days.ts';
import {
  type MonthPlan,
  planMonths,
  publishMonths,
  publishedBy,
  type Published,
} from '../../src/merge/publish.ts';
import { aRow, aSlice, aWorld, ledgerRows, OBSERVED_AT, OTHER_ACCOUNT } from '../fixtures/builders.ts';
import { jsonMonth, MemoryStore } from '../fixtures/memory-store.ts';

const EARLIER = OBSERVED_AT - 1;

function keyOf(day: Day, table = 'copy_job_summaries'): string {
  return `${table}/aggregation_period=ONE_DAY/start_month=${day.slice(0, 7)}/eu-west-1.parquet`;
}

function seen(rows: readonly SummaryRow[], fields: Partial<SliceSnapshot> = {}): SliceSnapshot {
  return {
    slice: aSlice(),
    rows: rowsByDay(rows),
    observedAt: OBSERVED_AT,
    isDoubtful: () => false,
    ...fields,
  };
}

async function aLedger(...rows: readonly SummaryRow[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const [month, own] of groupBy(rows, (row) => monthOf(utcDay(row.start_time))))
    store.seed(keyOf(month), await jsonMonth(own));
  return store;
}

async function rowsOn(store: MemoryStore, day: Day): Promise<SummaryRow[]> {
  const rows = (await ledgerRows(store))[keyOf(day)] ?? [];
  return rows.filter((row) => utcDay(row.start_time) === day);
}

async function plan(store: MemoryStore, what: SliceSnapshot) {
  return planMonths([what], aWorld({ store }));
}

async function publish(store: MemoryStore, what: SliceSnapshot) {
  return publishPlans(await plan(store, what), store, what);
}

/** What publishing brought the pull. Throws what failed first. */
async function publishPlans(plans: readonly MonthPlan[], store: MemoryStore, pull: SliceSnapshot) {
  const published = publishedBy(pull, await publishMonths(plans, aWorld({ store })));
  if ('failure' in published) throw published.failure;
  return published;
}

function accountDays({ protected: places }: Published): number {
  return places.reduce((sum, { accounts }) => sum + accounts, 0);
}

function stored(fields: Parameters<typeof aRow>[0] = {}): SummaryRow {
  return aRow({ observed_at: EARLIER, ...fields });
}

describe('the days a pull speaks for', () => {
  it('are counted: those with a row that is new, changed or gone, and those found as they were', async () => {
    const open = { state: 'RUNNING', account_id: OTHER_ACCOUNT };
    const store = await aLedger(
      stored({ day: '2026-11-19' }),
      stored({ day: '2026-11-20', job_count: 2 }),
      stored({ day: '2026-11-21' }),
      stored({ day: '2026-11-21', ...open }),
    );
    const days = (['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'] as const).map((day) =>
      aRow({ day, job_count: 3 - Number(day !== '2026-11-20') * 2 }),
    );
    const others = [aRow({ day: '2026-11-18', account_id: OTHER_ACCOUNT })];
    const published = await publish(store, seen([...others, ...days]));
    expect(published.days).toEqual({ written: 4, unchanged: 1 });
  });

  it('reach from the first to the last day it returned, silent ones included', async () => {
    const plans = await plan(
      new MemoryStore(),
      seen([aRow({ day: '2026-11-22' }), aRow({ day: '2026-11-19' })]),
    );
    expect(plans.map(({ change }) => [change.partition, change.action])).toEqual([
      [keyOf('2026-11'), 'create'],
    ]);
    expect(plans[0]?.days.map(({ startDate }) => startDate)).toEqual(daysBetween('2026-11-19', '2026-11-22'));
    expect(plans[0]?.change.days.map(({ start_date }) => start_date)).toEqual(['2026-11-19', '2026-11-22']);
  });

  it('are none when it returned nothing', async () => {
    expect(await plan(await aLedger(stored()), seen([]))).toEqual([]);
  });

  it('leave every other day alone, for ever', async () => {
    const store = await aLedger(
      stored({ day: '2026-11-18', state: 'RUNNING' }),
      stored({ day: '2026-11-23', state: 'RUNNING' }),
    );
    const before = store.snapshot();
    await publish(store, seen([aRow({ day: '2026-11-19' }), aRow({ day: '2026-11-22' })]));
    expect(before).not.toEqual(store.snapshot());
    const rows = Object.values(await ledgerRows(store)).flat();
    expect(rows.filter((row) => row.state === 'RUNNING')).toHaveLength(2);
  });

  it('are put under the UTC date of their start, whatever the hour', async () => {
    const plans = await plan(new MemoryStore(), seen([aRow({ start_time: Date.UTC(2026, 10, 22, 23, 59) })]));
    expect(plans.map(({ change }) => change.partition)).toEqual([keyOf('2026-11-22')]);
  });

  it("are of the slice's own table", async () => {
    const what = seen([aRow({ day: '2026-11-22' })], { slice: aSlice({ table: 'copy_failures' }) });
    expect((await plan(new MemoryStore(), what)).map(({ change }) => change.partition)).toEqual([
      keyOf('2026-11-22', 'copy_failures'),
    ]);
  });
});

describe('an account seen on one day', () => {
  it('is spoken for on a day without rows: what was running there has moved on', async () => {
    const done = stored({ day: '2026-11-21', state: 'FAILED' });
    const store = await aLedger(done, stored({ day: '2026-11-21', state: 'RUNNING' }));
    await publish(store, seen([aRow({ day: '2026-11-20' }), aRow({ day: '2026-11-22' })]));
    expect(await rowsOn(store, '2026-11-21')).toEqual([done]);
  });

  it('does not speak for another account', async () => {
    const other = stored({ day: '2026-11-21', state: 'RUNNING', account_id: OTHER_ACCOUNT });
    const store = await aLedger(other);
    await publish(store, seen([aRow({ day: '2026-11-20' }), aRow({ day: '2026-11-22' })]));
    expect(await rowsOn(store, '2026-11-21')).toEqual([other]);
  });
});

describe('fewer finished jobs than are stored', () => {
  const rows = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => stored({ day, job_count: 9 }));
  const fewer = ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => aRow({ day, job_count: 3 }));

  it('do not replace them on the oldest day alone', async () => {
    const store = await aLedger(...rows);
    const published = await publish(store, seen(fewer));
    expect(Object.values(await ledgerRows(store)).flat()).toEqual([rows[0], fewer[1], fewer[2]]);
    expect(accountDays(published)).toBe(1);
  });

  it('replace them on no day of a doubtful pull', async () => {
    const store = await aLedger(...rows);
    const before = store.snapshot();
    const published = await publish(store, seen(fewer, { isDoubtful: () => true }));
    expect(store.snapshot()).toEqual(before);
    expect(accountDays(published)).toBe(3);
  });

  it('count for each account of a day', async () => {
    const both = [{ job_count: 9 }, { job_count: 9, account_id: OTHER_ACCOUNT }].map(stored);
    const published = await publish(
      await aLedger(...both),
      seen(both.map((row) => ({ ...row, job_count: 3, observed_at: OBSERVED_AT }))),
    );
    expect(accountDays(published)).toBe(2);
  });

  it('are told with the partitions concerned', async () => {
    const published = await publish(await aLedger(...rows), seen(fewer, { isDoubtful: () => true }));
    expect(published.protected).toEqual(
      ['2026-11-20', '2026-11-21', '2026-11-22'].map((day) => ({ startDate: day, accounts: 1 })),
    );
  });
});

describe('publishing', () => {
  it('counts and lists what was written and what was found as it should be', async () => {
    const same = stored({ day: '2026-10-31' });
    const store = await aLedger(same);
    const published = await publish(
      store,
      seen([{ ...same, observed_at: OBSERVED_AT }, aRow({ day: '2026-11-01' })]),
    );
    expect(store.puts).toEqual([keyOf('2026-11')]);
    expect(published.objects.map(({ partition, action }) => [partition, action])).toEqual([
      [keyOf('2026-10'), 'unchanged'],
      [keyOf('2026-11'), 'written'],
    ]);
  });

  it('gives the same bytes for the same rows, however they came', async () => {
    const rows = ['1', '2', null].flatMap((account_id) =>
      ['EBS', 'S3'].map((resource_type) => aRow({ account_id, resource_type })),
    );
    const [one, other] = [new MemoryStore(), new MemoryStore()];
    await publish(one, seen(rows));
    await publish(other, seen(rows.toReversed()));
    expect(one.snapshot()).toEqual(other.snapshot());
  });

  it('merges again with what another writer wrote meanwhile', async () => {
    const store = await aLedger(stored());
    const what = seen([aRow({ job_count: 5 })]);
    const plans = await plan(store, what);
    const theirs = stored({ account_id: OTHER_ACCOUNT });
    store.seed(keyOf('2026-11-22'), await jsonMonth([stored(), theirs]));
    await publishPlans(plans, store, what);
    expect((await ledgerRows(store))[keyOf('2026-11-22')]).toEqual([aRow({ job_count: 5 }), theirs]);
  });

  it('counts what is protected in the merge that was written, once', async () => {
    const store = await aLedger(stored({ job_count: 9 }));
    const what = seen([aRow({ job_count: 3 }), aRow({ account_id: OTHER_ACCOUNT })]);
    const plans = await plan(store, what);
    store.seed(keyOf('2026-11-22'), await jsonMonth([stored({ job_count: 9 })]));
    const published = await publishPlans(plans, store, what);
    expect(published.protected).toEqual([{ startDate: '2026-11-22', accounts: 1 }]);
    expect(published.objects.map(({ action }) => action)).toEqual(['written']);
  });

  it('gives up on a partition others keep writing, as something to try again later', async () => {
    const store = new MemoryStore();
    store.put = async () => ({ written: false });
    await expect(publish(store, seen([aRow()]))).rejects.toThrow(LostRaceError);
  });

  it('does not let a partition that fails stop the others', async () => {
    const store = new MemoryStore();
    const put = store.put.bind(store);
    const broken = new StoreError('fix-config', 'no permission');
    store.put = (key, ...rest) => (key === keyOf('2026-10') ? Promise.reject(broken) : put(key, ...rest));
    const rows = daysBetween('2026-10-20', '2026-11-02').map((day) => aRow({ day }));
    await expect(publish(store, seen(rows))).rejects.toBe(broken);
    expect(store.puts).toEqual([keyOf('2026-11')]);
  });

  it.each([
    ["a month's end", '2026-10-31', '2026-11-01'],
    ["a year's end", '2026-12-31', '2027-01-01'],
    ['a leap day', '2028-02-29', '2028-03-01'],
  ])('writes each month its own days, across %s', async (_what, last, first) => {
    const store = new MemoryStore();
    const observedAt = Date.parse(first) + 3 * 86_400_000;
    const what = seen([aRow({ day: last }), aRow({ day: first })], { observedAt });
    const plans = await planMonths([what], aWorld({ store, now: observedAt }));
    await publishMonths(plans, aWorld({ store, now: observedAt }));
    const rows = await ledgerRows(store);
    expect(Object.keys(rows)).toEqual([keyOf(last), keyOf(first)]);
    expect(rows[keyOf(last)]).toEqual([aRow({ day: last })]);
    expect(rows[keyOf(first)]).toEqual([aRow({ day: first })]);
  });
});

describe('days that a rolling window may cut', () => {
  const before = stored({ day: '2026-11-15', job_count: 9 });

  it('are protected although an older zero row lies before them', async () => {
    const store = await aLedger(before);
    const zero = aRow({ day: '2026-11-10', job_count: 0 });
    await publish(store, seen([zero, aRow({ day: '2026-11-15', job_count: 3 }), aRow()]));
    expect((await ledgerRows(store))[keyOf('2026-11-15')]).toContainEqual(before);
  });

  it('are protected for each account by its own oldest day', async () => {
    const store = await aLedger(before);
    const other = aRow({ day: '2026-11-10', account_id: OTHER_ACCOUNT });
    await publish(store, seen([other, aRow({ day: '2026-11-15', job_count: 3 }), aRow()]));
    expect((await ledgerRows(store))[keyOf('2026-11-15')]).toContainEqual(before);
  });

  it('are all that began more than 13 days before', async () => {
    const old = stored({ day: '2026-11-09', job_count: 9 });
    const store = await aLedger(old);
    const rows = [aRow({ day: '2026-11-03' }), aRow({ day: '2026-11-09', job_count: 3 })];
    await publish(store, seen(rows));
    expect((await ledgerRows(store))[keyOf('2026-11-09')]).toContainEqual(old);
  });

  it('are no others: there AWS may restate a day it shows whole', async () => {
    const store = await aLedger(before);
    await publish(store, seen([aRow({ day: '2026-11-14' }), aRow({ day: '2026-11-15', job_count: 3 })]));
    expect((await ledgerRows(store))[keyOf('2026-11-15')]).not.toContainEqual(before);
  });
});
