import { kindNames } from '../../schemas/kinds.ts';
import { dailyViewName } from '../../schemas/views/daily.ts';
import { failuresViewName, kindsWithReasons } from '../../schemas/views/failures.ts';
import { addDays, type Day, daysBetween, utcDay, monthOf } from '../domain/day.ts';
import { endings, type ReportData } from './report-data.ts';
import type { QueryEngine } from '../ports.ts';
import { createReport, type ReportBuilder } from './build-report.ts';
import { chooseAccounts } from './choose-accounts.ts';

export interface ReportScope {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly from: Day | undefined;
  readonly to: Day | undefined;
  readonly ledger: string;
  readonly writtenBy: string;
}

/** Days shown where none are named: a year, and the month before it to compare with. */
const DEFAULT_DAYS = 400;

/** Asks the views, and nothing else, for what the report shows. Throws what the engine throws. */
export async function readReport(engine: QueryEngine, scope: ReportScope): Promise<ReportData> {
  const { now, from = addDays(utcDay(now), -DEFAULT_DAYS), to = utcDay(now) } = scope;
  const within = withinSql(from, to);
  const choice = chooseAccounts(await all(engine, accountsSql(within)));
  const yesterday = addDays(utcDay(now), -1);
  const [first, newest = ''] = choice.days;
  const days = first === undefined ? [] : daysBetween(first, lastOf(newest, to < yesterday ? to : yesterday));
  const report = createReport({
    days,
    choice,
    about: {
      generated_at: new Date(now).toISOString(),
      written_by: scope.writtenBy,
      ledger: scope.ledger,
      yesterday,
    },
  });
  for (const kind of kindNames) await readDaily(engine, kind, within, report);
  for (const kind of kindsWithReasons) await readTrouble(engine, kind, within, report);
  if (first !== undefined) await readCoverage(engine, { first, to }, report);
  return report.data();
}

/** Bounds the months, so that only their objects are read, and the days. */
function withinSql(from: Day, to: Day): string {
  return (
    `start_month BETWEEN '${monthOf(from)}' AND '${monthOf(to)}' ` +
    `AND start_date BETWEEN DATE '${from}' AND DATE '${to}'`
  );
}

/** Up to yesterday, whether there are jobs or not: that nobody pulled is worth a sight. */
function lastOf(...days: readonly Day[]): Day {
  return days.toSorted().at(-1) ?? '';
}

function accountsSql(within: string): string {
  const selects = kindNames.map(
    (kind) =>
      `SELECT account_id, start_date, jobs, finished - completed AS trouble FROM ${dailyViewName(kind)} WHERE ${within}`,
  );
  return `SELECT account_id, count(*) AS cells, sum(jobs) AS jobs, sum(trouble) AS trouble,
  min(start_date) AS first_date, max(start_date) AS last_date
FROM (
  ${selects.join('\n  UNION ALL\n  ')}
) AS counted
GROUP BY account_id`;
}

async function readDaily(
  engine: QueryEngine,
  kind: (typeof kindNames)[number],
  within: string,
  report: ReportBuilder,
): Promise<void> {
  const { rows } = await engine.run(
    `SELECT start_date, region, account_id, ${endings.join(', ')} FROM ${dailyViewName(kind)} WHERE ${within}`,
  );
  for await (const [day, region, account, ...counts] of rows)
    report.daily({ kind, day, region, account }, counts.map(Number));
}

async function readTrouble(
  engine: QueryEngine,
  kind: (typeof kindNames)[number],
  within: string,
  report: ReportBuilder,
): Promise<void> {
  const { rows } = await engine.run(
    `SELECT start_date, region, account_id, coalesce(message_category, state), resource_type, sum(jobs)
FROM ${failuresViewName(kind)} WHERE ${within}
GROUP BY start_date, region, account_id, coalesce(message_category, state), resource_type`,
  );
  for await (const [day, region, account, category, resourceType, jobs] of rows)
    report.trouble({ kind, day, region, account }, { category, resourceType, jobs: Number(jobs) });
}

async function readCoverage(
  engine: QueryEngine,
  { first, to }: { readonly first: Day; readonly to: Day },
  report: ReportBuilder,
): Promise<void> {
  const { rows } = await engine.run(
    `SELECT kind, region, start_date, count(*),
  sum(CASE WHEN pulled THEN 1 ELSE 0 END), sum(CASE WHEN gap THEN 1 ELSE 0 END),
  sum(CASE WHEN reconciled = 'matched' THEN 1 ELSE 0 END), sum(CASE WHEN reconciled = 'mismatched' THEN 1 ELSE 0 END),
  max(unfinished_rows), CAST(max(last_observed) AS varchar)
FROM ledger_coverage
WHERE ${withinSql(first, to)}
GROUP BY kind, region, start_date`,
  );
  for await (const [
    kind,
    region,
    day,
    slices,
    pulled,
    lost,
    matched,
    mismatched,
    unfinished,
    observed,
  ] of rows) {
    const counts = [slices, pulled, lost, matched, mismatched, unfinished].map(Number);
    report.coverage({ kind, region, day }, counts, observed ?? null);
  }
}

/** A small answer, whole. */
async function all(engine: QueryEngine, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const { rows } = await engine.run(sql);
  const found: (readonly (string | null)[])[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
