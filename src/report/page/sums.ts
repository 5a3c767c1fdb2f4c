import { groupBy } from '../../domain/group-by.ts';
import { type Ending, endings, type ReportData, type TroubleName } from '../report-data.ts';

/** What is shown: a position in the report's lists, or everything. */
export interface Filter {
  readonly kind: number | undefined;
  readonly region: number | undefined;
  readonly account: number | undefined;
}

/** Jobs by how they ended. */
export type Counts = Record<Ending, number>;

type Columns = Readonly<Partial<Record<'kind' | 'region' | 'account', readonly number[]>>>;

function matcher(columns: Columns, filter: Filter): (row: number) => boolean {
  const tests = (['kind', 'region', 'account'] as const).flatMap((name) => {
    const [column, wanted] = [columns[name], filter[name]];
    return column && wanted !== undefined ? [{ column, wanted }] : [];
  });
  return (row) => tests.every(({ column, wanted }) => column[row] === wanted);
}

export function noJobs(): Counts {
  return Object.fromEntries(endings.map((ending) => [ending, 0])) as Counts;
}

function add(to: Counts, daily: ReportData['daily'], row: number): void {
  for (const ending of endings) to[ending] += daily[ending][row] ?? 0;
}

/** Jobs of each day. */
export function byDay({ daily, days }: ReportData, filter: Filter): Counts[] {
  const sums = days.map(noJobs);
  const matches = matcher(daily, filter);
  daily.day.forEach((day, row) => {
    const sum = sums[day];
    if (sum && matches(row)) add(sum, daily, row);
  });
  return sums;
}

export function total(counts: readonly Counts[]): Counts {
  const sum = noJobs();
  for (const count of counts) for (const ending of endings) sum[ending] += count[ending];
  return sum;
}

export const completedOf = (counts: Counts): number => counts.completed + counts.completed_with_issues;

export const finishedOf = (counts: Counts): number =>
  completedOf(counts) + counts.failed + counts.aborted + counts.partial + counts.expired;

export const jobsOf = (counts: Counts): number => finishedOf(counts) + counts.unfinished + counts.other;

/** The views' success rate: completed of finished; undefined where nothing ended. */
export function rateOf(counts: Counts): number | undefined {
  const finished = finishedOf(counts);
  return finished === 0 ? undefined : completedOf(counts) / finished;
}

/** Jobs of one account over the days shown, and of each day. */
export interface AccountSums {
  readonly account: number;
  readonly name: string;
  readonly all: Counts;
  readonly last28: Counts;
  readonly last7: Counts;
  /** Position of the last day with a job. */
  readonly lastDay: number;
  /** Jobs in trouble on each day. */
  readonly trouble: readonly number[];
}

export function byAccount(data: ReportData, filter: Filter): AccountSums[] {
  const { daily, days } = data;
  const matches = matcher(daily, filter);
  const newest = days.length - 1;
  const found = new Map<
    number,
    { all: Counts; last28: Counts; last7: Counts; lastDay: number; trouble: number[] }
  >();
  daily.account.forEach((account, row) => {
    if (!matches(row)) return;
    const day = daily.day[row] ?? 0;
    const sums = found.get(account) ?? {
      all: noJobs(),
      last28: noJobs(),
      last7: noJobs(),
      lastDay: 0,
      trouble: days.map(() => 0),
    };
    found.set(account, sums);
    add(sums.all, daily, row);
    if (day > newest - 28) add(sums.last28, daily, row);
    if (day > newest - 7) add(sums.last7, daily, row);
    sums.lastDay = Math.max(sums.lastDay, day);
    sums.trouble[day] = (sums.trouble[day] ?? 0) + troubleAt(daily, row);
  });
  return [...found].map(([account, sums]) => ({ account, name: accountName(data, account), ...sums }));
}

function troubleAt(daily: ReportData['daily'], row: number): number {
  const names = ['failed', 'aborted', 'partial', 'expired'] as const;
  return names.reduce((sum, name) => sum + (daily[name][row] ?? 0), 0);
}

