import type { EpochMs } from '../../schemas/columns.ts';
import { factsOf } from '../../schemas/kinds.ts';
import type { Gap } from '../../schemas/pull-result.ts';
import { addDays, DAY_MS, type Day, utcDay } from '../domain/day.ts';
import { accountsOf, eachRow, type RowsByDay } from '../domain/row.ts';
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
  /** As AWS spells them, in order; the first hundred. */
  readonly messageCategories: readonly string[];
}

const MOST_CATEGORIES = 100;

export function readOf(observedAt: EpochMs, rows: RowsByDay): Read {
  const days = [...rows.keys()].toSorted();
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  const messageCategories = categoriesIn(rows);
  return { observedAt, firstDay, lastDay, accounts: accountsOf(rows).size, messageCategories };
}

function categoriesIn(rows: RowsByDay): string[] {
  const found = new Set<string>();
  for (const { message_category: category } of eachRow(rows)) if (category !== null) found.add(category);
  return [...found].toSorted().slice(0, MOST_CATEGORIES);
}

/**
 * Start dates that no pull has seen whole: AWS no longer had them when this one came. The last good pull saw the days
 * before its own; AWS shows the days of the kind's history, today not counted, or more.
 */
export function findGap(slice: Slice, last: LastSeen | undefined, read: Read): Gap | null {
  if (last === undefined || slice.aggregationPeriod !== 'ONE_DAY') return null;
  // A pull that saw no row where there were some says nothing of days.
  if (read.firstDay === undefined && last.accounts > 0) return null;
  const from = utcDay(last.observedAt);
  const oldest = addDays(utcDay(read.observedAt), -factsOf(slice.kind).historyDays);
  const shownFrom = read.firstDay !== undefined && read.firstDay < oldest ? read.firstDay : oldest;
  const to = addDays(shownFrom, -1);
  return from <= to ? { from, to } : null;
}

/** The last good pull that saw any rows. */
export interface LastSeen {
  readonly observedAt: EpochMs;
  readonly accounts: number;
}

/** What a person should know of a slice that is read late, or that AWS has not brought up to date: a sentence each. */
export function inspectFreshness(slice: Slice, last: LastSeen | undefined, read: Read): string[] {
  if (slice.aggregationPeriod !== 'ONE_DAY') return [];
  return [...lateness(slice, last, read), ...staleness(read)];
}

function lateness(slice: Slice, last: LastSeen | undefined, read: Read): string[] {
  const since = last === undefined ? 0 : read.observedAt - last.observedAt;
  const days = Math.floor(since / DAY_MS);
  const { historyDays } = factsOf(slice.kind);
  const gap = findGap(slice, last, read);
  if (gap) {
    return [
      `the last good pull was ${counted(days, 'day')} ago and AWS forgets after ${historyDays}: start dates ${gap.from} to ${gap.to} are lost`,
    ];
  }
  return since > LATE_DAYS * DAY_MS
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
