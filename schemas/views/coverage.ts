import { factsOf, type Kind, kindNames } from '../kinds.ts';
import { isUnfinished } from './outcomes.ts';
import { lastDays, monthSql, type View } from './view.ts';

const name = 'ledger_coverage';

function unfinishedOf(kind: Kind, andSince: string): string {
  const { table } = factsOf(kind);
  return `  SELECT '${kind}' AS kind, '${table}' AS table_name, start_date, region, account_id
  FROM ${table}
  WHERE ${isUnfinished(kind)}${andSince}`;
}

const historyDays = kindNames.map((kind) => `WHEN '${kind}' THEN ${factsOf(kind).historyDays}`).join(' ');

/** Athena makes no longer sequences. Source: `sequence` in Trino's reference of array functions. */
const MOST_DAYS = 10_000;

/**
 * Every day of every slice, from the first one a good pull saw to the last one that was over at the ledger's newest good
 * pull. A pull saw a day if the day was over and within AWS's memory, or within the rows it returned: the rule of
 * `verify`. Every table is named once: Trino reads again what is named twice.
 */
export const coverageView: View = {
  name,
  comment:
    'Every day and slice: whether a good pull saw it, when, whether its totals matched, and what is left unfinished',
  sql: coverageSql(),
  examples: [
    {
      question: 'Which days did no good pull see?',
      sql: `SELECT kind, region, scope, count(*) AS days, min(start_date) AS first_day, max(start_date) AS last_day
FROM ${name}
WHERE NOT pulled
GROUP BY kind, region, scope
ORDER BY kind, region, scope`,
    },
    {
      question: 'How long after its end was each day first seen?',
      sql: `SELECT start_date, kind, region, pulls, first_observed, lag_hours, reconciled
FROM ${name}
WHERE ${lastDays(3)}
  AND kind = 'copy'
ORDER BY start_date, region`,
    },
    {
      question: 'Where are rows of unfinished jobs left over?',
      sql: `SELECT kind, region, sum(unfinished_rows) AS unfinished_rows, min(start_date) AS oldest
FROM ${name}
WHERE unfinished_rows > 0
GROUP BY kind, region
ORDER BY kind, region`,
    },
  ],
};

/**
 * The same from a month on (`'2026-11'`, as SQL), by the pulls since alone: slices that had no good one since are not among
 * them.
 */
