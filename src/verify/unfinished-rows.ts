import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import { factsOf, type Kind } from '../../schemas/kinds.ts';
import { addDays, type Day, utcDay } from '../domain/day.ts';
import { isUnfinished } from '../domain/row.ts';
import { counted } from '../domain/show.ts';

/** Adds up rows of jobs that never ended on days AWS shows no more: nothing will bring them up to date. */
export function createUnfinishedRows(now: EpochMs) {
  const byTable = new Map<string, { rows: number; jobs: number; from: Day; to: Day }>();
  return {
    see(
      { table, day: startDate }: { readonly table: string; readonly day: Day },
      { kind, rows }: { readonly kind: Kind; readonly rows: readonly SummaryRow[] },
    ): void {
      if (startDate >= addDays(utcDay(now), -factsOf(kind).historyDays)) return;
      const open = rows.filter(isUnfinished(kind));
      if (open.length === 0) return;
      const found = byTable.get(table) ?? { rows: 0, jobs: 0, from: startDate, to: startDate };
      byTable.set(table, {
        rows: found.rows + open.length,
        jobs: found.jobs + open.reduce((sum, row) => sum + row.job_count, 0),
        from: startDate < found.from ? startDate : found.from,
        to: startDate > found.to ? startDate : found.to,
      });
    },
    /** One sentence a table. */
    warnings(): { readonly table: string; readonly message: string }[] {
      return Array.from(byTable, ([table, { rows, jobs, from, to }]) => ({
        table,
        message: `${counted(rows, 'row')} (${counted(jobs, 'job')}) of ${from} to ${to} unfinished for ever: AWS showed no end of them in time`,
      }));
    },
  };
}
