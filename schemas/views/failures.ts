import { factsOf, type Kind, kindNames } from '../kinds.ts';
import { hasMessageCategory, isTrouble, ratio } from './outcomes.ts';
import { lastDays, type View } from './view.ts';

/** AWS spells one category in several ways: AccessDenied, ACCESS_DENIED. */
const CATEGORY = `replace(upper(message_category), '_', '')`;

/** Kinds whose jobs say why they failed. */
export const kindsWithReasons: readonly Kind[] = kindNames.filter(hasMessageCategory);

export function failuresViewName(kind: Kind): string {
  return `${kind}_job_failures`;
}

/**
 * Message categories of unsuccessful jobs and of those completed with issues. AWS spells categories in several ways, so they
 * are brought to capitals; `share` is of all jobs of that day, region and account.
 */
export function failuresView(kind: Kind): View {
  const name = failuresViewName(kind);
  return {
    name,
    comment: `Why ${kind} jobs were unsuccessful, by day, region, account and resource type, with their share of the day's jobs`,
    sql: `WITH counted AS (
  SELECT
    start_date,
    start_month,
    region,
    account_id,
    resource_type,
    state,
    ${CATEGORY} AS message_category,
    CAST(sum(job_count) AS bigint) AS jobs,
    CAST(sum(CASE WHEN ${isTrouble(kind)} THEN job_count ELSE 0 END) AS bigint) AS in_trouble
  FROM ${factsOf(kind).table}
  GROUP BY start_date, start_month, region, account_id, resource_type, state, ${CATEGORY}
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
  ${ratio('in_trouble', 'jobs_of_day')} AS share
FROM shared
WHERE in_trouble > 0`,
    examples: [
      {
        question: `What were the most frequent reasons of trouble with ${kind} jobs in a week?`,
        sql: `SELECT message_category, state, sum(jobs) AS jobs, count(DISTINCT account_id) AS accounts
FROM ${name}
WHERE ${lastDays(7)}
GROUP BY message_category, state
ORDER BY jobs DESC, message_category, state
LIMIT 5`,
      },
      {
        question: "Where did one reason make up the largest share of an account's day?",
        sql: `SELECT start_date, region, account_id, resource_type, message_category, jobs, jobs_of_day, round(share, 4) AS share
FROM ${name}
WHERE ${lastDays(7)}
  AND jobs_of_day >= 10
ORDER BY share DESC, start_date, region, account_id, resource_type, message_category
LIMIT 5`,
      },
      {
        question: 'Which resource types were denied access?',
        sql: `SELECT resource_type, sum(jobs) AS jobs
FROM ${name}
WHERE message_category = 'ACCESSDENIED' AND ${lastDays(7)}
GROUP BY resource_type
ORDER BY jobs DESC, resource_type
LIMIT 5`,
      },
    ],
  };
}
