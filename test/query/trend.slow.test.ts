import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SummaryRow } from '../../schemas/columns.ts';
import { addDays, type Day, daysBetween, utcDay } from '../../src/domain/day.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { aRow } from '../fixtures/builders.ts';
import { cases } from '../laws/cases.ts';
import { localSql, type SqlRow } from '../fixtures/local-sql.ts';
import { writeRows } from '../fixtures/write-rows.ts';

const FIRST: Day = '2026-01-20';
const LAST: Day = '2026-06-10';
const days = daysBetween(FIRST, LAST);
let ledger: string;

beforeAll(async () => {
  ledger = await mkdtemp(join(tmpdir(), 'backup-ledger-trend-'));
});
afterAll(() => rm(ledger, { recursive: true }));

/** Jobs of an account on a day, good and bad. Silences last from days to months. */
const worlds = fc
  .uniqueArray(
    fc.record({
      region: fc.constantFrom('eu-west-1', 'us-east-1'),
      account_id: fc.constantFrom('111111111111', '222222222222', null),
      day: fc.constantFrom(...days),
      state: fc.constantFrom('COMPLETED', 'FAILED', 'RUNNING'),
      job_count: fc.integer({ min: 1, max: 9 }),
    }),
    {
      minLength: 1,
      maxLength: 40,
      selector: ({ region, account_id, day, state }) => [region, account_id, day, state].join(),
    },
  )
  .map((rows) => rows.map((row) => aRow(row)));

/** The view in plain words: for each account and each day on which somebody had jobs, up to 28 days after its last ones. */
function trendTruth(rows: readonly SummaryRow[]): SqlRow[] {
  const busy = [...new Set(rows.map(({ start_time }) => utcDay(start_time)))];
  const accounts = [...groupBy(rows, ({ region, account_id }) => `${region} ${account_id}`).values()];
  return accounts.flatMap((own) =>
    busy.flatMap((day) => {
      const between = (from: number, to: number) => countsOf(own, addDays(day, -from), addDays(day, -to));
      const [today, week, month, before] = [between(0, 0), between(6, 0), between(27, 0), between(13, 7)];
      if (month.jobs === 0) return [];
      const [{ region, account_id }] = own as [SummaryRow];
      const [now, then] = [rate(week), rate(before)];
      return [
        {
          start_date: day,
          start_month: day.slice(0, 7),
          region,
          account_id,
          jobs: today.jobs,
          success_rate: rate(today),
          jobs_7d: week.jobs,
          finished_7d: week.finished,
          success_rate_7d: now,
          finished_28d: month.finished,
          success_rate_28d: rate(month),
          success_rate_week_before: then,
          week_over_week: now === null || then === null ? null : now - then,
        },
      ];
    }),
  );
}

function countsOf(rows: readonly SummaryRow[], from: Day, to: Day) {
  const own = rows.filter(({ start_time }) => utcDay(start_time) >= from && utcDay(start_time) <= to);
  const jobs = (...states: string[]) =>
    own.filter(({ state }) => states.includes(state ?? '')).reduce((sum, row) => sum + row.job_count, 0);
  const completed = jobs('COMPLETED');
  return { jobs: completed + jobs('FAILED', 'RUNNING'), completed, finished: completed + jobs('FAILED') };
}

function rate({ completed, finished }: { completed: number; finished: number }): number | null {
  return finished === 0 ? null : completed / finished;
}

