import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from '../../schemas/columns.ts';
import { factsOf, kindNames } from '../../schemas/kinds.ts';
import { questions } from '../../schemas/questions.ts';
import { coverageSql } from '../../schemas/views/coverage.ts';
import { trendView } from '../../schemas/views/trend.ts';
import { views } from '../../schemas/views/views.ts';
import { checkLedger } from '../../src/check/check.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import type { QueryEngine } from '../../src/ports.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { readReport } from '../../src/report/read-report.ts';
import { dailySql } from '../../src/report/report-sql.ts';
import { ACCOUNT, aSummary } from '../fixtures/builders.ts';
import { dashboardQueries } from '../fixtures/dashboard.ts';
import { dailyColumns, dailyTruth } from '../fixtures/daily-truth.ts';
import { rowsOf, type SqlRow } from '../fixtures/local-sql.ts';
import { expectedRows, withoutObservation } from '../fixtures/trial.ts';
import { DATABASE, type LakeTrial, openLakeTrial } from './lake-trial.ts';

/**
 * The catalog and SQL we generate, on Trino, the engine Athena comes from: registered by our command in moto's Glue, read
 * from moto's S3, asked through Athena's API, and compared with DuckDB and with what the simulated AWS knows.
 */

const REGIONS = ['eu-west-1', 'us-east-1', 'ap-southeast-2'];

let lake: LakeTrial;
let local: QueryEngine;

beforeAll(async () => {
  lake = await openLakeTrial({
    summaries: 300,
    faults: [
      { fault: 'missing-field', field: 'ResourceType', rows: 2 },
      { fault: 'missing-field', field: 'AccountId', rows: 1 },
    ],
  });
  await lake.pull(['--region', REGIONS.join(), '--kind', 'all']);
  lake.simulator.clock.advance(DAY_MS);
  await lake.pull(['--region', REGIONS.join(), '--kind', 'all']);
  await pullEmptiedDay();
  const { code, stderr } = await lake.command('register', '--workgroup', 'trino');
  if (code !== 0) throw new Error(`register ended with ${code}: ${stderr}`);
  local = await lake.openLocal();
});
afterAll(async () => {
  local.close();
  await lake.close();
});

/** Leaves a valid file without rows in the ledger: a day whose only row was of a running job, and went away. */
async function pullEmptiedDay(): Promise<void> {
  const flags = ['--region', 'eu-north-1', '--reconcile', 'off'];
  const failed = { Region: 'eu-north-1', State: 'FAILED', MessageCategory: 'Clé_introuvable' };
  const around = ['2026-11-20', '2026-11-22'].map((day) => aSummary({ ...failed, day }));
  const running = aSummary({ day: '2026-11-21', Region: 'eu-north-1', State: 'RUNNING' });
  for (const items of [[...around, running], around]) {
    lake.simulator.setFaults([{ fault: 'raw', items, replace: true }]);
    lake.simulator.clock.advance(60_000);
    await lake.pull(flags);
  }
  lake.simulator.setFaults([]);
}

function inOrder(rows: readonly SqlRow[]): SqlRow[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Two engines may add up fractions in another order. */
function comparable(rows: readonly SqlRow[]): SqlRow[] {
  return inOrder(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'number' ? Number(value.toPrecision(12)) : value,
        ]),
      ),
    ),
  );
}

async function sameOnBoth(sql: string): Promise<SqlRow[]> {
  const [there, here] = await Promise.all([rowsOf(lake.athena, sql), rowsOf(local, sql)]);
  expect(comparable(there)).toEqual(comparable(here));
  return there;
}