export function coverageSql(month?: string): string {
  const and = (partition: string) => (month === undefined ? '' : ` AND ${partition} >= ${month}`);
  return `WITH good AS (
  SELECT
    kind, aggregation_period, region, scope, table_name,
    observed_at,
    CAST(observed_at AS date) AS today,
    CAST(first_day AS date) AS first_day,
    reconciled,
    CASE WHEN reconciled = 'mismatched' THEN json_format(CAST(mismatches AS json)) END AS mismatches,
    gap."from" AS gap_from,
    gap."to" AS gap_to,
    CASE kind ${historyDays} END AS history_days
  FROM (
    SELECT
      pulls.*,
      min(CASE WHEN first_day IS NOT NULL THEN observed_at END)
        OVER (PARTITION BY kind, aggregation_period, region, scope, table_name) AS first_rows
    FROM pulls
    WHERE outcome = 'ok' AND aggregation_period = 'ONE_DAY'${and('pull_month')}
  ) AS pulls
  -- A pull that saw no row proves no day seen, where there were rows before.
  WHERE first_day IS NOT NULL OR first_rows IS NULL OR observed_at < first_rows
), seen AS (
  SELECT
    good.*,
    least(
      coalesce(first_day, today),
      CAST(today - history_days * INTERVAL '1' DAY AS date)
    ) AS from_day,
    CAST(today - INTERVAL '1' DAY AS date) AS to_day
  FROM good
), spans AS (
  SELECT
    seen.*,

    min(least(from_day, coalesce(CAST(gap_from AS date), from_day)))
      OVER (PARTITION BY kind, aggregation_period, region, scope, table_name) AS slice_first,
    max(to_day) OVER () AS last_day,
    least(from_day, coalesce(CAST(gap_from AS date), from_day)) AS span_from,
    greatest(to_day, coalesce(CAST(gap_to AS date), to_day)) AS span_to
  FROM seen
), touched AS (
  SELECT spans.*, CAST(span_from + n * INTERVAL '1' DAY AS date) AS day
  FROM spans
  CROSS JOIN UNNEST(sequence(0, least(date_diff('day', span_from, span_to), ${MOST_DAYS - 1}))) AS later (n)
), by_day AS (
  SELECT
    kind, aggregation_period, region, scope, table_name, day,
    max(last_day) AS last_day,
    count(*) FILTER (WHERE day BETWEEN from_day AND to_day) AS pulls,
    min(observed_at) FILTER (WHERE day BETWEEN from_day AND to_day) AS first_observed,
    max(observed_at) FILTER (WHERE day BETWEEN from_day AND to_day) AS last_observed,
    max_by(
      CASE
        WHEN reconciled = 'mismatched'
          AND strpos(mismatches, '"' || CAST(day AS varchar) || '"') = 0
        THEN 'matched'
        ELSE reconciled
      END,
      observed_at
    ) FILTER (WHERE day BETWEEN from_day AND to_day) AS reconciled,
    max(CASE WHEN CAST(day AS varchar) BETWEEN gap_from AND gap_to THEN 1 ELSE 0 END) AS lost
  FROM touched
  WHERE day BETWEEN slice_first AND last_day
  GROUP BY kind, aggregation_period, region, scope, table_name, day
), holes AS (
  SELECT by_day.*, lead(day) OVER (PARTITION BY kind, aggregation_period, region, scope, table_name ORDER BY day) AS next_day FROM by_day
), observed AS (
  SELECT
    kind, aggregation_period, region, scope, table_name,
    CAST(day + n * INTERVAL '1' DAY AS date) AS day,
    CASE WHEN n = 0 THEN pulls ELSE 0 END AS pulls,
    CASE WHEN n = 0 THEN first_observed END AS first_observed,
    CASE WHEN n = 0 THEN last_observed END AS last_observed,
    CASE WHEN n = 0 THEN reconciled END AS reconciled,
    CASE WHEN n = 0 THEN lost ELSE 0 END AS lost
  FROM holes
  CROSS JOIN UNNEST(sequence(0, least(
    coalesce(date_diff('day', day, next_day) - 1, date_diff('day', day, last_day)),
    ${MOST_DAYS - 1}))) AS later (n)
), unfinished_rows AS (
${kindNames.map((kind) => unfinishedOf(kind, and('start_month'))).join('\n  UNION ALL\n')}
), unfinished AS (
  SELECT
    kind, table_name, start_date, region,
    CASE WHEN grouping(account_id) = 1 THEN 'any' ELSE account_id END AS scope,
    count(*) AS unfinished
  FROM unfinished_rows
  GROUP BY GROUPING SETS ((kind, table_name, start_date, region, account_id), (kind, table_name, start_date, region))
)
SELECT
  observed.day AS start_date,
  ${monthSql('observed.day')} AS start_month,
  observed.kind,
  observed.aggregation_period,
  observed.region,
  observed.scope,
  observed.table_name,
  observed.pulls > 0 AS pulled,
  observed.pulls,
  observed.first_observed,
  observed.last_observed,
  CAST(date_diff('minute', CAST(observed.day + INTERVAL '1' DAY AS timestamp), observed.first_observed) AS double) / 60 AS lag_hours,
  observed.reconciled,
  observed.lost = 1 AND observed.pulls = 0 AS gap,
  coalesce(unfinished.unfinished, 0) AS unfinished_rows
FROM observed
LEFT JOIN unfinished
  ON unfinished.kind = observed.kind
  AND unfinished.table_name = observed.table_name
  AND unfinished.region = observed.region
  AND unfinished.scope = observed.scope
  AND unfinished.start_date = observed.day${month === undefined ? '' : `\nWHERE ${monthSql('observed.day')} >= ${month}`}`;
}
