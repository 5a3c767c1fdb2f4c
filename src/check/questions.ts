import { PULLS_TABLE } from '../../schemas/catalog-table.ts';
import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import { parseRecordInstant, REPLAY_SCOPE } from '../../schemas/pull-record.ts';
import { coverageSql, coverageView } from '../../schemas/views/coverage.ts';
import { dailyViewName } from '../../schemas/views/daily.ts';
import { failuresViewName, kindsWithReasons } from '../../schemas/views/failures.ts';
import { literals, withinSql } from '../../schemas/views/view.ts';
import { addDays, type Day, monthOf, utcDay } from '../domain/day.ts';
import type { QueryEngine } from '../ports.ts';
import type { Newest } from './age.ts';
import { type CoveredSlice, type KnownDays, nameOfSlice } from './coverage.ts';
import { type AccountRates, weekBeforeBegins } from './rates.ts';
import type { NewReason } from './reasons.ts';
import type { AccountHistory } from './history.ts';
import type { PulledSlice } from './stopped.ts';
import { WEEK_DAYS } from './task.ts';

/** What is asked of the views. Questions are bounded by months, so that they cost the days looked at; those few that are not are asked seldom. */

type Cells = readonly (string | null)[];

/** Of the main tables alone: others hold no daily rows, or only some. */
const ofMainTables = `table_name IN (${literals(kindNames.map((kind) => factsOf(kind).table))})`;

/** Every slice that has a day among these. The view itself would read every pull there ever was. */
export async function askSlices(
  engine: QueryEngine,
  { from, to }: { readonly from: Day; readonly to: Day },
): Promise<CoveredSlice[]> {
  const rows = await answers(
    engine,
    `SELECT kind, region, scope,
  sum(CASE WHEN pulled THEN 0 ELSE 1 END), sum(CASE WHEN gap THEN 1 ELSE 0 END),
  min(CASE WHEN pulled THEN NULL ELSE start_date END), max(CASE WHEN pulled THEN NULL ELSE start_date END),
  min(CASE WHEN pulled THEN start_date END), max(CASE WHEN pulled THEN start_date END), max(last_observed)
FROM (${coverageSql(`'${monthOf(from)}'`)}) AS coverage
WHERE ${withinSql(from, to)} AND ${ofMainTables}
GROUP BY kind, region, scope`,
  );
  return rows.flatMap(
    ([kind, region, scope, missing, lost, firstMissing, lastMissing, firstSeen, lastSeen, observed]) =>
      kindOf(kind).map((known) => ({
        kind: known,
        region: region ?? '',
        scope: scope ?? '',
        missing: Number(missing),
        lost: Number(lost),
        firstMissing: firstMissing ?? undefined,
        lastMissing: lastMissing ?? undefined,
        firstSeen: firstSeen ?? undefined,
        lastSeen: lastSeen ?? undefined,
        observedAt: parseRecordInstant(observed ?? ''),
      })),
  );
}

/** When a good pull last saw no job at all, by slice. */
export async function askEmptyPulls(
  engine: QueryEngine,
  { from, to }: { readonly from: Day; readonly to: Day },
): Promise<ReadonlyMap<string, Day>> {
  // A pull may be of the month after its days.
  const months = [from, addDays(to, 1)].map((day) => `'${monthOf(day)}'`).join(' AND ');
  const rows = await answers(
    engine,
    `SELECT kind, region, scope, max(observed_at)
FROM ${PULLS_TABLE}
WHERE pull_month BETWEEN ${months} AND ${ofMainTables} AND outcome = 'ok' AND first_day IS NULL
GROUP BY kind, region, scope`,
  );
  return new Map(
    rows.map(([kind, region, scope, observed]) => [
      nameOfSlice({ kind: kind ?? '', region: region ?? '', scope: scope ?? '' }),
      utcDay(parseRecordInstant(observed ?? '')),
    ]),
  );
}

/** When each slice was pulled since a day. Views know nothing of slices that had no good pull in their months. */
export async function askPulls(engine: QueryEngine, from: Day): Promise<PulledSlice[]> {
  const rows = await answers(
    engine,
    `SELECT kind, region, scope, max(CASE WHEN outcome = 'ok' THEN observed_at END), min(observed_at), max(observed_at)
FROM ${PULLS_TABLE}
WHERE pull_month >= '${monthOf(from)}' AND ${ofMainTables} AND aggregation_period = 'ONE_DAY' AND scope <> '${REPLAY_SCOPE}'
GROUP BY kind, region, scope`,
  );
  const dayOf = (observed: string | null | undefined) => utcDay(parseRecordInstant(observed ?? ''));
  return rows.flatMap(([kind, region, scope, lastGood, first, last]) =>
    kindOf(kind).map((known) => ({
      kind: known,
      region: region ?? '',
      scope: scope ?? '',
      lastGood: lastGood ? dayOf(lastGood) : undefined,
      firstTried: dayOf(first),
      lastTried: dayOf(last),
    })),
  );
}

/** The newest day of the whole ledger. */
export async function askNewest(engine: QueryEngine): Promise<Newest | undefined> {
  const [row = []] = await answers(
    engine,
    `SELECT max(start_date), max(last_observed) FROM ${coverageView.name} WHERE pulled AND ${ofMainTables}`,
  );
  const [day, observed] = row;
  return day && observed ? { day, observedAt: parseRecordInstant(observed) } : undefined;
}