describe('relative dates', () => {
  it.each([
    "start_date >= current_date - INTERVAL '9999' DAY AND start_date < date_trunc('month', DATE '2026-11-20') + INTERVAL '20' DAY",
    "start_date >= date_add('day', -7, DATE '2026-11-22')",
    "start_date > date_add('month', -1, date_trunc('month', DATE '2026-12-20')) AND day_of_week(start_date) IN (6, 7)",
    "date_format(start_time, '%Y-%m') = '2026-11' AND date_format(start_time, '%e %M %H:%i:%s') LIKE '%1 November 00:00:00'",
    "date_diff('day', start_date, DATE '2026-11-23') BETWEEN 2 AND 4 AND day_of_month(start_date) < 21",
  ])('mean the same on both engines: %s', async (where) => {
    const [{ n } = {}] = await sameOnBoth(`SELECT count(*) AS n FROM copy_job_summaries WHERE ${where}`);
    expect(n).toBeGreaterThan(0);
  });

  it('are written the same', async () => {
    const rows = await sameOnBoth(
      `SELECT DISTINCT date_format(start_date, '%Y-%m-%d') AS day, day_of_week(start_date) AS weekday,
       CAST(date_trunc('week', start_date) AS date) AS week FROM copy_job_summaries`,
    );
    expect(rows.length).toBeGreaterThan(10);
  });
});

describe('the tables', () => {
  it.each(kindNames)('show every value of every %s row, and the columns of the path', async (kind) => {
    const columns = [...columnsOf(kind), 'aggregation_period', 'start_month'].join(', ');
    const rows = await sameOnBoth(`SELECT ${columns} FROM ${factsOf(kind).table}`);
    expect(rows.length).toBeGreaterThan(800);
    expect(rows.filter((row) => row['resource_type'] === null).length).toBeGreaterThan(0);
    expect(rows.filter((row) => row['account_id'] === null).length).toBeGreaterThan(0);
  });

  it.each(kindNames)('show of %s jobs what AWS has', async (kind) => {
    const table = factsOf(kind).table;
    const days = "start_date BETWEEN DATE '2026-11-11' AND DATE '2026-11-23' AND region <> 'eu-north-1'";
    const [sum] = await sameOnBoth(`SELECT sum(job_count) AS jobs FROM ${table} WHERE ${days}`);
    const items = REGIONS.flatMap((region) => lake.simulator.truth({ kind, region }));
    const inDays = expectedRows(items, kind).filter(({ start_date }) => String(start_date) >= '2026-11-11');
    expect(sum?.['jobs']).toBe(inDays.reduce((jobs, row) => jobs + Number(row['job_count']), 0));
  });

  it('show timestamps to the millisecond, in UTC', async () => {
    const rows = await sameOnBoth(
      `SELECT start_time, end_time, observed_at FROM copy_job_summaries
       WHERE start_date = DATE '2026-11-12' ORDER BY observed_at LIMIT 1`,
    );
    expect(rows).toEqual([
      {
        start_time: '2026-11-12 00:00:00.000',
        end_time: '2026-11-13 00:00:00.000',
        observed_at: expect.stringMatching(/^2026-11-2[34] 03:30:\d\d\.\d{3}$/),
      },
    ]);
  });

  it('show categories beyond ASCII, and find them', async () => {
    const rows = await sameOnBoth(
      `SELECT count(*) AS n FROM copy_job_summaries WHERE message_category = 'Clé_introuvable'`,
    );
    expect(rows[0]?.['n']).toBeGreaterThan(0);
  });

  it('show nothing of a day that became empty', async () => {
    const rows = await sameOnBoth(
      `SELECT start_date, count(*) AS n FROM copy_job_summaries WHERE region = 'eu-north-1' GROUP BY start_date`,
    );
    expect(inOrder(rows).map(({ start_date }) => start_date)).toEqual(['2026-11-20', '2026-11-22']);
  });

  it('are the same to pyarrow', async () => {
    for (const kind of kindNames) {
      const table = factsOf(kind).table;
      const rows = await lake.rows(kind);
      const [there] = await sameOnBoth(`SELECT count(*) AS n, sum(job_count) AS jobs FROM ${table}`);
      const jobs = withoutObservation(rows).reduce((sum, row) => sum + Number(row['job_count']), 0);
      expect(there).toEqual({ n: rows.length, jobs });
    }
  });

  it('show every pull, with its nested values', async () => {
    const flat =
      'outcome, kind, region, scope, table_name, observed_at, kept, foreign_rows, reconciled, pull_month';
    const nested = `gap."from" AS gap_from, partitions.written AS written, cardinality(objects) AS objects,
      cardinality(filter(objects, o -> o.action = 'written')) AS written_objects, cardinality(warnings) AS warnings`;
    const rows = await sameOnBoth(`SELECT ${flat}, ${nested} FROM pulls`);
    expect(rows).toHaveLength(2 * 4 * REGIONS.length + 2);
    for (const row of rows) expect(row['written']).toBe(row['written_objects']);
  });
});