export function accountName({ accounts, other_accounts: others }: ReportData, account: number): string {
  const name = accounts[account];
  return name === undefined ? `${others.toLocaleString('en')} other accounts` : name || 'no account';
}

/** Jobs in trouble by what was said of them, most first. */
export interface NamedSums {
  readonly name: string;
  readonly jobs: number;
  readonly days: readonly number[];
}

export function byName(
  { days, trouble, trouble_names: names }: ReportData,
  by: TroubleName,
  filter: Filter,
): NamedSums[] {
  const matches = matcher(trouble, filter);
  const sums = names[by].map((name) => ({ name, jobs: 0, days: days.map(() => 0) }));
  trouble.jobs.forEach((jobs, row) => {
    const sum = sums[trouble[by][row] ?? -1];
    const day = trouble.day[row] ?? 0;
    if (!sum || !matches(row)) return;
    sum.jobs += jobs;
    sum.days[day] = (sum.days[day] ?? 0) + jobs;
  });
  return sums.filter(({ jobs }) => jobs > 0).toSorted((a, b) => b.jobs - a.jobs);
}

/** What good pulls saw of each day. */
export interface DayCoverage {
  slices: number;
  pulled: number;
  lost: number;
  mismatched: number;
  unfinished: number;
}

/** Whether good pulls saw the day, in every slice there is. */
export const isSeen = ({ slices, pulled }: DayCoverage): boolean => slices > 0 && pulled >= slices;

export function coverageByDay({ coverage, days }: ReportData, filter: Filter): DayCoverage[] {
  const matches = matcher(coverage, { ...filter, account: undefined });
  const sums = days.map((): DayCoverage => ({ slices: 0, pulled: 0, lost: 0, mismatched: 0, unfinished: 0 }));
  coverage.day.forEach((day, row) => {
    const sum = sums[day];
    if (!sum || !matches(row)) return;
    for (const name of ['slices', 'pulled', 'lost', 'mismatched', 'unfinished'] as const)
      sum[name] += coverage[name][row] ?? 0;
  });
  return sums;
}

/** What is known of one kind and region as a whole. */
export interface SliceFreshness {
  readonly kind: string;
  readonly region: string;
  readonly newestDay: string;
  readonly lastObserved: string;
  readonly notSeen: number;
  readonly lost: number;
  readonly matched: number;
  readonly mismatched: number;
  readonly unfinished: number;
}

export function freshness(data: ReportData, filter: Filter): SliceFreshness[] {
  const { coverage, kinds, regions, days, last_observed: last } = data;
  const matches = matcher(coverage, { ...filter, account: undefined });
  const rows = groupBy(
    [...coverage.day.keys()].filter(matches),
    (row) => `${coverage.kind[row]} ${coverage.region[row]}`,
  );
  return [...rows].map(([slice, of]) => {
    const [kind = 0, region = 0] = slice.split(' ').map(Number);
    const sum = (name: 'lost' | 'matched' | 'mismatched' | 'unfinished') =>
      of.reduce((all, row) => all + (coverage[name][row] ?? 0), 0);
    const seen = of.filter((row) => (coverage.pulled[row] ?? 0) > 0);
    const newest = Math.max(-1, ...seen.map((row) => coverage.day[row] ?? 0));
    const at = last.at.findIndex((_, index) => last.kind[index] === kind && last.region[index] === region);
    const notSeen = of.filter((row) => (coverage.pulled[row] ?? 0) < (coverage.slices[row] ?? 0)).length;
    return {
      kind: kinds[kind] ?? '',
      region: regions[region] ?? '',
      newestDay: days[newest] ?? 'none',
      lastObserved: last.at[at]?.slice(0, 16) ?? 'never',
      notSeen,
      lost: sum('lost'),
      matched: sum('matched'),
      mismatched: sum('mismatched'),
      unfinished: sum('unfinished'),
    };
  });
}
