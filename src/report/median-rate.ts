import type { Day } from '../domain/day.ts';
import type { DailyColumns } from './report-data.ts';

/** Days of which the median tells what is usual. */
export const USUAL_DAYS = 28;

/** The median of the daily success rates of the newest days that are over, all jobs of a day taken together. */
export function medianRate(
  daily: DailyColumns,
  { days, yesterday }: { readonly days: readonly Day[]; readonly yesterday: Day },
): number | null {
  const sums = days.map(() => ({ completed: 0, finished: 0 }));
  daily.day.forEach((day, row) => {
    const sum = sums[day];
    if (!sum) return;
    const count = (name: Exclude<keyof DailyColumns, 'day'>) => daily[name][row] ?? 0;
    const completed = count('completed') + count('completed_with_issues');
    sum.completed += completed;
    sum.finished += completed + count('failed') + count('aborted') + count('partial') + count('expired');
  });
  const rates = sums
    .filter((_, day) => (days[day] ?? '') <= yesterday)
    .slice(-USUAL_DAYS)
    .filter(({ finished }) => finished > 0)
    .map(({ completed, finished }) => completed / finished)
    .toSorted((a, b) => a - b);
  const [lower, upper] = [rates[(rates.length - 1) >> 1], rates[rates.length >> 1]];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}