describe('what need not be read', () => {
  it("is not: a filter on start_month reads that month's objects only", async () => {
    const files = await lake.files();
    const ofMonth = files.filter(({ key }) => /^copy_job_summaries\/.*start_month=2026-11/.test(key));
    const month = await lake.trino.query(
      "SELECT sum(job_count) FROM copy_job_summaries WHERE start_month = '2026-11'",
      'backup_ledger',
    );
    expect(month.stats.rows).toBe(ofMonth.reduce((sum, { row_count }) => sum + row_count, 0));
    expect(month.stats.splits).toBeLessThan(ofMonth.length + 30);
    const none = await lake.trino.query(
      "SELECT sum(job_count) FROM copy_job_summaries WHERE start_month = '2026-10'",
      'backup_ledger',
    );
    expect(none.stats.rows).toBe(0);
  });

  it("is not: a filter on start_date alone reads one day's row groups", async () => {
    const day = await lake.trino.query(
      "SELECT sum(job_count) FROM copy_job_summaries WHERE start_date = DATE '2026-11-20'",
      'backup_ledger',
    );
    const all = await lake.trino.query('SELECT sum(job_count) FROM copy_job_summaries', 'backup_ledger');
    const [expected] = await rowsOf(
      local,
      "SELECT count(*) AS n FROM copy_job_summaries WHERE start_date = DATE '2026-11-20'",
    );
    expect(day.stats.rows).toBe(expected?.['n']);
    // Of so small files the footers are most of what is read.
    expect(day.stats.bytes).toBeLessThan(all.stats.bytes);
  });

  it.each([
    ['one region', "region = 'eu-west-1'", 'region'],
    ['no region there is', "region = 'mars-east-1'", 'region'],
    ['no state there is', "state = 'ZZZ'", 'state'],
  ])('is not: a filter on %s skips row groups by their statistics', async (_what, condition, column) => {
    const all = await lake.trino.query(
      `SELECT ${column}, job_count FROM copy_job_summaries`,
      'backup_ledger',
    );
    const some = await lake.trino.query(
      `SELECT ${column}, job_count FROM copy_job_summaries WHERE ${condition}`,
      'backup_ledger',
    );
    const expected = await rowsOf(local, `SELECT count(*) AS n FROM copy_job_summaries WHERE ${condition}`);
    expect(some.rows).toHaveLength(Number(expected[0]?.['n']));
    expect(some.stats.bytes).toBeLessThan(all.stats.bytes / 2);
    expect(some.stats.rows).toBeLessThan(all.stats.rows / 2);
  });

  it.each([
    "start_time >= timestamp '2026-11-20 00:00:00'",
    "start_time = timestamp '2026-11-20 00:00:00'",
    "start_time < timestamp '2026-11-12 00:00:00.001'",
    "observed_at > timestamp '2026-11-23 12:00:00'",
    "end_time BETWEEN timestamp '2026-11-15 00:00:00' AND timestamp '2026-11-16 00:00:00'",
    "state = 'COMPLETED'",
    "state > 'FAILED'",
    "account_id < '5'",
    "message_category >= 'Clé'",
    'resource_type IS NULL',
    'resource_type IS NOT NULL AND job_count > 10',
    'job_count = 1',
  ])('is never what is wanted: %s', async (condition) => {
    const rows = await sameOnBoth(
      `SELECT region, state, account_id, job_count, start_time FROM copy_job_summaries WHERE ${condition}`,
    );
    expect(rows.length).toBeGreaterThan(0);
  });

  it('is what lies before the first day: it is hidden, as it was asked', async () => {
    const [{ rows }, hidden] = await Promise.all([
      lake.trino.query('SELECT min(start_date) FROM copy_job_summaries', 'backup_ledger'),
      rowsOf(local, 'SELECT min(start_date) AS first FROM copy_job_summaries'),
    ]);
    expect(rows).toEqual([[hidden[0]?.['first']]]);
  });
});

