CREATE OR REPLACE VIEW backup_job_failures AS
WITH counted AS (
  SELECT
    start_date,
    start_month,
    region,
    account_id,
    resource_type,
    state,
    replace(upper(message_category), '_', '') AS message_category,
    CAST(sum(job_count) AS bigint) AS jobs,
    CAST(sum(CASE WHEN coalesce(state, '') IN ('FAILED', 'ABORTED', 'PARTIAL', 'EXPIRED') OR (coalesce(state, '') IN ('COMPLETED') AND coalesce(lower(message_category), '') <> 'success') THEN job_count ELSE 0 END) AS bigint) AS in_trouble
  FROM backup_job_summaries
  GROUP BY start_date, start_month, region, account_id, resource_type, state, replace(upper(message_category), '_', '')
), shared AS (
  SELECT
    counted.*,
    CAST(sum(jobs) OVER (PARTITION BY start_date, region, account_id) AS bigint) AS jobs_of_day
  FROM counted
)
SELECT
  start_date,
  start_month,
  region,
  account_id,
  resource_type,
  state,
  message_category,
  in_trouble AS jobs,
  jobs_of_day,
  CAST(in_trouble AS double) / nullif(jobs_of_day, 0) AS share
FROM shared
WHERE in_trouble > 0;
