import type { SummaryRow } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import type { Day } from '../../domain/day.ts';
import { isUnfinished } from '../../domain/row.ts';
import { cellsOf } from './listed-job.ts';
import type { RegionTime } from './region-time.ts';

/** Finished jobs by day and cell. A day whose jobs are all unfinished is there, and empty. */
export type SummaryCounts = ReadonlyMap<Day, ReadonlyMap<string, number>>;

export interface CountsOptions {
  readonly kind: Kind;
  readonly time: RegionTime;
  /** The accounts to count; undefined for all. */
  readonly accounts?: ReadonlySet<string | null> | undefined;
}

/** What summaries count. Rows without jobs are as good as none. */
export function summaryCounts(
  rows: Iterable<SummaryRow>,
  { kind, time, accounts }: CountsOptions,
): SummaryCounts {
  const days = new Map<Day, Map<string, number>>();
  const isOpen = isUnfinished(kind);
  const cellOf = cellsOf(kind);
  for (const row of rows) {
    if (row.job_count === 0 || accounts?.has(row.account_id) === false) continue;
    const day = time.dayStartingAt(row.start_time);
    const cells = days.get(day) ?? new Map<string, number>();
    days.set(day, cells);
    if (isOpen(row)) continue;
    const cell = cellOf(row);
    cells.set(cell, (cells.get(cell) ?? 0) + row.job_count);
  }
  return days;
}
