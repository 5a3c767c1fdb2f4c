import type { Books, Mismatch, SliceResult } from '../../schemas/pull-result.ts';
import type { Day } from '../domain/day.ts';
import { eachRow, type RowsByDay } from '../domain/row.ts';
import type { ReconcileMode, Slice } from '../domain/slice.ts';
import { TotalsMismatchError } from '../errors.ts';
import type { Reading } from './read-slice.ts';
import { describeMismatches } from './totals.ts';
import { compareTotals, isOver, type NoTotals } from './totals.ts';
import { askTotals, type TotalsOptions } from './ask-totals.ts';

interface ReconcileOptions {
  readonly mode: ReconcileMode;
  /** Reads the slice to its last page. */
  readonly readOnce: () => Promise<Reading>;
  readonly asking: Omit<TotalsOptions, 'observedAt'>;
  readonly onRestart: (reason: string) => void;
}

/** How the rows compare with AWS's own totals: the days that differ, or why there are no totals. */
export type TotalsCheck = readonly Mismatch[] | NoTotals;

/** In one word, as results have it. */
export function reconciledAs(totals: TotalsCheck | undefined): SliceResult['reconciled'] {
  if (totals === undefined) return 'off';
  if ('unavailable' in totals) return 'unavailable';
  return totals.length === 0 ? 'matched' : 'mismatched';
}

export interface Reconciled {
  readonly reading: Reading;
  /** Undefined when the totals were not asked for. */
  readonly totals: TotalsCheck | undefined;
}

/**
 * Reads a slice and compares it with AWS's own totals; on a mismatch both once more, because counts move while pages
 * are read. Throws what the reading throws.
 */
export async function readReconciled({
  mode,
  readOnce,
  asking,
  onRestart,
}: ReconcileOptions): Promise<Reconciled> {
  const first = await readOnce();
  if (mode === 'off') return { reading: first, totals: undefined };
  const found = await compare(first, asking);
  if (isMatch(found)) return { reading: first, totals: found };
  onRestart(`AWS's own totals are not the sums of its rows: ${describeMismatches(found)}`);
  first.discardRaw();
  const reading = await readOnce();
  const totals = await compare(reading, asking);
  return { reading, totals };
}

/** Days on which a pull may have been shown too little: all of them once rows were rejected, else those mismatched. */
export function doubtfulDays(
  { rejected }: Pick<Books, 'rejected'>,
  mismatches: readonly Mismatch[],
): (day: Day) => boolean {
  const mismatched = new Set(mismatches.map(({ start_date }) => start_date));
  return (day) => rejected > 0 || mismatched.has(day);
}

function isMatch(found: TotalsCheck): found is NoTotals | readonly [] {
  return 'unavailable' in found || found.length === 0;
}

async function compare(reading: Reading, asking: ReconcileOptions['asking']): Promise<TotalsCheck> {
  const { observedAt } = reading;
  const rows = reading.rows();
  const totals = await askTotals({ ...asking, observedAt });
  if ('unavailable' in totals) return totals;
  if (totals.size === 0 && hasJobs(rows)) {
    return { unavailable: 'AWS answered no totals at all' };
  }
  return compareTotals(rows, totals);
}

function hasJobs(rows: RowsByDay): boolean {
  for (const row of eachRow(rows)) if (row.job_count > 0) return true;
  return false;
}

/** What `--reconcile require` wants: no mismatch on a day that is over. Throws `TotalsMismatchError`. */
export function requireTotals(slice: Slice, { reading, totals }: Reconciled): void {
  if (totals === undefined || 'unavailable' in totals) return;
  const { observedAt } = reading;
  const over = totals.filter(({ start_date }) => isOver(slice, start_date, observedAt));
  if (over.length === 0) return;
  throw new TotalsMismatchError(
    `AWS's own totals are not the sums of its rows, read twice, and --reconcile require wants them to be: ` +
      `${describeMismatches(over)}. Nothing of this slice was published`,
  );
}
