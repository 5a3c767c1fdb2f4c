import { type Kind, kindNames } from '../../../schemas/kinds.ts';
import { dailyViewName } from '../../../schemas/views/daily.ts';
import { failuresViewName, kindsWithReasons } from '../../../schemas/views/failures.ts';
import { monthOf } from '../../domain/day.ts';
import type { ReportData } from '../report-data.ts';
import type { Span } from './period.ts';
import type { Selection } from './selection.ts';

/** SQL that gives the page's numbers when it is run on the ledger: `backup-ledger query`, or Athena. */

export interface Question {
  readonly data: ReportData;
  readonly selection: Selection;
  /** Days asked about. */
  readonly span: Span;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function conditions({ data, selection, span }: Question): string[] {
  const [from = '', to = ''] = [data.days[span.first], data.days[span.last]];
  const region = data.regions[selection.region ?? -1];
  return [
    `start_month BETWEEN ${quoted(monthOf(from))} AND ${quoted(monthOf(to))}`,
    `start_date BETWEEN DATE ${quoted(from)} AND DATE ${quoted(to)}`,
    ...(region === undefined ? [] : [`region = ${quoted(region)}`]),
    ...accountCondition(data, selection.account),
  ];
}

function accountCondition({ accounts }: ReportData, account: number | undefined): string[] {
  if (account === undefined) return [];
  const id = accounts[account];
  // Accounts that are shown together are those that have no place of their own.
  if (id === undefined) return [`account_id NOT IN (${accounts.map(quoted).join(', ')})`];
  return [id === '' ? 'account_id IS NULL' : `account_id = ${quoted(id)}`];
}

function troubleConditions(question: Question): string[] {
  const { data, selection } = question;
  const reason = data.trouble_names.category[selection.reason ?? -1];
  const type = data.trouble_names.resource_type[selection.type ?? -1];
  return [
    ...conditions(question),
    ...(reason === undefined ? [] : [`${REASON} = ${quoted(reason)}`]),
    ...(type === undefined ? [] : [`${TYPE} = ${quoted(type)}`]),
  ];
}

const REASON = `coalesce(message_category, state, 'no category')`;
const TYPE = `coalesce(resource_type, 'no resource type')`;

const where = (all: readonly string[]): string => `WHERE ${all.join('\n  AND ')}`;

/** The views of the selected kind, or of all. */
function sourceOf(question: Question, kinds: readonly Kind[], name: (kind: Kind) => string): string {
  const kind = kinds.find((each) => each === question.data.kinds[question.selection.kind ?? -1]);
  if (kind) return name(kind);
  return `(\n  ${kinds.map((each) => `SELECT * FROM ${name(each)}`).join('\n  UNION ALL\n  ')}\n) AS all_kinds`;
}

const fromDaily = (question: Question): string => sourceOf(question, kindNames, dailyViewName);
const fromFailures = (question: Question): string => sourceOf(question, kindsWithReasons, failuresViewName);

const SUMS = `sum(jobs) AS jobs, sum(finished) AS finished, sum(completed) AS completed,
  sum(finished) - sum(completed) AS not_successful, sum(completed_with_issues) AS completed_with_issues,
  round(100.0 * sum(completed) / nullif(sum(finished), 0), 4) AS success_percent`;

/** The period as a whole. */
export function periodSql(question: Question): string {
  return `SELECT ${SUMS}\nFROM ${fromDaily(question)}\n${where(conditions(question))}`;
}

/** A row a day. */
export function byDaySql(question: Question): string {
  return `SELECT start_date, ${SUMS}
FROM ${fromDaily(question)}
${where(conditions(question))}
GROUP BY start_date
ORDER BY start_date`;
}

/** A row an account. */
export function byAccountSql(question: Question): string {
  return `SELECT account_id, ${SUMS}, max(start_date) AS last_day
FROM ${fromDaily(question)}
${where(conditions(question))}
GROUP BY account_id
ORDER BY not_successful DESC, account_id`;
}

/** A row a reason, or a resource type, of jobs in trouble. */
export function byNameSql(question: Question, by: 'reason' | 'resource_type'): string {
  return `SELECT ${by === 'reason' ? REASON : TYPE} AS ${by}, sum(jobs) AS jobs
FROM ${fromFailures(question)}
${where(troubleConditions(question))}
GROUP BY ${by === 'reason' ? REASON : TYPE}
ORDER BY jobs DESC, ${by}`;
}

/** A row a day and slice. */
export function coverageSql({ data, selection, span }: Question): string {
  const kind = data.kinds[selection.kind ?? -1];
  const own = [
    ...conditions({ data, selection: { ...selection, account: undefined }, span }),
    ...(kind === undefined ? [] : [`kind = ${quoted(kind)}`]),
  ];
  return `SELECT start_date, kind, region, scope, pulled, gap, reconciled, last_observed, unfinished_rows
FROM ledger_coverage
${where(own)}
ORDER BY start_date, kind, region, scope`;
}