/** The rates of every account, those of each kind up to its own newest day, none earlier than `from`. */
export async function askRates(
  engine: QueryEngine,
  known: ReadonlyMap<Kind, KnownDays>,
  from: Day,
): Promise<AccountRates[]> {
  const rows = await answers(
    engine,
    [...known].map(([kind, { last }]) => ratesSql(kind, last, from)).join('\nUNION ALL\n'),
  );
  return rows.flatMap(([kind, account, ...jobs]) =>
    kindOf(kind).map((name) => {
      const [c1 = 0, f1 = 0, c7 = 0, f7 = 0, cBefore = 0, fBefore = 0] = jobs.map(Number);
      return {
        kind: name,
        account: account ?? null,
        onLastDay: { completed: c1, finished: f1 },
        week: { completed: c7, finished: f7 },
        weekBefore: { completed: cBefore, finished: fBefore },
      };
    }),
  );
}

function ratesSql(kind: Kind, last: Day, from: Day): string {
  const before = weekBeforeBegins(last);
  const week = `start_date > DATE '${addDays(last, -WEEK_DAYS)}'`;
  const sums = [`start_date = DATE '${last}'`, week, `NOT (${week})`].flatMap((when) =>
    ['completed', 'finished'].map((count) => `sum(CASE WHEN ${when} THEN ${count} ELSE 0 END)`),
  );
  return `SELECT '${kind}' AS kind, account_id, ${sums.join(', ')}
FROM ${dailyViewName(kind)}
WHERE ${withinSql(from > before ? from : before, last)}
GROUP BY account_id`;
}

/** What is known of each account on these days. */
export function askHistories(
  engine: QueryEngine,
  { from, to }: { readonly from: Day; readonly to: Day },
): Promise<AccountHistory[]> {
  return histories(engine, withinSql(from, to));
}

/** What the whole ledger knows of some accounts. */
export async function askWholeHistories(
  engine: QueryEngine,
  accounts: readonly string[],
): Promise<AccountHistory[]> {
  const named = new Set(accounts);
  const found = await histories(
    engine,
    named.size <= MAX_ACCOUNTS_NAMED ? `account_id IN (${literals(accounts)})` : 'true',
  );
  return found.filter(({ account }) => named.has(account));
}

/** In one statement, which may have 262,144 bytes. Source: QueryString in the Athena API reference. */
const MAX_ACCOUNTS_NAMED = 1_000;

async function histories(engine: QueryEngine, where: string): Promise<AccountHistory[]> {
  const rows = await answers(engine, kindNames.map((kind) => historySql(kind, where)).join('\nUNION ALL\n'));
  return rows.flatMap(
    ([kind, region, account, firstJob, lastJob, firstCompleted, lastCompleted, daysCompleted, lastFailed]) =>
      kindOf(kind).map((known) => ({
        kind: known,
        region: region ?? '',
        account: account ?? '',
        firstJob: firstJob ?? '',
        lastJob: lastJob ?? '',
        firstCompleted: firstCompleted ?? undefined,
        lastCompleted: lastCompleted ?? undefined,
        daysCompleted: Number(daysCompleted),
        lastFailed: lastFailed ?? undefined,
      })),
  );
}

function historySql(kind: Kind, where: string): string {
  const completedOn = 'CASE WHEN completed > 0 THEN start_date END';
  return `SELECT '${kind}' AS kind, region, account_id, min(start_date), max(start_date),
  min(${completedOn}), max(${completedOn}), count(${completedOn}),
  max(CASE WHEN finished > completed THEN start_date END)
FROM ${dailyViewName(kind)}
WHERE ${where} AND account_id IS NOT NULL
GROUP BY region, account_id`;
}

/** The reasons of the newest week that no day before it has, from `from` on. */
export async function askReasons(
  engine: QueryEngine,
  known: ReadonlyMap<Kind, KnownDays>,
  from: Day,
): Promise<NewReason[]> {
  const kinds = [...known].filter(([kind]) => kindsWithReasons.includes(kind));
  if (kinds.length === 0) return [];
  const rows = await answers(
    engine,
    kinds.map(([kind, { last }]) => reasonsSql(kind, last, from)).join('\nUNION ALL\n'),
  );
  return rows.flatMap(([kind, reason, jobs, accounts, firstDay]) =>
    kindOf(kind).map((name) => ({
      kind: name,
      reason: reason ?? 'no reason',
      jobs: Number(jobs),
      accounts: Number(accounts),
      firstDay: firstDay ?? '',
    })),
  );
}

/** All days of a new reason are of the newest week, so its sums need no bounds of their own. */
function reasonsSql(kind: Kind, last: Day, from: Day): string {
  const reason = 'coalesce(message_category, state)';
  return `SELECT '${kind}' AS kind, ${reason} AS reason, sum(jobs), count(DISTINCT account_id), min(start_date)
FROM ${failuresViewName(kind)}
WHERE ${withinSql(from, last)}
GROUP BY ${reason}
HAVING min(start_date) > DATE '${addDays(last, -WEEK_DAYS)}'`;
}

function kindOf(text: string | null | undefined): Kind[] {
  return kindNames.filter((kind) => kind === text);
}

async function answers(engine: QueryEngine, sql: string): Promise<Cells[]> {
  const { rows } = await engine.run(sql);
  const found: Cells[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
