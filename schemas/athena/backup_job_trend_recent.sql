CREATE OR REPLACE VIEW backup_job_trend_recent AS
SELECT * FROM (
WITH marked AS (
  SELECT
    start_date AS day, region, account_id, jobs, completed, finished,
    lead(start_date) OVER (PARTITION BY region, account_id ORDER BY start_date) AS next_day,
    max(start_date) OVER () AS newest_day
  FROM backup_job_daily WHERE start_month >= substr(CAST(CAST(substr(CAST(date_trunc('month', current_date) - INTERVAL '3' MONTH AS varchar), 1, 7) || '-01' AS date) - INTERVAL '1' MONTH AS varchar), 1, 7)
), filled AS (
  SELECT
    CAST(day + n * INTERVAL '1' DAY AS date) AS day, region, account_id, n,
    CASE WHEN n = 0 THEN jobs ELSE 0 END AS jobs,
    CASE WHEN n = 0 THEN completed ELSE 0 END AS completed,
    CASE WHEN n = 0 THEN finished ELSE 0 END AS finished
  FROM marked
  CROSS JOIN UNNEST(sequence(0, least(
    27,
    date_diff('day', day, newest_day),
    coalesce(date_diff('day', day, next_day) - 1, 27)))) AS later (n)
), counted AS (
  SELECT day, region, account_id, jobs, completed, finished
  FROM (SELECT filled.*, min(n) OVER (PARTITION BY day) AS fewest FROM filled) AS known
  WHERE fewest = 0
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
  day AS start_date,
  substr(CAST(day AS varchar), 1, 7) AS start_month,
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
FROM rated
) AS trend WHERE start_month >= substr(CAST(date_trunc('month', current_date) - INTERVAL '3' MONTH AS varchar), 1, 7);
