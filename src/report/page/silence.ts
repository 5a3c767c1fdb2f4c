import { type JobDays, SILENT_DAYS, type Silence, silencesOf } from '../../domain/silence.ts';
import type { ReportData } from '../report-data.ts';
import { unsuccessful } from './counts.ts';
import type { Period } from './period.ts';
import { rowMatcher, type Selection } from './selection.ts';

/** The kind is a position in the report's list, days are positions of days. */
export interface SilentAccount extends Silence<number> {
  readonly account: number;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };
type Jobs = Mutable<JobDays<number>>;

/** Of the period's end, the newest silence first. Where a kind or region is selected, that of the others is not known. */
export function silentAccounts(
  data: ReportData,
  selection: Selection,
  { span: { last } }: Period,
): SilentAccount[] {
  const areAll = selection.kind === undefined && selection.region === undefined;
  return [...jobsByAccount(data, selection, last)]
    .flatMap(([account, jobs]) =>
      silencesOf([...jobs.values()], { allowed: SILENT_DAYS, areAll }).map((silence) => ({
        ...silence,
        account,
      })),
    )
    .toSorted((a, b) => a.days - b.days || a.account - b.account);
}

/** Of each account by its kinds and regions. */
function jobsByAccount(data: ReportData, selection: Selection, last: number): Map<number, Map<number, Jobs>> {
  const { daily, regions } = data;
  const matches = rowMatcher(daily, selection);
  const lastKnown = lastKnownDays(data, last);
  const accounts = new Map<number, Map<number, Jobs>>();
  for (const row of inOrderOfDays(daily.day)) {
    const [day = 0, account = 0, kind = 0, region = 0] = [
      daily.day,
      daily.account,
      daily.kind,
      daily.region,
    ].map((column) => column[row]);
    if (day > last || !matches(row)) continue;
    const own = accounts.get(account) ?? new Map<number, Jobs>();
    accounts.set(account, own);
    const place = kind * regions.length + region;
    const jobs = own.get(place) ?? noJobsSince(day, kind, lastKnown.get(place) ?? last);
    own.set(place, jobs);
    addDay(jobs, day, daily, row);
  }
  return accounts;
}

function inOrderOfDays(days: readonly number[]): number[] {
  return [...days.keys()].toSorted((a, b) => (days[a] ?? 0) - (days[b] ?? 0));
}

function noJobsSince(day: number, kind: number, until: number): Jobs {
  return {
    kind,
    until,
    firstJob: day,
    firstCompleted: undefined,
    lastCompleted: undefined,
    daysCompleted: 0,
    lastFailed: undefined,
  };
}

function addDay(jobs: Jobs, day: number, daily: ReportData['daily'], row: number): void {
  if (unsuccessful.some((ending) => (daily[ending][row] ?? 0) > 0)) jobs.lastFailed = day;
  if ((daily.completed[row] ?? 0) + (daily.completed_with_issues[row] ?? 0) === 0) return;
  jobs.firstCompleted ??= day;
  if (jobs.lastCompleted !== day) jobs.daysCompleted += 1;
  jobs.lastCompleted = day;
}

/** By kind and region, the last day a good pull saw: nobody is silent because nobody pulled. */
function lastKnownDays({ coverage, regions }: ReportData, last: number): Map<number, number> {
  const known = new Map<number, number>();
  coverage.day.forEach((day, row) => {
    if (day > last || (coverage.pulled[row] ?? 0) === 0) return;
    const place = (coverage.kind[row] ?? 0) * regions.length + (coverage.region[row] ?? 0);
    known.set(place, Math.max(day, known.get(place) ?? day));
  });
  return known;
}