/** Tables that a view reads, itself or through others. */
function tablesUnder(name: string): string[] {
  const view = views.find((known) => known.name === name);
  if (!view) return [name];
  const named = Array.from(view.sql.matchAll(/\b(?:FROM|JOIN)\s+(\w+)/g), ([, source = '']) => source);
  const sources = named.filter(
    (source) => source === 'pulls' || /_(?:summaries|daily|trend|failures)$/.test(source),
  );
  return sources.flatMap(tablesUnder);
}

describe('the views', () => {
  const timeless = views.filter(({ name }) => !name.endsWith('_recent'));

  it.each(timeless.map(({ name }) => name))('%s says the same on Trino and on DuckDB', async (name) => {
    const rows = await sameOnBoth(`SELECT * FROM ${name}`);
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each([
    ['copy_job_trend', trendView('copy').since(`'2026-11'`)],
    ['ledger_coverage', coverageSql(`'2026-11'`)],
  ])('%s says the same of a month and those after, read from little more', async (name, sql) => {
    const rows = await sameOnBoth(`SELECT * FROM (${sql}) AS since`);
    const whole = await rowsOf(lake.athena, `SELECT * FROM ${name} WHERE start_month >= '2026-11'`);
    expect(rows.length).toBeGreaterThan(40);
    expect(comparable(rows)).toEqual(comparable(whole));
  });

  it.each(views.filter(({ name }) => name.endsWith('_recent')).map(({ name }) => name))(
    '%s is bounded by the clock on both',
    async (name) => {
      await sameOnBoth(`SELECT * FROM ${name}`);
      const month = await lake.trino.query(`SELECT * FROM ${name} WHERE start_month < '2000-01'`, DATABASE);
      expect(month.rows).toEqual([]);
    },
  );

  it.each(timeless.map(({ name }) => name))('%s reads each row and record once at most', async (name) => {
    const tables = new Set(tablesUnder(name));
    let all = 0;
    for (const table of tables) {
      // Trino reads no column of a file it only counts.
      const { stats } = await lake.trino.query(`SELECT max(observed_at) FROM ${table}`, DATABASE);
      all += stats.rows;
    }
    const { stats } = await lake.trino.query(`SELECT * FROM ${name}`, DATABASE);
    expect(stats.rows).toBeGreaterThan(0);
    expect(stats.rows).toBeLessThanOrEqual(all);
  });

  it.each(kindNames)('count %s jobs as AWS has them', async (kind) => {
    const rows = await rowsOf(
      lake.athena,
      `SELECT ${dailyColumns.join(', ')} FROM ${kind}_job_daily
       WHERE start_date >= DATE '2026-11-11' AND region <> 'eu-north-1' AND account_id IS NOT NULL`,
    );
    const items = REGIONS.flatMap((region) => lake.simulator.truth({ kind, region }));
    const truth = dailyTruth(items, kind).filter(({ start_date }) => String(start_date) >= '2026-11-11');
    const jobsOf = (of: readonly SqlRow[]) => of.reduce((sum, row) => sum + Number(row['jobs']), 0);
    // A few of the first pull's rows came without their account: they stand apart.
    expect(rows.length).toBe(truth.length);
    expect(jobsOf(rows)).toBeGreaterThan(jobsOf(truth) * 0.95);
  });

  const examples = [...views, { name: 'README', examples: questions }].flatMap(({ name, examples: each }) =>
    each.map(({ question, sql }) => [`${name}: ${question}`, sql] as const),
  );

  it.each(examples)('answer alike: %s', async (_question, sql) => {
    // Of the world's day, not of the test's.
    expect(await sameOnBoth(sql.replaceAll('current_date', `DATE '2026-11-23'`))).toBeInstanceOf(Array);
    expect(await sameOnBoth(sql)).toBeInstanceOf(Array);
  });
});

describe('the dashboard for Grafana', () => {
  it.each(dashboardQueries('2026-11-01', '2026-11-23'))(
    'gets the same from both engines: %s',
    async (_title, sql) => {
      expect(await sameOnBoth(sql)).toBeInstanceOf(Array);
    },
  );
});

describe('our commands', () => {
  it('query Athena and the local ledger with the same words and the same answer', async () => {
    const sql = 'SELECT * FROM copy_job_daily ORDER BY start_date, region, account_id LIMIT 50';
    const there = await lake.command('query', sql, '--workgroup', 'trino', '--format', 'jsonl');
    expect(there).toMatchObject({ code: 0 });
    const here = await rowsOf(local, sql);
    expect(
      there.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as SqlRow),
    ).toEqual(here);
    expect(there.stderr).toMatch(/50 rows, \d+\.\d\d MB scanned/);
  });

  it('check both and find the same', async () => {
    const now = lake.simulator.clock.now();
    const days = { now, maxAgeMs: DAY_MS, maxSilentDays: 1, since: undefined };
    const options = { ...days, minSuccess: 99, maxFall: 0, expected: ['000000000000', ACCOUNT] };
    const [there, here] = await Promise.all([checkLedger(lake.athena, options), checkLedger(local, options)]);
    expect(there).toEqual(here);
    expect(there.kinds.map(({ kind }) => kind)).toEqual(kindNames);
    expect(new Set(there.findings.map(({ code }) => code))).toEqual(
      new Set(['account-never-seen', 'account-silent', 'success-low', 'success-fell', 'reason-new']),
    );
  });

  it('tell an SQL error of the real engine as such', async () => {
    const { code, stderr } = await lake.command('query', 'SELECT nothing FROM pulls', '--workgroup', 'trino');
    expect(stderr).toContain("sql: line 1:8: Column 'nothing' cannot be resolved");
    expect(code).toBe(64);
  });

  it('register a second time without a change', async () => {
    const { code, stdout } = await lake.command('register', '--workgroup', 'trino');
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/created|updated/);
    expect(stdout.split('\n')).toHaveLength(1 + 5 + views.length + 1);
  });
});

