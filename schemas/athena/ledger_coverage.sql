CREATE OR REPLACE VIEW ledger_coverage AS
WITH good AS (
  SELECT
    kind, aggregation_period, region, scope, table_name,
    observed_at,
    CAST(observed_at AS date) AS today,
    CAST(first_day AS date) AS first_day,
    reconciled,
    CASE WHEN reconciled = 'mismatched' THEN json_format(CAST(mismatches AS json)) END AS mismatches,
    gap."from" AS gap_from,
    gap."to" AS gap_to,
    CASE kind WHEN 'copy' THEN 14 WHEN 'backup' THEN 14 WHEN 'restore' THEN 14 WHEN 'scan' THEN 14 END AS history_days
  FROM (
    SELECT
      pulls.*,
      min(CASE WHEN first_day IS NOT NULL THEN observed_at END)
        OVER (PARTITION BY kind, aggregation_period, region, scope, table_name) AS first_rows
    FROM pulls
    WHERE outcome = 'ok' AND aggregation_period = 'ONE_DAY'
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
  CROSS JOIN UNNEST(sequence(0, least(date_diff('day', span_from, span_to), 9999))) AS later (n)
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
    9999))) AS later (n)
), unfinished_rows AS (
  SELECT 'copy' AS kind, 'copy_job_summaries' AS table_name, start_date, region, account_id
  FROM copy_job_summaries
  WHERE coalesce(state, '') IN ('CREATED', 'RUNNING', 'ABORTING', 'COMPLETING', 'FAILING')
  UNION ALL
  SELECT 'backup' AS kind, 'backup_job_summaries' AS table_name, start_date, region, account_id
  FROM backup_job_summaries
  WHERE coalesce(state, '') IN ('CREATED', 'PENDING', 'RUNNING', 'ABORTING')
  UNION ALL
  SELECT 'restore' AS kind, 'restore_job_summaries' AS table_name, start_date, region, account_id
  FROM restore_job_summaries
  WHERE coalesce(state, '') IN ('CREATED', 'PENDING', 'RUNNING')
  UNION ALL
  SELECT 'scan' AS kind, 'scan_job_summaries' AS table_name, start_date, region, account_id
  FROM scan_job_summaries
  WHERE coalesce(state, '') IN ('CREATED', 'RUNNING')
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
  substr(CAST(observed.day AS varchar), 1, 7) AS start_month,
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
  AND unfinished.start_date = observed.day;