function inOrder(rows: readonly SqlRow[]): SqlRow[] {
  const keyOf = ({ start_date, region, account_id }: SqlRow) => [start_date, region, account_id].join();
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

async function inWorld<T>(
  rows: readonly SummaryRow[],
  use: (files: readonly string[]) => Promise<T>,
): Promise<T> {
  const files = await writeRows(ledger, rows);
  try {
    return await use(files);
  } finally {
    await rm(join(ledger, 'copy_job_summaries'), { recursive: true });
  }
}

describe('copy_job_trend', () => {
  it('says of any world what its words say', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, (rows) =>
        inWorld(rows, async () => {
          expect(inOrder(await localSql(ledger, 'SELECT * FROM copy_job_trend'))).toEqual(
            inOrder(trendTruth(rows)),
          );
        }),
      ),
      { numRuns: cases(100) },
    );
  });

  it.each([
    `start_date >= DATE '2026-04-10'`,
    `DATE '2026-04-10' < start_date AND jobs > 0`,
    `start_date BETWEEN DATE '2026-04-10' AND DATE '2026-05-02'`,
    `start_date = DATE '2026-04-10' + INTERVAL '3' DAY`,
    `start_month >= '2026-04'`,
    `start_month = '2026-04' AND (region = 'eu-west-1' OR jobs = 0)`,
    `start_date >= date_add('day', -7, DATE '2026-04-17')`,
    `start_date >= date_trunc('month', DATE '2026-04-17')`,
  ])('answers WHERE %s from the months before it that a window reaches, and those after', async (where) => {
    const rows = days
      .filter((_, index) => index % 9 < 4)
      .flatMap((day, index) => [
        aRow({ day, state: index % 3 === 0 ? 'FAILED' : 'COMPLETED', job_count: 1 + index }),
        aRow({ day, state: 'COMPLETED', account_id: '222222222222', region: 'us-east-1' }),
      ]);
    await inWorld(rows, async (files) => {
      const whole = await localSql(
        ledger,
        `SELECT * FROM (SELECT * FROM copy_job_trend) AS t WHERE ${where}`,
      );
      expect(whole.length).toBeGreaterThan(0);
      for (const file of files) if (/start_month=2026-0[12]/.test(file)) await writeFile(file, 'damaged');
      expect(inOrder(await localSql(ledger, `SELECT * FROM copy_job_trend WHERE ${where}`))).toEqual(
        inOrder(whole),
      );
    });
  });

  it.each([
    `SELECT min(start_date) AS day FROM copy_job_trend`,
    `SELECT min(start_date) AS day FROM copy_job_trend WHERE start_date >= DATE '2026-04-10' OR region = 'eu-west-1'`,
    `SELECT min(start_date) AS day FROM copy_job_trend WHERE start_date <= DATE '2026-04-10'`,
    `SELECT min(start_date) AS day FROM (SELECT * FROM copy_job_trend WHERE start_date >= DATE '2026-04-10'
       UNION ALL SELECT * FROM copy_job_trend) AS both_of_them`,
    `WITH copy_job_trend AS (SELECT * FROM copy_job_trend) SELECT min(start_date) AS day FROM copy_job_trend WHERE start_date >= DATE '2026-01-01'`,
    `SELECT min(a.start_date) AS day FROM copy_job_trend AS a CROSS JOIN copy_job_daily AS b WHERE b.start_date >= DATE '2026-04-10'`,
    `SELECT min(t.start_date) AS day FROM copy_job_daily AS d CROSS JOIN LATERAL (
       SELECT start_date FROM copy_job_trend AS t WHERE d.start_date >= DATE '2026-04-10') AS t`,
    `SELECT min(day) AS day FROM copy_job_trend AS t (day, month, start_month) WHERE start_month >= '2026-05'`,
  ])('is read whole where nothing bounds it: %s', async (statement) => {
    const rows = days.map((day) => aRow({ day }));
    await inWorld(rows, async () => {
      expect(await localSql(ledger, statement)).toEqual([{ day: FIRST }]);
    });
  });
});

describe('a month', () => {
  it.each([
    `copy_job_daily WHERE start_date >= DATE '2026-04-10'`,
    `copy_job_daily WHERE start_month >= '2026-04'`,
    `copy_job_failures WHERE start_date >= DATE '2026-05-20' - INTERVAL '7' DAY`,
    `copy_job_summaries WHERE date_trunc('month', start_date) >= DATE '2026-04-01'`,
    `backup_health_daily WHERE start_date BETWEEN DATE '2026-04-10' AND DATE '2026-05-02'`,
  ])('that nobody asks for is not opened: %s', async (from) => {
    const rows = days.flatMap((day) => [aRow({ day }), aRow({ day, state: 'FAILED' })]);
    await inWorld(rows, async (files) => {
      const [before] = await localSql(ledger, `SELECT count(*) AS lines FROM ${from}`);
      for (const file of files) if (/start_month=2026-0[123]/.test(file)) await writeFile(file, 'damaged');
      expect(await localSql(ledger, `SELECT count(*) AS lines FROM ${from}`)).toEqual([before]);
      await expect(localSql(ledger, 'SELECT count(*) FROM copy_job_daily')).rejects.toThrow('cannot be read');
    });
  });
});
