import type { EpochMs } from '../../schemas/columns.ts';

/** A UTC calendar day, `YYYY-MM-DD`. Sorts as text in the order of time. */
export type Day = string;

export const DAY_MS = 86_400_000;

/** The UTC day an instant falls on. Throws RangeError for an invalid instant. */
export function utcDay(instant: EpochMs): Day {
  return new Date(instant).toISOString().slice(0, 10);
}

/** Whether a text names a day that exists. */
export function isDay(text: string): text is Day {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(startOfDay(text)) && utcDay(startOfDay(text)) === text
  );
}

/** The instant a day begins; NaN for a day that does not exist. */
export function startOfDay(day: Day): EpochMs {
  return Date.parse(`${day}T00:00:00Z`);
}

export function isMidnight(instant: EpochMs): boolean {
  return instant % DAY_MS === 0;
}

/** The day `count` days after (or, if negative, before) the given one. */
export function addDays(day: Day, count: number): Day {
  return utcDay(startOfDay(day) + count * DAY_MS);
}

/** Every day from the first to the last, both included. */
export function daysBetween(first: Day, last: Day): Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** A UTC calendar month, `YYYY-MM`. Sorts as text in the order of time. */
export type Month = string;

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

/** Whether a text names a month that exists. */
export function isMonth(text: string): text is Month {
  return isDay(`${text}-01`);
}

export function firstDayOf(month: Month): Day {
  return `${month}-01`;
}

/** The month `count` months after (or, if negative, before) the given one. */
export function addMonths(month: Month, count: number): Month {
  const [year = 0, nth = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, nth - 1 + count, 1)).toISOString().slice(0, 7);
}
