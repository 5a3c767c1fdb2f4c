import { factsOf, type Kind } from '../kinds.ts';
import { completedWithIssues, endedAs, finished, isUnfinished, jobsWhere, ratio } from './outcomes.ts';
import { daysAgo, lastDays, type View } from './view.ts';

export function dailyViewName(kind: Kind): string {
  return `${kind}_job_daily`;
}

/** Per day, region and account: how many jobs there were and how they ended. */
export function dailyView(kind: Kind): View {
  const counts = finished.map((ending) => `    ${jobsWhere(endedAs(kind, ending))} AS ${ending},`);
  const name = dailyViewName(kind);
  return {
    name,
    comment: `${kind} jobs of each day, region and account, by how they ended`,
    sql: `WITH counted AS (
  SELECT
    start_date,
    start_month,
    region,
    account_id,
    CAST(sum(job_count) AS bigint) AS jobs,
${counts.join('\n')}
    ${jobsWhere(completedWithIssues(kind))} AS completed_with_issues,
    ${jobsWhere(isUnfinished(kind))} AS unfinished,
    max(observed_at) AS observed_at
  FROM ${factsOf(kind).table}
  GROUP BY start_date, start_month, region, account_id
), summed AS (
  SELECT counted.*, ${finished.join(' + ')} AS finished
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
  ${ratio('completed', 'finished')} AS success_rate,
  observed_at
FROM summed`,
    examples: [
      {
        question: `How did each of the last seven days' ${kind} jobs end?`,
        sql: `SELECT start_date, sum(jobs) AS jobs, sum(completed) AS completed, sum(failed) AS failed,
  round(100.0 * sum(completed) / nullif(sum(finished), 0), 1) AS success_percent
FROM ${name}
WHERE ${lastDays(7)}
GROUP BY start_date
ORDER BY start_date`,
      },
      {
        question: 'Which five accounts had the lowest success rate on one day?',
        sql: `SELECT account_id, region, finished, completed, round(success_rate, 4) AS success_rate
FROM ${name}
WHERE ${daysAgo(3)}
  AND finished > 0
ORDER BY success_rate, finished DESC, account_id, region
LIMIT 5`,
      },
      {
        question: 'Which regions still had unfinished jobs, and since when is it known?',
        sql: `SELECT start_date, region, sum(unfinished) AS unfinished, max(observed_at) AS observed_at
FROM ${name}
WHERE ${lastDays(3)}
GROUP BY start_date, region
HAVING sum(unfinished) > 0
ORDER BY start_date, region`,
      },
    ],
  };
}