describe('the report', () => {
  const range = { from: '2026-11-01', to: '2026-11-25' };

  /** As it lies in the page, part by part; engines write instants with more or fewer digits. */
  const shownOf = (report: ReportData) => {
    const freshness = report.freshness.map((of) => ({
      ...of,
      last_observed: of.last_observed?.slice(0, 19),
    }));
    return Object.entries({ ...report, freshness }).map(([part, data]) => [part, JSON.stringify(data)]);
  };

  it('has the same data from both, in the same order', async () => {
    const now = lake.simulator.clock.now();
    const common = { now, from: undefined, to: undefined, target: undefined, names: new Map() };
    const scope = { ...common, ledger: 'lake', writtenBy: 'test' };
    const report = await readReport(local, scope);
    expect(shownOf(await readReport(lake.athena, scope))).toEqual(shownOf(report));
    expect(report.daily.day.length).toBeGreaterThan(100);
  });

  it.each([0, 2])('asks for accounts that are shown together as one: %i shown', async (count) => {
    const shown = lake.simulator.accounts.toSorted().slice(0, count);
    const sql = dailySql('copy', range, { shown, others: 1, days: [] });
    const texts = async (engine: QueryEngine) =>
      (await rowsOf(engine, sql)).map((row) => JSON.stringify(Object.values(row))).toSorted();
    expect(await texts(lake.athena)).toEqual(await texts(local));
  });
});
