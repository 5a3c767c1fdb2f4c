import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import { PULLS_TABLE } from '../../schemas/catalog-table.ts';
import { coverageSql } from '../../schemas/views/coverage.ts';
import { dailyViewName } from '../../schemas/views/daily.ts';
import { literals, withinSql } from '../../schemas/views/view.ts';
import { failuresViewName } from '../../schemas/views/failures.ts';
import { type Day, monthOf } from '../domain/day.ts';
import type { TableExcerpt } from '../ports.ts';
import { type AccountChoice, endings } from './report-data.ts';

/** What the report asks the views, and nothing else. */

/** Days, the first and the last included. */
export interface DayRange {
  readonly from: Day;
  readonly to: Day;
}

/*
 * What `ledger_coverage` says is asked of the pulls from the first month on: the view itself would read all there ever were. A slice
 * that no good pull saw since is not shown.
 */

function ofEachKind(select: (kind: Kind) => string): string {
  return `(
  ${kindNames.map(select).join('\n  UNION ALL\n  ')}
) AS counted`;
}

/** Account, cells, jobs, jobs in trouble, first and last start date. */
export function accountsSql(range: DayRange): string {
  return `SELECT account_id, count(*) AS cells, sum(jobs) AS jobs, sum(trouble) AS trouble,
  min(start_date) AS first_date, max(start_date) AS last_date
FROM ${ofEachKind(
    (kind) =>
      `SELECT account_id, start_date, jobs, finished - completed AS trouble FROM ${dailyViewName(kind)} WHERE ${withinSql(range.from, range.to)}`,
  )}
GROUP BY account_id`;
}

/** First and last start date of the whole ledger. */
export function heldSql(): string {
  return `SELECT min(first_date), max(last_date)
FROM ${ofEachKind((kind) => `SELECT min(start_date) AS first_date, max(start_date) AS last_date FROM ${dailyViewName(kind)}`)}`;
}

/** What the views that are asked read of a table, of these days. */
export function excerptOf({ from, to }: DayRange): TableExcerpt {
  return {
    tables: kindNames.map((kind) => factsOf(kind).table),
    columns: [
      ...['start_date', 'region', 'account_id', 'resource_type', 'state'],
      ...['message_category', 'job_count'],
    ],
    from: monthOf(from),
    to: monthOf(to),
  };
}

/** Beyond so many names a statement could be longer than Athena's 262,144 bytes. */
const MAX_NAMED = 5_000;

/** Day, region, account, and jobs in the order of `endings`; accounts that are not shown one by one are one. */
export function dailySql(kind: Kind, range: DayRange, { shown, others }: AccountChoice): string {
  const from = `FROM ${dailyViewName(kind)} WHERE ${withinSql(range.from, range.to)}`;
  if (others === 0 || shown.length > MAX_NAMED)
    return `SELECT start_date, region, account_id, ${endings.join(', ')} ${from}`;
  const sums = endings.map((ending) => `CAST(sum(${ending}) AS bigint)`).join(', ');
  return `SELECT start_date, region, ${accountSql(shown)}, ${sums} ${from}
GROUP BY start_date, region, ${accountSql(shown)}`;
}

/** Stands for accounts that are shown together: no account is called so. */
const OTHERS = 'others';

function accountSql(shown: readonly string[]): string {
  const account = `coalesce(account_id, '')`;
  return `CASE WHEN ${account} IN (${literals([OTHERS, ...shown])}) THEN ${account} ELSE '${OTHERS}' END`;
}

/** Day, region, account, reason, resource type, state, jobs. */
export function troubleSql(kind: Kind, range: DayRange): string {
  return `SELECT start_date, region, account_id, coalesce(message_category, state), resource_type, state, sum(jobs)
FROM ${failuresViewName(kind)} WHERE ${withinSql(range.from, range.to)}
GROUP BY start_date, region, account_id, coalesce(message_category, state), resource_type, state`;
}

/** Kind, region, day, slices, pulled, lost, matched, mismatched, unfinished rows. */
export function seenSql(range: DayRange): string {
  return `SELECT kind, region, start_date, count(*),
  sum(CASE WHEN pulled THEN 1 ELSE 0 END), sum(CASE WHEN gap THEN 1 ELSE 0 END),
  sum(CASE WHEN reconciled = 'matched' THEN 1 ELSE 0 END), sum(CASE WHEN reconciled = 'mismatched' THEN 1 ELSE 0 END),
  max(unfinished_rows)
FROM (${coverageSql(`'${monthOf(range.from)}'`)}) AS coverage
WHERE ${withinSql(range.from, range.to)}
GROUP BY kind, region, start_date
ORDER BY kind, region, start_date`;
}

/**
 * Kind, region, newest day seen, last good pull: by the records of the pulls since a day. As for `ledger_coverage`, a pull that saw no
 * row proves nothing where others of its slice saw some.
 */
export function freshnessSql(since: Day): string {
  return `SELECT kind, region, CAST(max(CAST(observed AS date) - INTERVAL '1' DAY) AS date), CAST(max(observed) AS varchar)
FROM (
  SELECT kind, region, coalesce(max(CASE WHEN first_day IS NOT NULL THEN observed_at END), max(observed_at)) AS observed
  FROM ${PULLS_TABLE}
  WHERE outcome = 'ok' AND aggregation_period = 'ONE_DAY' AND pull_month >= '${monthOf(since)}'
  GROUP BY kind, region, scope, table_name
) AS slices
GROUP BY kind, region
ORDER BY kind, region`;
}
