CREATE OR REPLACE VIEW backup_health_daily AS
WITH daily AS (
  SELECT 'copy' AS kind, start_date, start_month, region, account_id, jobs, completed, finished, unfinished FROM copy_job_daily
  UNION ALL
  SELECT 'backup' AS kind, start_date, start_month, region, account_id, jobs, completed, finished, unfinished FROM backup_job_daily
  UNION ALL
  SELECT 'restore' AS kind, start_date, start_month, region, account_id, jobs, completed, finished, unfinished FROM restore_job_daily
  UNION ALL
  SELECT 'scan' AS kind, start_date, start_month, region, account_id, jobs, completed, finished, unfinished FROM scan_job_daily
), summed AS (
  SELECT
    start_date,
    start_month,
    region,
    account_id,
    CAST(sum(CASE WHEN kind = 'copy' THEN jobs END) AS bigint) AS copy_jobs,
    CAST(sum(CASE WHEN kind = 'copy' THEN completed END) AS bigint) AS copy_completed,
    CAST(sum(CASE WHEN kind = 'copy' THEN finished END) AS bigint) AS copy_finished,
    CAST(sum(CASE WHEN kind = 'copy' THEN unfinished END) AS bigint) AS copy_unfinished,
    CAST(sum(CASE WHEN kind = 'backup' THEN jobs END) AS bigint) AS backup_jobs,
    CAST(sum(CASE WHEN kind = 'backup' THEN completed END) AS bigint) AS backup_completed,
    CAST(sum(CASE WHEN kind = 'backup' THEN finished END) AS bigint) AS backup_finished,
    CAST(sum(CASE WHEN kind = 'backup' THEN unfinished END) AS bigint) AS backup_unfinished,
    CAST(sum(CASE WHEN kind = 'restore' THEN jobs END) AS bigint) AS restore_jobs,
    CAST(sum(CASE WHEN kind = 'restore' THEN completed END) AS bigint) AS restore_completed,
    CAST(sum(CASE WHEN kind = 'restore' THEN finished END) AS bigint) AS restore_finished,
    CAST(sum(CASE WHEN kind = 'restore' THEN unfinished END) AS bigint) AS restore_unfinished,
    CAST(sum(CASE WHEN kind = 'scan' THEN jobs END) AS bigint) AS scan_jobs,
    CAST(sum(CASE WHEN kind = 'scan' THEN completed END) AS bigint) AS scan_completed,
    CAST(sum(CASE WHEN kind = 'scan' THEN finished END) AS bigint) AS scan_finished,
    CAST(sum(CASE WHEN kind = 'scan' THEN unfinished END) AS bigint) AS scan_unfinished
  FROM daily
  GROUP BY start_date, start_month, region, account_id
)
SELECT
  start_date,
  start_month,
  region,
  account_id,
  copy_jobs,
  copy_finished - copy_completed AS copy_not_completed,
  copy_unfinished,
  CAST(copy_completed AS double) / nullif(copy_finished, 0) AS copy_success_rate,
  backup_jobs,
  backup_finished - backup_completed AS backup_not_completed,
  backup_unfinished,
  CAST(backup_completed AS double) / nullif(backup_finished, 0) AS backup_success_rate,
  restore_jobs,
  restore_finished - restore_completed AS restore_not_completed,
  restore_unfinished,
  CAST(restore_completed AS double) / nullif(restore_finished, 0) AS restore_success_rate,
  scan_jobs,
  scan_finished - scan_completed AS scan_not_completed,
  scan_unfinished,
  CAST(scan_completed AS double) / nullif(scan_finished, 0) AS scan_success_rate
FROM summed;
