import type { ReportData, TroubleName } from '../report-data.ts';
import { binFinder } from './accounts.ts';
import { earlierDays, isIn, type Period, type Span } from './period.ts';
import { rowMatcher, type Selection } from './selection.ts';

/** Jobs in trouble, those completed with issues included, of one reason or resource type. */
export interface NamedTrouble {
  /** Position in the report's list of such names. */
  readonly at: number;
  readonly name: string;
  now: number;
  before: number;
  /** On each of the days of the four weeks before the period, if any. */
  readonly earlier: Map<number, number>;
  readonly bars: number[];
}

export function troubleByName(
  data: ReportData,
  by: TroubleName,
  {
    selection,
    period: { span, before },
    bins,
  }: { readonly selection: Selection; readonly period: Period; readonly bins: readonly Span[] },
): NamedTrouble[] {
  const { trouble, trouble_names: names } = data;
  const matches = rowMatcher(trouble, selection);
  const binOf = binFinder(bins);
  const earlier = earlierDays(span);
  const sums = names[by].map((name, at): NamedTrouble => {
    return { at, name, now: 0, before: 0, earlier: new Map(), bars: bins.map(() => 0) };
  });
  trouble.jobs.forEach((jobs, row) => {
    const [sum, day] = [sums[trouble[by][row] ?? -1], trouble.day[row] ?? 0];
    if (!sum || !matches(row)) return;
    if (isIn(day, span)) sum.now += jobs;
    if (before && isIn(day, before)) sum.before += jobs;
    if (isIn(day, earlier)) sum.earlier.set(day, (sum.earlier.get(day) ?? 0) + jobs);
    const bin = binOf(day);
    if (bin !== undefined) sum.bars[bin] = (sum.bars[bin] ?? 0) + jobs;
  });
  return sums;
}

/** Without so many days before, nothing can be called new. */
const MIN_KNOWN_DAYS = 7;

export function newReasons(reasons: readonly NamedTrouble[], { span }: Period): NamedTrouble[] {
  if (span.first < MIN_KNOWN_DAYS) return [];
  return reasons
    .filter(({ now, earlier }) => now > 0 && earlier.size === 0)
    .toSorted((a, b) => b.now - a.now);
}
