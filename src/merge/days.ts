import type { EpochMs } from '../../schemas/columns.ts';
import { DAY_MS, type Day, daysBetween, startOfDay } from '../domain/day.ts';
import { type Account, accountsOf, type RowsByAccount, type RowsByDay } from '../domain/row.ts';
import type { Slice } from '../domain/slice.ts';
import type { DaySnapshot } from './merge.ts';

/** All that a pull knows about its slice's days. */
export interface SliceSnapshot {
  readonly slice: Slice;
  readonly rows: RowsByDay;
  readonly observedAt: EpochMs;
  /** Whether a day may be shown incompletely, beside those that a rolling window may cut. */
  readonly isDoubtful: (day: Day) => boolean;
}

/** A window of fourteen days that rolls by the hour cuts the days that began longer ago than this. */
const WHOLE_FOR_MS = 13 * DAY_MS;

/** Every day a pull speaks for, from the first to the last it returned, and what it has to say of it. */
export function daysOf(snapshot: SliceSnapshot): { readonly startDate: Day; readonly day: DaySnapshot }[] {
  const { slice, rows, observedAt, isDoubtful } = snapshot;
  const accounts = accountsOf(rows);
  const days = [...rows.keys()].toSorted();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const oldest = oldestDays(rows, days);
  return daysBetween(first, last).map((startDate) => {
    const returned: RowsByAccount = rows.get(startDate) ?? new Map();
    const isAllDoubtful =
      isDoubtful(startDate) || startDate === first || startOfDay(startDate) < observedAt - WHOLE_FOR_MS;
    const isDoubtfulFor = (account: Account) =>
      isAllDoubtful || startDate <= (oldest.get(account) ?? startDate);
    return { startDate, day: { kind: slice.kind, observedAt, returned, accounts, isDoubtfulFor } };
  });
}

/** The oldest day of each account with a count above zero: a window that cuts a day may cut it for each account elsewhere. */
function oldestDays(rows: RowsByDay, days: readonly Day[]): ReadonlyMap<Account, Day> {
  const oldest = new Map<Account, Day>();
  for (const day of days)
    for (const [account, own] of rows.get(day) ?? [])
      if (!oldest.has(account) && own.some((row) => row.job_count > 0)) oldest.set(account, day);
  return oldest;
}
