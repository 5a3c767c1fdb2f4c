import type { Ending, ReportData } from '../report-data.ts';
import { addRow, type Counts, noJobs, unsuccessful } from './counts.ts';
import { earlierDays, isIn, type Period, type Span } from './period.ts';
import { isOfTrouble, rowMatcher, type Selection } from './selection.ts';

/** Days of the account's rate. */
const RATE_DAYS = 28;

/** What is known of one account. */
export interface AccountSums {
  readonly account: number;
  readonly now: Counts;
  readonly before: Counts;
  readonly last28: Counts;
  /** Jobs in trouble, of the reason or resource type that is selected: of the period, of the one before. */
  troubleNow: number;
  troubleBefore: number;
  /** Jobs in trouble by the bars of the chart. */
  readonly bars: number[];
  /** Positions of the last day with a job, and with a completed one, to the period's end; -1 for none. */
  lastDay: number;
  lastCompleted: number;
  /** Jobs of each of the days before the period that say how much its share of trouble varies. */
  readonly earlier: Map<number, { bad: number; all: number }>;
}

/** Sums of every account that has jobs, or, where a reason or type is selected, jobs in such trouble. */
export function sumsByAccount(
  data: ReportData,
  selection: Selection,
  { period, bins }: { readonly period: Period; readonly bins: readonly Span[] },
): AccountSums[] {
  const { daily } = data;
  const found = new Map<number, AccountSums>();
  const matches = rowMatcher(daily, selection);
  const binOf = binFinder(bins);
  const { span, before } = period;
  const earlier = earlierDays(span);

  daily.account.forEach((account, row) => {
    const day = daily.day[row] ?? 0;
    if (!matches(row)) return;
    const sums = found.get(account) ?? newSums(account, bins.length);
    found.set(account, sums);
    const [completed, bad] = inRow(daily, row);
    if (!isOfTrouble(selection)) addTrouble(sums, { day, jobs: bad });
    if (day > span.last) return;
    if (isIn(day, earlier)) earlierDay(sums, day).all += completed + bad;
    if (isIn(day, span)) addRow(sums.now, daily, row);
    if (before && isIn(day, before)) addRow(sums.before, daily, row);
    if (day > span.last - RATE_DAYS) addRow(sums.last28, daily, row);
    sums.lastDay = Math.max(sums.lastDay, day);
    if (completed > 0) sums.lastCompleted = Math.max(sums.lastCompleted, day);
  });
  if (isOfTrouble(selection)) addSelectedTrouble();
  return [...found.values()].filter((sums) => !isOfTrouble(selection) || sums.bars.some((jobs) => jobs > 0));

  function addTrouble(
    sums: AccountSums,
    { day, jobs }: { readonly day: number; readonly jobs: number },
  ): void {
    const bin = binOf(day);
    if (bin !== undefined) sums.bars[bin] = (sums.bars[bin] ?? 0) + jobs;
    if (isIn(day, earlier)) earlierDay(sums, day).bad += jobs;
    if (isIn(day, span)) sums.troubleNow += jobs;
    if (before && isIn(day, before)) sums.troubleBefore += jobs;
  }

  function addSelectedTrouble(): void {
    const { trouble } = data;
    const isWanted = rowMatcher(trouble, selection);
    trouble.jobs.forEach((jobs, row) => {
      const sums = found.get(trouble.account[row] ?? -1);
      if (sums && isWanted(row)) addTrouble(sums, { day: trouble.day[row] ?? 0, jobs });
    });
  }
}

function newSums(account: number, bars: number): AccountSums {
  return {
    account,
    now: noJobs(),
    before: noJobs(),
    last28: noJobs(),
    troubleNow: 0,
    troubleBefore: 0,
    bars: Array.from({ length: bars }, () => 0),
    lastDay: -1,
    lastCompleted: -1,
    earlier: new Map(),
  };
}

function inRow(daily: ReportData['daily'], row: number): [completed: number, bad: number] {
  const sum = (endings: readonly Ending[]) =>
    endings.reduce((all, ending) => all + (daily[ending][row] ?? 0), 0);
  return [sum(['completed', 'completed_with_issues']), sum(unsuccessful)];
}

function earlierDay({ earlier }: AccountSums, day: number): { bad: number; all: number } {
  const known = earlier.get(day) ?? { bad: 0, all: 0 };
  earlier.set(day, known);
  return known;
}

/** Which bar a day belongs to. */
export function binFinder(bins: readonly Span[]): (day: number) => number | undefined {
  const byDay = new Map(bins.flatMap((bin, at) => daysIn(bin).map((day) => [day, at] as const)));
  return (day) => byDay.get(day);
}

const daysIn = ({ first, last }: Span): number[] =>
  Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
