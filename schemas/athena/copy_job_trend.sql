CREATE OR REPLACE VIEW copy_job_trend AS
WITH days AS (
  SELECT DISTINCT start_date FROM copy_job_daily
), present AS (
  SELECT
    region,
    account_id,
    min(start_date) AS first_date,
    CAST(CAST(CAST(max(start_date) AS date) + INTERVAL '27' DAY AS date) AS varchar) AS last_date
  FROM copy_job_daily
  GROUP BY region, account_id
), filled AS (
  SELECT start_date, region, account_id, jobs, completed, finished FROM copy_job_daily
  UNION ALL
  SELECT days.start_date, present.region, present.account_id, 0, 0, 0
  FROM present
  JOIN days ON days.start_date BETWEEN present.first_date AND present.last_date
), counted AS (
  SELECT
    start_date,
    CAST(start_date AS date) AS day,
    region,
    account_id,
    CAST(sum(jobs) AS bigint) AS jobs,
    CAST(sum(completed) AS bigint) AS completed,
    CAST(sum(finished) AS bigint) AS finished
  FROM filled
  GROUP BY start_date, region, account_id
), summed AS (
  SELECT
    counted.*,
    CAST(sum(jobs) OVER last_7_days AS bigint) AS jobs_7d,
    CAST(sum(completed) OVER last_7_days AS bigint) AS completed_7d,
    CAST(sum(finished) OVER last_7_days AS bigint) AS finished_7d,
    CAST(sum(completed) OVER last_28_days AS bigint) AS completed_28d,
    CAST(sum(finished) OVER last_28_days AS bigint) AS finished_28d,
    CAST(sum(completed) OVER week_before AS bigint) AS completed_week_before,
    CAST(sum(finished) OVER week_before AS bigint) AS finished_week_before
  FROM counted
  WINDOW
    last_7_days AS (PARTITION BY region, account_id ORDER BY day RANGE BETWEEN INTERVAL '6' DAY PRECEDING AND CURRENT ROW),
    last_28_days AS (PARTITION BY region, account_id ORDER BY day RANGE BETWEEN INTERVAL '27' DAY PRECEDING AND CURRENT ROW),
    week_before AS (PARTITION BY region, account_id ORDER BY day RANGE BETWEEN INTERVAL '13' DAY PRECEDING AND INTERVAL '7' DAY PRECEDING)
), rated AS (
  SELECT
    summed.*,
    CAST(completed AS double) / nullif(finished, 0) AS success_rate,
    CAST(completed_7d AS double) / nullif(finished_7d, 0) AS success_rate_7d,
    CAST(completed_28d AS double) / nullif(finished_28d, 0) AS success_rate_28d,
    CAST(completed_week_before AS double) / nullif(finished_week_before, 0) AS success_rate_week_before
  FROM summed
)
SELECT
  start_date,
  region,
  account_id,
  jobs,
  success_rate,
  jobs_7d,
  finished_7d,
  success_rate_7d,
  finished_28d,
  success_rate_28d,
  success_rate_week_before,
  success_rate_7d - success_rate_week_before AS week_over_week
FROM rated;
