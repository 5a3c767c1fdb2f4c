import { addDays, type Day, startOfDay, DAY_MS, utcDay } from '../domain/day.ts';
import { USUAL_DAYS } from './median-rate.ts';
import type { DayRange } from './report-sql.ts';

/** Days shown where none are named: a year, and the month before it to compare with. */
const DEFAULT_DAYS = 400;

export interface DaysAsked {
  /** Days to show. */
  readonly shown: DayRange;
  /** Days to read: those to compare with, too. */
  readonly read: DayRange;
  /** Whether somebody named them. */
  readonly bounded: boolean;
}

/** The days named, as many before them to compare with, and no fewer than tell what is usual. */
export function daysAsked(now: number, from: Day | undefined, to: Day | undefined): DaysAsked {
  const last = to ?? utcDay(now);
  const first = from ?? addDays(last, -DEFAULT_DAYS);
  const shown = { from: first, to: last };
  const bounded = from !== undefined || to !== undefined;
  if (!bounded) return { shown, read: shown, bounded };
  const length = (startOfDay(last) - startOfDay(first)) / DAY_MS + 1;
  const before = Math.min(DEFAULT_DAYS, Math.max(length, USUAL_DAYS));
  return { shown, read: { from: addDays(first, -before), to: last }, bounded };
}
