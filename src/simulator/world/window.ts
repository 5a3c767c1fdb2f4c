import { type AggregationPeriod, factsOf, type Kind, periodDays } from '../../../schemas/kinds.ts';
import type { Calendar } from './calendar.ts';
import { DAY_SECONDS, type EpochSeconds } from './job-sheet.ts';
import type { World } from './world.ts';

/** The stretch of time one answer counts, and the windows of its rows. */
export interface CountedWindow {
  readonly calendar: Calendar;
  /** Jobs that count before this instant are out: a rolling window cuts its oldest day here. */
  readonly from: EpochSeconds;
  /** Days since the epoch; the last one is not included. */
  readonly firstDay: number;
  readonly endDay: number;
  /** Whether each day has a row of its own. Else one row covers them all. */
  readonly daily: boolean;
}

/** The window an answer covers at an instant. */
export function windowOf(
  request: { readonly kind: Kind; readonly period: AggregationPeriod },
  { window, showToday, calendar }: Pick<World, 'window' | 'showToday'> & { readonly calendar: Calendar },
  now: EpochSeconds,
): CountedWindow {
  const today = calendar.dayOf(now);
  const { days, daily } = reachOf(request.kind, request.period, window);
  const from =
    window === 'rolling' ? now - (now % 3600) - days * DAY_SECONDS : calendar.startOf(today - days);
  return { calendar, from, firstDay: calendar.dayOf(from), endDay: showToday ? today + 1 : today, daily };
}

/**
 * Some kinds ask for all their daily rows by a longer period: theirs all mean daily counts, for so many days back.
 * The others give daily counts of the whole history, or one row for a longer period.
 */
function reachOf(
  kind: Kind,
  period: AggregationPeriod,
  window: World['window'],
): { readonly days: number; readonly daily: boolean } {
  const { historyDays, requestPeriods } = factsOf(kind);
  const history = window === 'rolling' ? historyDays : window;
  const alwaysDaily = requestPeriods.ONE_DAY !== 'ONE_DAY';
  if (period === 'ONE_DAY' && !alwaysDaily) return { days: history, daily: true };
  const days = periodDays[period] >= historyDays ? history : periodDays[period];
  return { days, daily: alwaysDaily };
}

/** StartTime and EndTime of the window's n-th row; EndTime is the first instant after. */
export function boundsOf(
  window: CountedWindow,
  nth: number,
): { readonly StartTime: number; readonly EndTime: number } {
  const { calendar, firstDay, endDay } = window;
  if (!window.daily) return { StartTime: window.from, EndTime: calendar.saidStartOf(endDay) };
  const day = firstDay + nth;
  return { StartTime: calendar.saidStartOf(day), EndTime: calendar.saidStartOf(day + 1) };
}
