import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import { columnFacts, dimensionsOf } from '../../schemas/columns.ts';
import { AGGREGATE_ALL, ANY, factsOf, periodDays } from '../../schemas/kinds.ts';
import type { Mismatch } from '../../schemas/pull-result.ts';
import { addDays, type Day, startOfDay } from '../domain/day.ts';
import { identityOf, type RowsByAccount, rowsByDay, type RowsByDay } from '../domain/row.ts';
import { show, some } from '../domain/show.ts';
import { isAggregated, type Slice } from '../domain/slice.ts';

/** Jobs per start date, by AWS's own totals. */
export type Totals = ReadonlyMap<Day, number>;

/** AWS's answer is not made of totals. */
export interface NoTotals {
  readonly unavailable: string;
}

/**
 * The requests for AWS's own totals, the one to try first first: one row per start date, or, where AWS will not sum
 * over accounts, one per start date and account.
 */
export function totalsSlices(slice: Slice): Slice[] {
  const summed = factsOf(slice.kind).filters.filter((name) => slice.filters[name] === ANY);
  const asking = (names: readonly string[]): Slice => ({
    ...slice,
    filters: { ...slice.filters, ...Object.fromEntries(names.map((name) => [name, AGGREGATE_ALL])) },
  });
  const byAccount = summed.filter((name) => name !== 'AccountId');
  return summed.length === byAccount.length ? [asking(summed)] : [asking(summed), asking(byAccount)];
}

/** Adds up the rows AWS gave as totals, each day's; rows of other regions are not ours to count. */
export function sumTotals(asked: Slice, rows: readonly SummaryRow[]): Totals | NoTotals {
  const identify = identityOf(asked.kind);
  const totals = new Map<string, SummaryRow>();
  for (const row of rows.filter(({ region }) => region === asked.region)) {
    const detail = detailIn(asked, row);
    if (detail) return { unavailable: `AWS was asked for sums and answered a row of ${detail}` };
    const earlier = totals.get(identify(row));
    if (earlier && earlier.job_count !== row.job_count) {
      return {
        unavailable: `AWS answered two totals for ${show(identify(row))}: ${earlier.job_count} and ${row.job_count}`,
      };
    }
    totals.set(identify(row), row);
  }
  return jobsByDay(rowsByDay([...totals.values()]));
}

/** A dimension that was to be summed over and yet reads as one value. */
function detailIn(asked: Slice, row: SummaryRow): string | undefined {
  const name = dimensionsOf(asked.kind).find((dimension) => {
    const filter = factsOf(asked.kind).filters.find((known) => known === columnFacts(dimension).field);
    const value = row[dimension];
    return filter && isAggregated(asked, filter) && value !== null && value !== AGGREGATE_ALL;
  });
  return name && `${name} ${show(row[name])}`;
}

/** Start dates on which AWS's totals are not the sums of the rows, in order. */
export function compareTotals(rows: RowsByDay, totals: Totals): Mismatch[] {
  const sums = jobsByDay(rows);
  const days = [...new Set([...sums.keys(), ...totals.keys()])].toSorted();
  return days
    .map((day) => ({ start_date: day, kept: sums.get(day) ?? 0, total: totals.get(day) ?? 0 }))
    .filter(({ kept, total }) => kept !== total);
}

/** Whether the window that began on this day had ended when AWS was asked: its counts should stand still. */
export function isOver(slice: Slice, startDate: Day, observedAt: EpochMs): boolean {
  return startOfDay(addDays(startDate, periodDays[slice.aggregationPeriod])) <= observedAt;
}

function jobsByDay(rows: RowsByDay): Map<Day, number> {
  return new Map(Array.from(rows, ([day, byAccount]) => [day, jobsOf(byAccount)]));
}

function jobsOf(rows: RowsByAccount): number {
  let jobs = 0;
  for (const ofAccount of rows.values()) for (const row of ofAccount) jobs += row.job_count;
  return jobs;
}

/** `2026-11-22: 12 in rows, 13 in total`, the first few of them. */
export function describeMismatches(mismatches: readonly Mismatch[]): string {
  return some(
    mismatches.map(({ start_date, kept, total }) => `${start_date}: ${kept} in rows, ${total} in total`),
    3,
  );
}
