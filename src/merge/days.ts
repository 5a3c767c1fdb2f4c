import type { EpochMs } from '../../schemas/columns.ts';
import { type Day, daysBetween } from '../domain/day.ts';
import { accountsOf, type RowsByDay } from '../domain/row.ts';
import type { Slice } from '../domain/slice.ts';
import type { DaySnapshot } from './merge.ts';

/** All that a pull knows about its slice's days. */
export interface SliceSnapshot {
  readonly slice: Slice;
  readonly rows: RowsByDay;
  readonly observedAt: EpochMs;
  /** Whether a day may be shown incompletely; the oldest always may. */
  readonly isDoubtful: (day: Day) => boolean;
}

/** Every day a pull speaks for, from the first to the last it returned, and what it has to say of it. */
export function daysOf({
  slice,
  rows,
  observedAt,
  isDoubtful,
}: SliceSnapshot): { readonly startDate: Day; readonly day: DaySnapshot }[] {
  const accounts = accountsOf(rows);
  const days = [...rows.keys()].toSorted();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  return daysBetween(first, last).map((startDate) => {
    const returned = rows.get(startDate) ?? new Map();
    const doubtful = isDoubtful(startDate) || startDate === first;
    return { startDate, day: { kind: slice.kind, observedAt, returned, accounts, doubtful } };
  });
}
