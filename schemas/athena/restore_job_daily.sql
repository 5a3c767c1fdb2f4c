CREATE OR REPLACE VIEW restore_job_daily AS
WITH counted AS (
  SELECT
    start_date,
    start_month,
    region,
    account_id,
    CAST(sum(job_count) AS bigint) AS jobs,
    CAST(sum(CASE WHEN coalesce(state, '') IN ('COMPLETED') THEN job_count ELSE 0 END) AS bigint) AS completed,
    CAST(sum(CASE WHEN coalesce(state, '') IN ('FAILED') THEN job_count ELSE 0 END) AS bigint) AS failed,
    CAST(sum(CASE WHEN coalesce(state, '') IN ('ABORTED') THEN job_count ELSE 0 END) AS bigint) AS aborted,
    CAST(sum(CASE WHEN false THEN job_count ELSE 0 END) AS bigint) AS partial,
    CAST(sum(CASE WHEN false THEN job_count ELSE 0 END) AS bigint) AS expired,
    CAST(sum(CASE WHEN false THEN job_count ELSE 0 END) AS bigint) AS completed_with_issues,
    CAST(sum(CASE WHEN coalesce(state, '') IN ('CREATED', 'PENDING', 'RUNNING') THEN job_count ELSE 0 END) AS bigint) AS unfinished,
    max(observed_at) AS observed_at
  FROM restore_job_summaries
  GROUP BY start_date, start_month, region, account_id
), summed AS (
  SELECT counted.*, completed + failed + aborted + partial + expired AS finished
  FROM counted
)
SELECT
  start_date,
  start_month,
  region,
  account_id,
  jobs,
  completed,
  completed_with_issues,
  failed,
  aborted,
  partial,
  expired,
  unfinished,
  jobs - finished - unfinished AS other,
  finished,
  CAST(completed AS double) / nullif(finished, 0) AS success_rate,
  observed_at
FROM summed;
