import { daysAgo, type Example, lastDays } from './views/view.ts';

/** What people around AWS Backup ask, beyond one view's own examples. Each runs on Athena and on a local ledger. */
export const questions: readonly Example[] = [
  {
    question: 'How did last week go, by account?',
    sql: `SELECT account_id, sum(jobs) AS jobs, sum(completed) AS completed, sum(finished) - sum(completed) AS unsuccessful,
  round(100.0 * sum(completed) / nullif(sum(finished), 0), 1) AS success_percent
FROM copy_job_daily
WHERE ${lastDays(7)}
GROUP BY account_id
ORDER BY unsuccessful DESC, account_id
LIMIT 5`,
  },
  {
    question: 'Which ten accounts and regions were worst, among those with enough jobs to say so?',
    sql: `SELECT account_id, region, sum(finished) AS finished, sum(completed) AS completed,
  round(100.0 * sum(completed) / sum(finished), 1) AS success_percent
FROM backup_job_daily
WHERE ${lastDays(7)}
GROUP BY account_id, region
HAVING sum(finished) >= 20
ORDER BY success_percent, finished DESC, account_id, region
LIMIT 10`,
  },
  {
    question: 'Which accounts have had no completed copy for three days, though they had some before?',
    sql: `SELECT account_id, region, max(CASE WHEN completed > 0 THEN start_date END) AS last_completed, sum(jobs) AS jobs
FROM copy_job_daily
WHERE ${lastDays(31)}
GROUP BY account_id, region
HAVING max(CASE WHEN completed > 0 THEN start_date END) < current_date - INTERVAL '3' DAY
ORDER BY last_completed, account_id, region
LIMIT 5`,
  },
  {
    question: 'Which resource types complete with issues, and why?',
    sql: `SELECT resource_type, message_category, sum(jobs) AS jobs, count(DISTINCT account_id) AS accounts
FROM backup_job_failures
WHERE state = 'COMPLETED' AND ${lastDays(7)}
GROUP BY resource_type, message_category
ORDER BY jobs DESC, resource_type, message_category
LIMIT 5`,
  },
  {
    question: 'How does this month compare with the one before?',
    sql: `SELECT start_month, count(DISTINCT start_date) AS days, sum(jobs) AS jobs, sum(completed) AS completed,
  sum(completed_with_issues) AS with_issues, round(100.0 * sum(completed) / nullif(sum(finished), 0), 1) AS success_percent
FROM copy_job_daily
WHERE start_month >= date_format(date_trunc('month', current_date) - INTERVAL '1' MONTH, '%Y-%m')
GROUP BY start_month
ORDER BY start_month DESC`,
  },
  {
    question: 'Was yesterday like the same weekday of the week before?',
    sql: `SELECT region, sum(CASE WHEN start_date = current_date - INTERVAL '8' DAY THEN jobs ELSE 0 END) AS week_before,
  sum(CASE WHEN start_date = current_date - INTERVAL '1' DAY THEN jobs ELSE 0 END) AS yesterday,
  sum(CASE WHEN start_date = current_date - INTERVAL '1' DAY THEN unfinished ELSE 0 END) AS still_running
FROM copy_job_daily
WHERE ${lastDays(8)}
GROUP BY region
ORDER BY region`,
  },
  {
    question: 'What can be proved of this quarter: is every day of every region there?',
    sql: `SELECT kind, region, count(*) AS days, sum(CASE WHEN pulled THEN 1 ELSE 0 END) AS seen,
  sum(CASE WHEN gap THEN 1 ELSE 0 END) AS lost, sum(CASE WHEN reconciled = 'matched' THEN 1 ELSE 0 END) AS totals_matched,
  min(start_date) AS first_day, max(start_date) AS last_day
FROM ledger_coverage
WHERE start_date >= date_trunc('quarter', current_date) AND kind IN ('backup', 'copy')
GROUP BY kind, region
ORDER BY kind, region`,
  },
  {
    question: 'What are the most frequent reasons, and whom do they hit?',
    sql: `SELECT message_category, sum(jobs) AS jobs, count(DISTINCT account_id) AS accounts, count(DISTINCT region) AS regions
FROM copy_job_failures
WHERE state <> 'COMPLETED' AND ${lastDays(7)}
GROUP BY message_category
ORDER BY jobs DESC, message_category
LIMIT 5`,
  },
  {
    question: 'Which reasons are new this week?',
    sql: `SELECT message_category, min(start_date) AS first_seen, sum(jobs) AS jobs
FROM copy_job_failures
WHERE ${lastDays(31)}
GROUP BY message_category
HAVING min(start_date) >= current_date - INTERVAL '7' DAY
ORDER BY first_seen, message_category`,
  },
  {
    question: 'Which accounts back up, and copy nothing?',
    sql: `SELECT account_id, region, sum(backup_jobs) AS backups, coalesce(sum(copy_jobs), 0) AS copies
FROM backup_health_daily
WHERE ${lastDays(7)}
GROUP BY account_id, region
HAVING sum(backup_jobs) > 0 AND coalesce(sum(copy_jobs), 0) = 0
ORDER BY backups DESC, account_id, region
LIMIT 5`,
  },
  {
    question: 'Which accounts got worse, week over week?',
    sql: `SELECT account_id, region, finished_7d, round(success_rate_week_before, 4) AS before, round(success_rate_7d, 4) AS now
FROM copy_job_trend
WHERE ${daysAgo(1)}
  AND week_over_week < -0.01
ORDER BY week_over_week, account_id, region
LIMIT 5`,
  },
  {
    question: 'When was each slice last pulled well, and what did it see?',
    sql: `SELECT kind, region, count(*) AS pulls, max(observed_at) AS last_pull, max(accounts) AS accounts, sum(kept) AS rows_seen
FROM pulls
WHERE outcome = 'ok' AND pull_month >= date_format(current_date - INTERVAL '31' DAY, '%Y-%m')
GROUP BY kind, region
ORDER BY last_pull, kind, region
LIMIT 5`,
  },
];
