import { afterEach, describe, expect, it } from 'vitest';
import { kindNames } from '../../schemas/kinds.ts';
import { views } from '../../schemas/views/views.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { aSummary } from '../fixtures/builders.ts';
import { dailyColumns, dailyTruth } from '../fixtures/daily-truth.ts';
import { localSql, type SqlRow } from '../fixtures/local-sql.ts';
import { openTrial, type Trial } from '../fixtures/trial.ts';

let trial: Trial;
afterEach(() => trial.close());

const REGIONS = ['eu-west-1', 'us-east-1'];

function sql(text: string): Promise<SqlRow[]> {
  return localSql(trial.ledger, text);
}

/** A pull that returns just these summaries. */
async function pullOf(...items: readonly ReturnType<typeof aSummary>[]): Promise<void> {
  trial.simulator.setFaults([{ fault: 'raw', items, replace: true }]);
  await trial.pull({ reconcile: 'off' });
  trial.simulator.clock.advance(60_000);
}

function inOrder(rows: readonly SqlRow[]): SqlRow[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('the daily views', () => {
  it.each(kindNames)("count %s jobs as AWS's rows say", async (kind) => {
    trial = await openTrial();
    await trial.pull({ kind, region: REGIONS.join() });
    const rows = await sql(`SELECT ${dailyColumns.join(', ')} FROM ${kind}_job_daily`);
    const truth = REGIONS.flatMap((region) => trial.simulator.truth({ kind, region }));
    expect(rows.length).toBeGreaterThan(20);
    expect(inOrder(rows)).toEqual(inOrder(dailyTruth(truth, kind)));
  });

  it('rate what ended well among what ended, and nothing else', async () => {
    trial = await openTrial();
    await pullOf(
      aSummary({ State: 'COMPLETED', MessageCategory: 'Success', Count: 4 }),
      aSummary({ State: 'COMPLETED', MessageCategory: 'AccessDenied', Count: 2 }),
      aSummary({ State: 'FAILED', Count: 1 }),
      aSummary({ State: 'PARTIAL', Count: 1 }),
      aSummary({ State: 'RUNNING', Count: 50 }),
      aSummary({ State: 'BRAND_NEW', Count: 7 }),
    );
    expect(await sql('SELECT * FROM copy_job_daily')).toEqual([
      expect.objectContaining({
        jobs: 65,
        completed: 6,
        completed_with_issues: 2,
        failed: 1,
        partial: 1,
        unfinished: 50,
        other: 7,
        finished: 8,
        success_rate: 0.75,
        observed_at: '2026-11-23 03:30:00.000',
      }),
    ]);
  });

  it('have no rate where nothing ended, and keep rows without a state or an account', async () => {
    trial = await openTrial();
    await pullOf(
      aSummary({ State: 'RUNNING', Count: 3 }),
      aSummary({ State: undefined, AccountId: undefined, Count: 2 }),
    );
    const rows = await sql(
      'SELECT account_id, jobs, unfinished, other, success_rate FROM copy_job_daily ORDER BY jobs',
    );
    expect(rows).toEqual([
      { account_id: null, jobs: 2, unfinished: 0, other: 2, success_rate: null },
      { account_id: expect.any(String), jobs: 3, unfinished: 3, other: 0, success_rate: null },
    ]);
  });
});

describe('the failures views', () => {
  it('bring spellings together and say the share of all jobs of the day', async () => {
    trial = await openTrial();
    await pullOf(
      aSummary({ State: 'FAILED', MessageCategory: 'AccessDenied', Count: 1 }),
      aSummary({ State: 'FAILED', MessageCategory: 'ACCESS_DENIED', Count: 2 }),
      aSummary({ State: 'COMPLETED', MessageCategory: 'Clé_introuvable', Count: 1 }),
      aSummary({ State: 'COMPLETED', MessageCategory: 'SUCCESS', Count: 4 }),
      aSummary({ State: 'RUNNING', MessageCategory: 'AccessDenied', Count: 2 }),
    );
    const rows = await sql(
      'SELECT state, message_category, jobs, jobs_of_day, share FROM copy_job_failures ORDER BY jobs DESC',
    );
    expect(rows).toEqual([
      { state: 'FAILED', message_category: 'ACCESSDENIED', jobs: 3, jobs_of_day: 10, share: 0.3 },
      { state: 'COMPLETED', message_category: 'CLÉINTROUVABLE', jobs: 1, jobs_of_day: 10, share: 0.1 },
    ]);
  });
});

describe('the trend views', () => {
  it('move over calendar days, not over rows', async () => {
    trial = await openTrial();
    await pullOf(
      aSummary({ day: '2026-11-10', State: 'COMPLETED', Count: 1 }),
      aSummary({ day: '2026-11-13', State: 'FAILED', Count: 1 }),
      aSummary({ day: '2026-11-17', State: 'COMPLETED', Count: 2 }),
      aSummary({ day: '2026-11-20', State: 'COMPLETED', Count: 1 }),
    );
    const rows = await sql(
      `SELECT start_date, finished_7d, round(success_rate_7d, 4) AS success_rate_7d, finished_28d,
         success_rate_week_before AS before, round(week_over_week, 4) AS week_over_week
       FROM copy_job_trend ORDER BY start_date`,
    );
    expect(rows).toEqual([
      trend('2026-11-10', [1, 1, 1, null, null]),
      trend('2026-11-13', [2, 0.5, 2, null, null]),
      // The 10th lies eight days back: out of the last seven days, in the week before them.
      trend('2026-11-17', [3, 0.6667, 4, 1, -0.3333]),
      trend('2026-11-20', [3, 1, 5, 0.5, 0.5]),
    ]);
  });

  it('go on for an account that had no jobs on a day others had some', async () => {
    trial = await openTrial();
    await pullOf(
      aSummary({ day: '2026-11-20', AccountId: '111111111111', State: 'COMPLETED', Count: 1 }),
      aSummary({ day: '2026-11-21', AccountId: '222222222222', State: 'FAILED', Count: 1 }),
    );
    const rows = await sql(
      'SELECT start_date, account_id, jobs, success_rate, success_rate_7d FROM copy_job_trend ORDER BY 1, 2',
    );
    expect(rows).toEqual([
      { start_date: '2026-11-20', account_id: '111111111111', jobs: 1, success_rate: 1, success_rate_7d: 1 },
      {
        start_date: '2026-11-21',
        account_id: '111111111111',
        jobs: 0,
        success_rate: null,
        success_rate_7d: 1,
      },
      { start_date: '2026-11-21', account_id: '222222222222', jobs: 1, success_rate: 0, success_rate_7d: 0 },
    ]);
  });
});

function trend(start_date: string, values: readonly (number | null)[]): SqlRow {
  const [finished_7d = 0, success_rate_7d = 0, finished_28d = 0, before = 0, week_over_week = 0] = values;
  return { start_date, finished_7d, success_rate_7d, finished_28d, before, week_over_week };
}

describe('the view of all kinds', () => {
  it('puts them side by side, and knows nothing of kinds that were not pulled', async () => {
    trial = await openTrial();
    await trial.pull({ kind: 'copy,backup' });
    const [row] = await sql(
      `SELECT sum(copy_jobs) AS copy_jobs, sum(backup_jobs) AS backup_jobs, sum(scan_jobs) AS scan_jobs,
         count(*) AS lines FROM backup_health_daily`,
    );
    const [copies] = await sql('SELECT sum(jobs) AS jobs FROM copy_job_daily');
    const [backups] = await sql('SELECT sum(jobs) AS jobs FROM backup_job_daily');
    expect(row).toMatchObject({
      copy_jobs: copies?.['jobs'],
      backup_jobs: backups?.['jobs'],
      scan_jobs: null,
    });
  });
});

describe('the coverage view', () => {
  it('has every day of every slice: when it was first seen, last seen, and whether its totals matched', async () => {
    trial = await openTrial();
    await trial.pull({ region: REGIONS.join() });
    trial.simulator.clock.advance(DAY_MS);
    await trial.pull({ region: 'eu-west-1' });
    const rows = await sql(
      `SELECT region, count(*) AS days, min(start_date) AS first_day, max(start_date) AS last_day,
         sum(CASE WHEN pulled THEN 1 ELSE 0 END) AS pulled, sum(pulls) AS pulls, min(reconciled) AS reconciled
       FROM ledger_coverage GROUP BY region ORDER BY region`,
    );
    const days = { first_day: '2026-11-09', last_day: '2026-11-23', days: 15 };
    expect(rows).toEqual([
      { region: 'eu-west-1', ...days, pulled: 15, pulls: 28, reconciled: 'matched' },
      { region: 'us-east-1', ...days, pulled: 14, pulls: 14, reconciled: 'matched' },
    ]);
    const [newest] = await sql(
      `SELECT first_observed, last_observed, lag_hours FROM ledger_coverage WHERE region = 'eu-west-1' AND start_date = '2026-11-22'`,
    );
    expect(newest).toMatchObject({
      lag_hours: 3.5,
      first_observed: expect.stringMatching(/^2026-11-23 03:30:/),
    });
  });

  it('shows lost days as a gap, and only the days whose totals did not match as mismatched', async () => {
    trial = await openTrial();
    await trial.pull();
    trial.simulator.clock.advance(17 * DAY_MS);
    trial.simulator.setFaults([{ fault: 'miscount', of: 'sums', rows: 1 }]);
    await trial.pull();
    const lost = await sql(
      'SELECT start_date, pulled, pulls, reconciled FROM ledger_coverage WHERE gap ORDER BY 1',
    );
    expect(lost).toEqual(
      ['2026-11-23', '2026-11-24', '2026-11-25'].map((start_date) => ({
        start_date,
        pulled: false,
        pulls: 0,
        reconciled: null,
      })),
    );
    const [, second] = await trial.records();
    expect(second?.mismatches).toHaveLength(1);
    const bad = await sql("SELECT start_date FROM ledger_coverage WHERE reconciled = 'mismatched'");
    expect(bad).toEqual([{ start_date: second?.mismatches[0]?.start_date }]);
  });

  it('does not call a day lost that another pull has seen', async () => {
    trial = await openTrial({ summaries: 50 });
    await trial.pull();
    trial.simulator.clock.advance(17 * DAY_MS);
    await trial.pull();
    const [first] = await trial.records();
    const copy = {
      ...first,
      observed_at: '2026-11-30 03:30:00.000',
      first_day: '2026-11-16',
      last_day: '2026-11-29',
    };
    const key = 'pulls/pull_month=2026-11/copy-ONE_DAY-eu-west-1-any.jsonl';
    const records = (await trial.objects()).get(key) ?? new Uint8Array();
    await trial.tamper(key, Buffer.concat([records, Buffer.from(`${JSON.stringify(copy)}\n`)]));
    expect(await sql('SELECT start_date FROM ledger_coverage WHERE gap OR NOT pulled')).toEqual([]);
  });

  it('takes no account of pulls that failed', async () => {
    trial = await openTrial({ summaries: 50 });
    await trial.pull();
    trial.simulator.clock.advance(DAY_MS);
    trial.simulator.setFaults([{ fault: 'missing-field', field: 'Count' }]);
    await trial.pull();
    const [row] = await sql(
      'SELECT max(start_date) AS last_day, max(pulls) AS most, (SELECT count(*) FROM pulls) AS records FROM ledger_coverage',
    );
    expect(row).toEqual({ last_day: '2026-11-22', most: 1, records: 2 });
  });

  it('counts the rows of unfinished jobs, for one account or all', async () => {
    trial = await openTrial();
    await pullOf(
      aSummary({ day: '2026-11-20', State: 'COMPLETED' }),
      aSummary({ day: '2026-11-20', State: 'RUNNING' }),
      aSummary({ day: '2026-11-20', State: 'CREATED' }),
      aSummary({ day: '2026-11-22', State: 'COMPLETED' }),
    );
    const rows = await sql(
      'SELECT start_date, unfinished_rows FROM ledger_coverage WHERE unfinished_rows > 0',
    );
    expect(rows).toEqual([{ start_date: '2026-11-20', unfinished_rows: 2 }]);
  });
});

describe('on a ledger in which nothing was ever pulled but one kind', () => {
  it.each(views.map(({ name }) => name))('%s answers', async (name) => {
    trial = await openTrial({ summaries: 50 });
    await trial.pull({ 'no-raw': true });
    expect(await sql(`SELECT count(*) AS lines FROM ${name}`)).toHaveLength(1);
  });
});
