import { factsOf, type Kind, kindNames } from '../kinds.ts';
import { isUnfinished } from './outcomes.ts';
import type { View } from './view.ts';

const name = 'ledger_coverage';
const DIGITS = Array.from({ length: 10 }, (_, digit) => `(${digit})`).join(', ');

function unfinishedOf(kind: Kind): string {
  const { table } = factsOf(kind);
  return `  SELECT '${kind}' AS kind, '${table}' AS table_name, start_date, region, account_id
  FROM ${table}
  WHERE ${isUnfinished(kind)}`;
}

const historyDays = kindNames.map((kind) => `WHEN '${kind}' THEN ${factsOf(kind).historyDays}`).join(' ');

/**
 * Every day of every slice, from the first one a good pull saw to the last one that was over at the ledger's newest good
 * pull. A pull saw a day if the day was over and within AWS's memory, or within the rows it returned: the rule of
 * `verify`.
 */
export const coverageView: View = {
  name,
  comment:
    'Every day and slice: whether a good pull saw it, when, whether its totals matched, and what is left unfinished',
  sql: `WITH digits AS (
  SELECT digit FROM (VALUES ${DIGITS}) AS digits (digit)
), numbers AS (
  SELECT ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit AS n
  FROM digits AS ones CROSS JOIN digits AS tens CROSS JOIN digits AS hundreds CROSS JOIN digits AS thousands
), good AS (
  SELECT
    kind, aggregation_period, region, scope, table_name,
    observed_at,
    CAST(observed_at AS date) AS today,
    CAST(first_day AS date) AS first_day,
    reconciled,
    mismatches,
    gap."from" AS gap_from,
    gap."to" AS gap_to,
    CASE kind ${historyDays} END AS history_days
  FROM pulls
  WHERE outcome = 'ok' AND aggregation_period = 'ONE_DAY'
), seen AS (
  SELECT
    good.*,
    least(
      coalesce(first_day, today),
      CAST(today - history_days * INTERVAL '1' DAY AS date)
    ) AS from_day,
    CAST(today - INTERVAL '1' DAY AS date) AS to_day
  FROM good
), slices AS (
  SELECT kind, aggregation_period, region, scope, table_name, min(from_day) AS first_day
  FROM seen
  GROUP BY kind, aggregation_period, region, scope, table_name
), newest AS (
  SELECT max(to_day) AS last_day FROM seen
), calendar AS (
  SELECT
    kind, aggregation_period, region, scope, table_name,
    CAST(first_day + n * INTERVAL '1' DAY AS date) AS day
  FROM slices
  CROSS JOIN newest
  JOIN numbers ON CAST(first_day + n * INTERVAL '1' DAY AS date) <= last_day
), observed AS (
  SELECT
    calendar.kind, calendar.aggregation_period, calendar.region, calendar.scope, calendar.table_name, calendar.day,
    count(seen.observed_at) AS pulls,
    min(seen.observed_at) AS first_observed,
    max(seen.observed_at) AS last_observed,
    max_by(
      CASE
        WHEN seen.reconciled = 'mismatched'
          AND cardinality(filter(seen.mismatches, m -> m.start_date = CAST(calendar.day AS varchar))) = 0
        THEN 'matched'
        ELSE seen.reconciled
      END,
      seen.observed_at
    ) AS reconciled
  FROM calendar
  LEFT JOIN seen
    ON seen.kind = calendar.kind
    AND seen.region = calendar.region
    AND seen.scope = calendar.scope
    AND seen.table_name = calendar.table_name
    AND calendar.day BETWEEN seen.from_day AND seen.to_day
  GROUP BY calendar.kind, calendar.aggregation_period, calendar.region, calendar.scope, calendar.table_name, calendar.day
), gaps AS (
  SELECT DISTINCT calendar.kind, calendar.region, calendar.scope, calendar.table_name, calendar.day
  FROM calendar
  JOIN good
    ON good.kind = calendar.kind
    AND good.region = calendar.region
    AND good.scope = calendar.scope
    AND good.table_name = calendar.table_name
    AND CAST(calendar.day AS varchar) BETWEEN good.gap_from AND good.gap_to
), unfinished_rows AS (
${kindNames.map(unfinishedOf).join('\n  UNION ALL\n')}
), unfinished AS (
  SELECT kind, table_name, start_date, region, account_id AS scope, count(*) AS unfinished
  FROM unfinished_rows
  GROUP BY kind, table_name, start_date, region, account_id
  UNION ALL
  SELECT kind, table_name, start_date, region, 'any', count(*)
  FROM unfinished_rows
  GROUP BY kind, table_name, start_date, region
)
SELECT
  CAST(observed.day AS varchar) AS start_date,
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
  gaps.day IS NOT NULL AND observed.pulls = 0 AS gap,
  coalesce(unfinished.unfinished, 0) AS unfinished_rows
FROM observed
LEFT JOIN gaps
  ON gaps.kind = observed.kind
  AND gaps.region = observed.region
  AND gaps.scope = observed.scope
  AND gaps.table_name = observed.table_name
  AND gaps.day = observed.day
LEFT JOIN unfinished
  ON unfinished.kind = observed.kind
  AND unfinished.table_name = observed.table_name
  AND unfinished.region = observed.region
  AND unfinished.scope = observed.scope
  AND unfinished.start_date = CAST(observed.day AS varchar)`,
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
WHERE start_date >= '2026-11-20' AND kind = 'copy'
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
