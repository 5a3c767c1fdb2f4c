import type { ReportData } from '../report-data.ts';
import type { Selection } from './selection.ts';

/** Days by position, the first and the last included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** The days the numbers are about. */
export interface Period {
  readonly span: Span;
  /** As many days right before; undefined where the ledger does not reach so far back. */
  readonly before: Span | undefined;
  /** `Last 7 days`, `2026-11-20`. */
  readonly title: string;
  /** `in the last 7 days`, `on 2026-11-20`. */
  readonly words: string;
  /** `the week before`, `the day before`. */
  readonly beforeWords: string;
  /** Whether it is the newest days because nobody asked for others. */
  readonly isDefault: boolean;
}

const WEEK = 7;

export const lengthOf = ({ first, last }: Span): number => last - first + 1;

/**
 * The days selected, else those the report was asked for, else the week to the newest day that is over and has jobs.
 * `newest` is the position of that day.
 */
export function periodOf(data: ReportData, selection: Selection, newest: number): Period {
  const { days, shown_from: shownFrom, bounded, yesterday } = data;
  const day = (at: number) => days[at] ?? '';
  if (selection.from !== undefined && selection.to !== undefined)
    return named({ first: selection.from, last: selection.to }, day);
  if (bounded) {
    const over = days.findLastIndex((each) => each <= yesterday);
    return named({ first: shownFrom, last: Math.max(shownFrom, over) }, day);
  }
  const span = { first: Math.max(shownFrom, newest - WEEK + 1), last: newest };
  const length = lengthOf(span);
  const isCurrent = day(newest) === yesterday;
  return {
    span,
    before: spanBefore(span),
    title: isCurrent ? `Last ${length} days` : `${length} days to ${day(newest)}`,
    words: isCurrent ? `in the last ${length} days` : `in the ${length} days to ${day(newest)}`,
    beforeWords: 'the week before',
    isDefault: true,
  };
}

function named(span: Span, day: (at: number) => string): Period {
  const [first, last, length] = [day(span.first), day(span.last), lengthOf(span)];
  const isDay = length === 1;
  return {
    span,
    before: spanBefore(span),
    title: isDay ? first : `${first} to ${last}`,
    words: isDay ? `on ${first}` : `from ${first} to ${last}`,
    beforeWords: isDay ? 'the day before' : length === WEEK ? 'the week before' : `the ${length} days before`,
    isDefault: false,
  };
}

function spanBefore({ first, last }: Span): Span | undefined {
  const before = { first: first - (last - first) - 1, last: first - 1 };
  return before.first >= 0 ? before : undefined;
}

/** Above so many days a bar is a week. */
const MAX_DAYS_BY_DAY = 120;

/** The bars of a chart: days, or weeks that end with the last day. The first week may be shorter. */
export function binsOf({ first, last }: Span): Span[] {
  const step = last - first + 1 > MAX_DAYS_BY_DAY ? WEEK : 1;
  const bins: Span[] = [];
  for (let end = last; end >= first; end -= step)
    bins.push({ first: Math.max(first, end - step + 1), last: end });
  return bins.toReversed();
}

/** Days before a period by which what is new or unusual in it is known. */
const EARLIER_DAYS = 28;

export const earlierDays = ({ first }: Span): Span => ({ first: first - EARLIER_DAYS, last: first - 1 });

export const isIn = (at: number, { first, last }: Span): boolean => at >= first && at <= last;
