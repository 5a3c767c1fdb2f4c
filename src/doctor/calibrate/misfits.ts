import type { Misfit } from '../../../schemas/calibration.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import type { Cell, DayComparison } from './compare.ts';
import { hypotheses } from './hypotheses.ts';
import { dimensionsIn } from './listed-job.ts';

const MAX_MISFITS = 10;
/** A list with a smaller share of the jobs that summaries count says nothing of how they are counted. */
const MIN_LISTED_SHARE = 0.98;

/** The largest counts that no hypothesis explains. */
export function misfitsIn(kind: Kind, days: readonly DayComparison[]): Misfit[] {
  const misfits = days.flatMap(({ day, cells }) =>
    Array.from(cells, ([cell, counts]) => ({
      start_date: day,
      dimensions: dimensionsIn(kind, cell),
      summaries: counts.summaries,
      listed: nearestTo(counts),
    })),
  );
  return misfits
    .filter(({ summaries, listed }) => summaries !== listed)
    .toSorted((a, b) => sizeOf(b) - sizeOf(a))
    .slice(0, MAX_MISFITS);
}

const sizeOf = ({ summaries, listed }: Pick<Misfit, 'summaries' | 'listed'>) => Math.abs(summaries - listed);

function nearestTo({ summaries, listed }: Cell): number {
  const byDistance = listed.toSorted((a, b) => Math.abs(summaries - a) - Math.abs(summaries - b));
  return byDistance[0] ?? 0;
}

/** By how much a list is shorter than the summaries. */
export interface Shortfall {
  /** Finished jobs that the summaries count. */
  readonly summaries: number;
  /** Jobs of the list, by the hypothesis that finds most. */
  readonly listed: number;
  /** Accounts in the summaries, and those of them without a job in the list. */
  readonly accounts: number;
  readonly missingAccounts: number;
}

/** Undefined where the list is long enough. */
export function shortfallIn(kind: Kind, days: readonly DayComparison[]): Shortfall | undefined {
  const entries = days.flatMap(({ cells }) => [...cells]);
  const summaries = entries.reduce((sum, [, cell]) => sum + cell.summaries, 0);
  const totals = hypotheses.map((_, index) =>
    entries.reduce((sum, [, cell]) => sum + cell.listed[index]!, 0),
  );
  const listed = Math.max(...totals);
  if (listed >= MIN_LISTED_SHARE * summaries) return undefined;
  const accountsOf = (cells: typeof entries) =>
    new Set(cells.map(([cell]) => dimensionsIn(kind, cell)['account_id']));
  const accounts = accountsOf(entries.filter(([, cell]) => cell.summaries > 0));
  const shown = accountsOf(entries.filter(([, cell]) => cell.listed.some((jobs) => jobs > 0)));
  const missing = [...accounts].filter((account) => !shown.has(account));
  return { summaries, listed, accounts: accounts.size, missingAccounts: missing.length };
}
