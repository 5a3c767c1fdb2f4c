import { factsOf, type Kind, kindNames } from '../../schemas/kinds.ts';
import { kindsWithReasons } from '../../schemas/views/failures.ts';
import { addDays, type Day, daysBetween, utcDay } from '../domain/day.ts';
import type { QueryEngine } from '../ports.ts';
import { createReport, type ReportBuilder } from './build-report.ts';
import { chooseAccounts } from './choose-accounts.ts';
import { daysAsked, type DaysAsked } from './days-asked.ts';
import type { AccountChoice, AccountNames, Ending, Freshness, ReportData } from './report-data.ts';
import {
  accountsSql,
  dailySql,
  type DayRange,
  excerptOf,
  freshnessSql,
  heldSql,
  seenSql,
  troubleSql,
} from './report-sql.ts';

export interface ReportScope {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly from: Day | undefined;
  readonly to: Day | undefined;
  /** The success rate to be reached, as a share; undefined: as it usually is. */
  readonly target: number | undefined;
  readonly names: AccountNames;
  readonly ledger: string;
  readonly writtenBy: string;
}

type Row = readonly (string | null)[];

/** Asks the views, and nothing else, for what the report shows. Throws what the engine throws. */
export async function readReport(engine: QueryEngine, scope: ReportScope): Promise<ReportData> {
  const { now } = scope;
  const asked = daysAsked(now, scope.from, scope.to);
  const yesterday = addDays(utcDay(now), -1);
  const excerpt = (await engine.hold?.(excerptOf(asked.read))) ?? engine;
  const choice = chooseAccounts(await all(excerpt, accountsSql(asked.read)));
  const days = daysKnown(choice, asked, yesterday);
  const head = {
    generated_at: new Date(now).toISOString(),
    written_by: scope.writtenBy,
    ledger: scope.ledger,
    yesterday,
    days,
    shown_from: Math.max(
      0,
      days.findIndex((day) => day >= asked.shown.from),
    ),
    bounded: asked.bounded,
    held: days.length === 0 ? await readHeld(engine) : ([] as const),
    accounts: choice.shown,
    account_names: choice.shown.map((account) => scope.names.get(account) ?? ''),
    other_accounts: choice.others,
    freshness: await readFreshness(engine, utcDay(now)),
  };
  const report = createReport(head, scope.target);
  for (const kind of kindNames) await readDaily(excerpt, { kind, range: asked.read, choice }, report);
  for (const kind of kindsWithReasons) await readTrouble(excerpt, kind, asked.read, report);
  const [from] = days;
  if (from !== undefined) await readCoverage(excerpt, { from, to: asked.read.to }, report);
  return report.data();
}

/** Up to yesterday, whether there are jobs or not: that nobody pulled is worth a sight. Empty where no day is to be shown. */
function daysKnown(choice: AccountChoice, { shown }: DaysAsked, yesterday: Day): Day[] {
  const [first, newest = ''] = choice.days;
  if (first === undefined) return [];
  const over = shown.to < yesterday ? shown.to : yesterday;
  const last = newest > over ? newest : over;
  return last < shown.from ? [] : daysBetween(first, last);
}

async function readHeld(engine: QueryEngine): Promise<ReportData['held']> {
  const [[first, last] = []] = await all(engine, heldSql());
  return first && last ? [first, last] : [];
}

/** How far back the newest pulls are looked for, so that a long history costs nothing: a slice nobody pulled since is given up. */
const FRESHNESS_DAYS = 400;

async function readFreshness(engine: QueryEngine, today: Day): Promise<Freshness[]> {
  const rows = await all(engine, freshnessSql(addDays(today, -FRESHNESS_DAYS)));
  const known = rows.length > 0 ? rows : await all(engine, freshnessSql('0001-01-01'));
  return known.map(([kind, region, newest, observed]) => ({
    kind: kind ?? '',
    region: region ?? '',
    newest_day: newest ?? null,
    last_observed: observed ?? null,
  }));
}

async function readDaily(
  engine: QueryEngine,
  { kind, range, choice }: { readonly kind: Kind; readonly range: DayRange; readonly choice: AccountChoice },
  report: ReportBuilder,
): Promise<void> {
  const { rows } = await engine.run(dailySql(kind, range, choice));
  for await (const [day, region, account, ...counts] of rows)
    report.daily({ kind, day, region, account }, counts.map(Number));
}

async function readTrouble(
  engine: QueryEngine,
  kind: Kind,
  range: DayRange,
  report: ReportBuilder,
): Promise<void> {
  const { rows } = await engine.run(troubleSql(kind, range));
  for await (const [day, region, account, category, resourceType, state, jobs] of rows) {
    const ending = troubleEnding(kind, state ?? '');
    report.trouble({ kind, day, region, account }, { category, resourceType, ending, jobs: Number(jobs) });
  }
}

/** What completed and is in trouble nevertheless completed with issues. */
function troubleEnding(kind: Kind, state: string): Ending {
  const endings = Object.entries(factsOf(kind).endings) as (readonly [Ending, readonly string[]])[];
  const [ending = 'other'] = endings.find(([, states]) => states.includes(state)) ?? [];
  return ending === 'completed' ? 'completed_with_issues' : ending;
}

async function readCoverage(engine: QueryEngine, range: DayRange, report: ReportBuilder): Promise<void> {
  const { rows } = await engine.run(seenSql(range));
  for await (const [kind, region, day, ...counts] of rows)
    report.coverage({ kind, region, day }, counts.map(Number));
}

/** A small answer, whole. */
async function all(engine: QueryEngine, sql: string): Promise<readonly Row[]> {
  const { rows } = await engine.run(sql);
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
