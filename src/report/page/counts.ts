import { type Ending, endings, type ReportData } from '../report-data.ts';

/** Jobs by how they ended. */
export type Counts = Record<Ending, number>;

/** How jobs end that did not complete. */
export const unsuccessful = ['failed', 'aborted', 'partial', 'expired'] as const satisfies readonly Ending[];

export function noJobs(): Counts {
  return Object.fromEntries(endings.map((ending) => [ending, 0])) as Counts;
}

export function addRow(to: Counts, daily: ReportData['daily'], row: number): void {
  for (const ending of endings) to[ending] += daily[ending][row] ?? 0;
}

export function total(counts: readonly Counts[]): Counts {
  const sum = noJobs();
  for (const count of counts) for (const ending of endings) sum[ending] += count[ending];
  return sum;
}

export const completedOf = (counts: Counts): number => counts.completed + counts.completed_with_issues;

export const unsuccessfulOf = (counts: Counts): number =>
  unsuccessful.reduce((sum, ending) => sum + counts[ending], 0);

export const finishedOf = (counts: Counts): number => completedOf(counts) + unsuccessfulOf(counts);

export const jobsOf = (counts: Counts): number => finishedOf(counts) + counts.unfinished + counts.other;

/** The views' success rate: completed of finished; undefined where nothing ended. */
export function rateOf(counts: Counts): number | undefined {
  const finished = finishedOf(counts);
  return finished === 0 ? undefined : completedOf(counts) / finished;
}
