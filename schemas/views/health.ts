import { type Kind, kindNames } from '../kinds.ts';
import { dailyViewName } from './daily.ts';
import { ratio } from './outcomes.ts';
import { lastDays, type View } from './view.ts';

const name = 'backup_health_daily';

function dailyOf(kind: Kind): string {
  return `  SELECT '${kind}' AS kind, start_date, start_month, region, account_id, jobs, completed, finished, unfinished FROM ${dailyViewName(kind)}`;
}

function sumOf(kind: Kind, measure: string): string {
  return `CAST(sum(CASE WHEN kind = '${kind}' THEN ${measure} END) AS bigint) AS ${kind}_${measure}`;
}

const measures = ['jobs', 'completed', 'finished', 'unfinished'];

/** All kinds side by side. A kind without rows on that day, region and account reads null: nothing is known of it. */
export const healthView: View = {
  name,
  comment: `Jobs of all kinds (${kindNames.join(', ')}) side by side, by day, region and account`,
  sql: `WITH daily AS (
${kindNames.map(dailyOf).join('\n  UNION ALL\n')}
), summed AS (
  SELECT
    start_date,
    start_month,
    region,
    account_id,
    ${kindNames.flatMap((kind) => measures.map((measure) => sumOf(kind, measure))).join(',\n    ')}
  FROM daily
  GROUP BY start_date, start_month, region, account_id
)
SELECT
  start_date,
  start_month,
  region,
  account_id,
  ${kindNames
    .flatMap((kind) => [
      `${kind}_jobs`,
      `${kind}_finished - ${kind}_completed AS ${kind}_not_completed`,
      `${kind}_unfinished`,
      `${ratio(`${kind}_completed`, `${kind}_finished`)} AS ${kind}_success_rate`,
    ])
    .join(',\n  ')}
FROM summed`,
  examples: [
    {
      question: 'How do the kinds compare, day by day?',
      sql: `SELECT start_date, ${kindNames.map((kind) => `sum(${kind}_jobs) AS ${kind}_jobs, sum(${kind}_not_completed) AS ${kind}_bad`).join(', ')}
FROM ${name}
WHERE ${lastDays(3)}
GROUP BY start_date
ORDER BY start_date`,
    },
    {
      question: 'Which accounts are backed up but never copied?',
      sql: `SELECT account_id, sum(backup_jobs) AS backup_jobs
FROM ${name}
WHERE ${lastDays(7)}
GROUP BY account_id
HAVING sum(backup_jobs) > 0 AND coalesce(sum(copy_jobs), 0) = 0
ORDER BY account_id
LIMIT 5`,
    },
    {
      question: 'Where did both backups and copies fail on the same day?',
      sql: `SELECT start_date, region, account_id, backup_not_completed, copy_not_completed
FROM ${name}
WHERE ${lastDays(3)}
  AND backup_not_completed > 0 AND copy_not_completed > 0
ORDER BY backup_not_completed + copy_not_completed DESC, start_date, region, account_id
LIMIT 5`,
    },
  ],
};
