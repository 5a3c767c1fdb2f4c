import { type Ending, endings, type ReportData } from '../report-data.ts';
import { addRow, type Counts, noJobs, total, unsuccessful } from './counts.ts';
import type { Span } from './period.ts';
import { isOfTrouble, rowMatcher, type Selection } from './selection.ts';

/** Jobs of each day. The reason and the resource type are not looked at: the daily views do not know them. */
export function countsByDay({ daily, days }: ReportData, selection: Selection): Counts[] {
  const sums = days.map(noJobs);
  const matches = rowMatcher(daily, selection);
  daily.day.forEach((day, row) => {
    const sum = sums[day];
    if (sum && matches(row)) addRow(sum, daily, row);
  });
  return sums;
}

/** Endings that are shown as trouble, in the order in which they are stacked. */
export const troubleEndings = [...unsuccessful, 'completed_with_issues'] as const satisfies readonly Ending[];

/** Jobs in trouble of each day, of one reason or resource type where one is selected. */
export function troubleByDay(
  data: ReportData,
  selection: Selection,
  counts: readonly Counts[],
): readonly Counts[] {
  if (!isOfTrouble(selection)) return counts;
  const { trouble, days } = data;
  const sums = days.map(noJobs);
  const matches = rowMatcher(trouble, selection);
  trouble.jobs.forEach((jobs, row) => {
    const [sum, ending] = [sums[trouble.day[row] ?? -1], endingAt(trouble.ending[row])];
    if (sum && ending && matches(row)) sum[ending] += jobs;
  });
  return sums;
}

const endingAt = (at: number | undefined): Ending | undefined => endings[at ?? -1];

export const totalOf = (counts: readonly Counts[], span: Span | undefined): Counts =>
  total(span ? counts.slice(span.first, span.last + 1) : []);

/** Position of the newest day that is over and has jobs of anybody; the last day where none has. */
export function newestDayOf({ daily, days, yesterday }: ReportData): number {
  const over = days.findLastIndex((day) => day <= yesterday);
  const newest = daily.day.reduce((last, day) => (day <= over ? Math.max(last, day) : last), -1);
  return newest === -1 ? days.length - 1 : newest;
}
