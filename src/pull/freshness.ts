import type { EpochMs } from '../../schemas/columns.ts';
import { factsOf } from '../../schemas/kinds.ts';
import type { Gap } from '../../schemas/pull-result.ts';
import { addDays, DAY_MS, type Day, utcDay } from '../domain/day.ts';
import { accountsOf, type RowsByDay } from '../domain/row.ts';
import type { Slice } from '../domain/slice.ts';
import { counted } from '../domain/show.ts';

/** A pull this many days after the last one is near the cliff beyond which AWS forgets. */
const LATE_DAYS = 10;

/** When a slice was read, and what it showed. */
export interface Read {
  readonly observedAt: EpochMs;
  /** Start dates of the first and the last row; undefined when there were none. */
  readonly firstDay: Day | undefined;
  readonly lastDay: Day | undefined;
  readonly accounts: number;
}

export function readOf(observedAt: EpochMs, rows: RowsByDay): Read {
  const days = [...rows.keys()].toSorted();
  return { observedAt, firstDay: days[0], lastDay: days.at(-1), accounts: accountsOf(rows).size };
}

/**
 * Start dates that no pull has seen whole: AWS had forgotten them when this one came. The last good pull saw the days
 * before its own; AWS shows the days of the kind's history, today not counted, or more.
 */
export function findGap(slice: Slice, lastGoodAt: EpochMs | undefined, read: Read): Gap | null {
  if (lastGoodAt === undefined || slice.aggregationPeriod !== 'ONE_DAY') return null;
  const from = utcDay(lastGoodAt);
  const oldest = addDays(utcDay(read.observedAt), -factsOf(slice.kind).historyDays);
  const shownFrom = read.firstDay !== undefined && read.firstDay < oldest ? read.firstDay : oldest;
  const to = addDays(shownFrom, -1);
  return from <= to ? { from, to } : null;
}

/** What a person should know of a slice that is read late, or that AWS has not brought up to date: a sentence each. */
export function inspectFreshness(slice: Slice, lastGoodAt: EpochMs | undefined, read: Read): string[] {
  if (slice.aggregationPeriod !== 'ONE_DAY') return [];
  return [...lateness(slice, lastGoodAt, read), ...staleness(read)];
}

function lateness(slice: Slice, lastGoodAt: EpochMs | undefined, read: Read): string[] {
  const days = lastGoodAt === undefined ? 0 : Math.floor((read.observedAt - lastGoodAt) / DAY_MS);
  const { historyDays } = factsOf(slice.kind);
  const gap = findGap(slice, lastGoodAt, read);
  if (gap) {
    return [
      `the last good pull was ${counted(days, 'day')} ago and AWS forgets after ${historyDays}: start dates ${gap.from} to ${gap.to} are lost`,
    ];
  }
  return read.observedAt - (lastGoodAt ?? read.observedAt) > LATE_DAYS * DAY_MS
    ? [`the last good pull was ${counted(days, 'day')} ago; AWS forgets after ${historyDays}`]
    : [];
}

function staleness({ observedAt, lastDay }: Read): string[] {
  const yesterday = addDays(utcDay(observedAt), -1);
  if (lastDay === undefined || lastDay >= yesterday) return [];
  return [
    `the newest day returned is ${lastDay}, not yesterday (${yesterday}): AWS refreshes at about 02:30 UTC, so pull after 03:00`,
  ];
}
