import { type Counts, finishedOf, jobsOf, rateOf, unsuccessfulOf } from './counts.ts';
import { isSeen } from './coverage.ts';
import { totalOf } from './days.ts';
import { change, count, counted, percent, uncapital } from './format.ts';
import { lengthOf, type Period, type Span } from './period.ts';
import { type Band, bandOf } from './target.ts';
import type { View } from './view.ts';

export interface Tile {
  readonly title: string;
  readonly value: string;
  readonly note: string;
  readonly band?: Band | undefined;
}

/** The numbers of the period, each with what it is compared with. */
export function tilesOf(view: View): Tile[] {
  const { period, now, before } = view;
  const newest = period.isDefault ? newestRates(view) : [rateTile(view, period), ...worstDay(view)];
  const jobs = { title: 'Jobs', ...comparedCount(jobsOf(now), before && jobsOf(before), period) };
  return [...newest, ...(period.isDefault ? [] : [jobs]), ...countTiles(view), ...coverageTiles(view)];
}

type RatedSpan = Pick<Period, 'span' | 'before' | 'title' | 'beforeWords'>;

/** The newest day, its week, and four weeks. */
function newestRates(view: View): Tile[] {
  const { period, data } = view;
  const { last } = period.span;
  const day = data.days[last] ?? '';
  const newest = { ...spansOf(last, 1), title: day === data.yesterday ? 'Yesterday' : day };
  return [
    rateTile(view, { ...newest, beforeWords: 'the day before' }),
    rateTile(view, period),
    rateTile(view, { ...spansOf(last, 28), title: '28 days', beforeWords: 'the 28 before' }),
  ];
}

function spansOf(last: number, length: number): { readonly span: Span; readonly before: Span | undefined } {
  const first = last - length + 1;
  return {
    span: { first: Math.max(0, first), last },
    before: first - length >= 0 ? { first: first - length, last: first - 1 } : undefined,
  };
}

const NOTHING_BEFORE = 'nothing to compare with';

function rateTile({ counts, data }: View, { span, before, title, beforeWords }: RatedSpan): Tile {
  const rate = rateOf(totalOf(counts, span));
  const changed = change(rate, rateOf(totalOf(counts, before)));
  const note = changed === '' ? NOTHING_BEFORE : `${changed} on ${beforeWords}`;
  return {
    title: `Success, ${uncapital(title)}`,
    value: percent(rate),
    note: changed === 'no change' ? `as ${beforeWords}` : note,
    band: bandOf(rate, data.target),
  };
}

/** Of several. */
function worstDay({ counts, data, period: { span } }: View): Tile[] {
  if (lengthOf(span) === 1) return [];
  const rates = counts.slice(span.first, span.last + 1).flatMap((sum, at) => {
    const rate = rateOf(sum);
    return rate === undefined ? [] : [{ rate, day: data.days[span.first + at] ?? '' }];
  });
  const [worst] = rates.toSorted((a, b) => a.rate - b.rate);
  return [
    {
      title: 'Worst day',
      value: worst?.day ?? '–',
      note: worst ? `${percent(worst.rate)} success` : 'no job ended',
      band: bandOf(worst?.rate, data.target),
    },
  ];
}

function countTiles(view: View): Tile[] {
  const { trouble, period, accounts, data } = view;
  const tile = (title: string, of: (counts: Counts) => number): Tile => {
    const before = period.before && of(totalOf(trouble, period.before));
    return { title, ...comparedCount(of(totalOf(trouble, period.span)), before, period) };
  };
  const rated = accounts.filter(({ now }) => finishedOf(now) > 0);
  const below = rated.filter(({ now }) => bandOf(rateOf(now), data.target) !== 'good');
  return [
    tile('Not successful', unsuccessfulOf),
    tile('Completed with issues', ({ completed_with_issues: issues }) => issues),
    {
      title: data.target.by === 'flag' ? 'Accounts below target' : 'Accounts below usual',
      value: count(below.length),
      note: `of ${counted(rated.length, 'account')} with jobs`,
    },
  ];
}

function comparedCount(
  now: number,
  before: number | undefined,
  { beforeWords }: Period,
): Pick<Tile, 'value' | 'note'> {
  return {
    value: count(now),
    note: before === undefined ? NOTHING_BEFORE : `${count(before)} ${beforeWords}`,
  };
}

/** How far the ledger reaches, and what is missing of the days looked at. */
function coverageTiles({ data, reach, coverage, period }: View): Tile[] {
  const { days, shown_from: from, yesterday } = data;
  const span = period.isDefault ? { first: from, last: days.length - 1 } : period.span;
  const own = coverage.slice(span.first, span.last + 1);
  const lost = own.filter(({ lost: times }) => times > 0).length;
  const { newest, behind, slices } = reach;
  const behindNote = `${count(behind.length)} of ${counted(slices.length, 'slice')} behind`;
  return [
    {
      title: 'Newest day',
      value: newest ?? 'none',
      note:
        newest !== yesterday ? `yesterday was ${yesterday}` : behind.length > 0 ? behindNote : 'up to date',
    },
    {
      title: 'Days not seen whole',
      value: count(own.filter((day) => !isSeen(day)).length),
      note: lost > 0 ? `${count(lost)} lost for good` : 'none lost for good',
    },
  ];
}
