import type { Freshness, ReportData } from '../report-data.ts';
import { groupBy } from '../../domain/group-by.ts';
import { rowMatcher, type Selection } from './selection.ts';

/** What good pulls saw of each day. */
export interface DayCoverage {
  slices: number;
  pulled: number;
  lost: number;
}

/** Whether good pulls saw the day, in every slice there is. */
export const isSeen = ({ slices, pulled }: DayCoverage): boolean => slices > 0 && pulled >= slices;

export function coverageByDay({ coverage, days }: ReportData, selection: Selection): DayCoverage[] {
  const matches = rowMatcher(coverage, selection);
  const sums = days.map((): DayCoverage => ({ slices: 0, pulled: 0, lost: 0 }));
  coverage.day.forEach((day, row) => {
    const sum = sums[day];
    if (!sum || !matches(row)) return;
    for (const name of ['slices', 'pulled', 'lost'] as const) sum[name] += coverage[name][row] ?? 0;
  });
  return sums;
}

/** How far the whole ledger reaches, of the kind and region that are selected. */
export interface Reach {
  readonly slices: readonly Freshness[];
  /** Those that end before yesterday. */
  readonly behind: readonly Freshness[];
  /** The last day seen of any; undefined where none was in the last weeks. */
  readonly newest: string | undefined;
}

export function reachOf(data: ReportData, { kind, region }: Selection): Reach {
  const { kinds, regions, freshness, yesterday } = data;
  const slices = freshness.filter(
    (slice) =>
      (kind === undefined || slice.kind === kinds[kind]) &&
      (region === undefined || slice.region === regions[region]),
  );
  const newest = slices
    .map(({ newest_day: day }) => day ?? '')
    .toSorted()
    .at(-1);
  return {
    slices,
    behind: slices.filter(({ newest_day: day }) => (day ?? '') < yesterday),
    newest: newest || undefined,
  };
}

/** Days of one kind and region, of those shown. */
export interface SliceCoverage extends Freshness {
  readonly notSeen: number;
  readonly lost: number;
  readonly matched: number;
  readonly mismatched: number;
  readonly unfinished: number;
}

export function coverageBySlice(data: ReportData, selection: Selection): SliceCoverage[] {
  const { coverage, kinds, regions, shown_from: from } = data;
  const matches = rowMatcher(coverage, selection);
  const rows = groupBy(
    [...coverage.day.keys()].filter((row) => matches(row) && (coverage.day[row] ?? 0) >= from),
    (row) => `${kinds[coverage.kind[row] ?? -1]} ${regions[coverage.region[row] ?? -1]}`,
  );
  return reachOf(data, selection).slices.map((slice) => {
    const own = rows.get(`${slice.kind} ${slice.region}`) ?? [];
    const sum = (name: 'lost' | 'matched' | 'mismatched' | 'unfinished') =>
      own.reduce((all, row) => all + (coverage[name][row] ?? 0), 0);
    const notSeen = own.filter((row) => (coverage.pulled[row] ?? 0) < (coverage.slices[row] ?? 0)).length;
    return {
      ...slice,
      notSeen,
      lost: sum('lost'),
      matched: sum('matched'),
      mismatched: sum('mismatched'),
      unfinished: sum('unfinished'),
    };
  });
}
