import type { Kind } from '../kinds.ts';
import { dailyViewName } from './daily.ts';
import { ratio } from './outcomes.ts';
import { type BoundableView, daysAgo, lastDays, monthSql } from './view.ts';

/** The longest window. After so many days without jobs all windows of an account are empty, and its rows end. */
const LONGEST_DAYS = 28;

function windowOf(from: number, to: number): string {
  const end = to === 0 ? 'CURRENT ROW' : `INTERVAL '${to}' DAY PRECEDING`;
  return `(PARTITION BY region, account_id ORDER BY day RANGE BETWEEN INTERVAL '${from}' DAY PRECEDING AND ${end})`;
}

/**
 * Success rates over moving windows of calendar days, per region and account. An account without jobs on a day on which
 * others had some has a row all the same, so that windows go on; a day on which nobody had any has none.
 */
export function trendView(kind: Kind): BoundableView {
  const name = `${kind}_job_trend`;
  const daily = dailyViewName(kind);
  return {
    name,
    comment: `Success rate of ${kind} jobs over the last 7 and 28 calendar days, and against the week before`,
    sql: trendSql(daily),
    // A month holds the longest window of the first day of the next one.
    since: (month) =>
      `SELECT * FROM (\n${trendSql(`${daily} WHERE start_month >= ${monthBefore(month)}`)}\n) AS trend WHERE start_month >= ${month}`,
    examples: [
      {
        question: `Which accounts' ${kind} jobs got worse, week over week?`,
        sql: `SELECT region, account_id, finished_7d, round(success_rate_week_before, 4) AS before,
  round(success_rate_7d, 4) AS now, round(week_over_week, 4) AS change
FROM ${name}
WHERE ${daysAgo(1)}
  AND week_over_week < 0
ORDER BY week_over_week, region, account_id
LIMIT 5`,
      },
      {
        question: 'Which accounts had no job on a day, though they had some before?',
        sql: `SELECT start_date, region, account_id, jobs_7d
FROM ${name}
WHERE ${lastDays(7)}
  AND jobs = 0
ORDER BY start_date, region, account_id
LIMIT 5`,
      },
      {
        question: 'How does the longer view differ from the shorter one, by region?',
        sql: `SELECT region, round(avg(success_rate_7d), 4) AS mean_rate_7d, round(avg(success_rate_28d), 4) AS mean_rate_28d
FROM ${name}
WHERE ${daysAgo(1)}
GROUP BY region
ORDER BY region`,
      },
    ],
  };
}

/** `source` is what follows FROM. It is named once: Trino reads again what is named twice. */
function trendSql(source: string): string {
  return `WITH marked AS (
  SELECT
    start_date AS day, region, account_id, jobs, completed, finished,
    lead(start_date) OVER (PARTITION BY region, account_id ORDER BY start_date) AS next_day,
    max(start_date) OVER () AS newest_day
  FROM ${source}
), filled AS (
  SELECT
    CAST(day + n * INTERVAL '1' DAY AS date) AS day, region, account_id, n,
    CASE WHEN n = 0 THEN jobs ELSE 0 END AS jobs,
    CASE WHEN n = 0 THEN completed ELSE 0 END AS completed,
    CASE WHEN n = 0 THEN finished ELSE 0 END AS finished
  FROM marked
  CROSS JOIN UNNEST(sequence(0, least(
    ${LONGEST_DAYS - 1},
    date_diff('day', day, newest_day),
    coalesce(date_diff('day', day, next_day) - 1, ${LONGEST_DAYS - 1})))) AS later (n)
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
    last_7_days AS ${windowOf(6, 0)},
    last_28_days AS ${windowOf(LONGEST_DAYS - 1, 0)},
    week_before AS ${windowOf(13, 7)}
), rated AS (
  SELECT
    summed.*,
    ${ratio('completed', 'finished')} AS success_rate,
    ${ratio('completed_7d', 'finished_7d')} AS success_rate_7d,
    ${ratio('completed_28d', 'finished_28d')} AS success_rate_28d,
    ${ratio('completed_week_before', 'finished_week_before')} AS success_rate_week_before
  FROM summed
)
SELECT
  day AS start_date,
  ${monthSql('day')} AS start_month,
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
FROM rated`;
}

function monthBefore(month: string): string {
  return monthSql(`CAST(${month} || '-01' AS date) - INTERVAL '1' MONTH`);
}
