import type { Freshness } from '../report-data.ts';
import { finishedOf, rateOf } from './counts.ts';
import { isSeen } from './coverage.ts';
import { count, counted, isSame, listed, percent, points } from './format.ts';
import { type Band, bandOf } from './target.ts';
import type { View } from './view.ts';

/** A piece of a sentence: words, or an account by position. */
export type Piece = string | { readonly account: number };

/** What somebody wants to know who has ten seconds. */
export interface Verdict {
  readonly band: Band | 'unknown';
  readonly title: string;
  readonly sentence: readonly Piece[];
}

/** Accounts that are named. */
const MAX_NAMED = 3;
/** Slices behind that are named. */
const MAX_SLICES_NAMED = 2;

export function verdictOf(view: View): Verdict {
  const rate = rateOf(view.now);
  const { data, period, now } = view;
  if (rate === undefined) {
    const sentence = [`${completeness(view)}, no job ended ${period.words}.`];
    return { band: 'unknown', title: 'No job ended', sentence };
  }
  const band = bandOf(rate, data.target) ?? 'unknown';
  const but = exceptions(view, band);
  return {
    band: but.length > 0 && band === 'good' ? 'near' : band,
    title: [titles[data.target.by][band], ...but].join(', '),
    sentence: [
      `${completeness(view)}, ${percent(rate)} of ${count(finishedOf(now))} jobs succeeded ${period.words}`,
      ...comparisons(view, rate),
      ...gettingWorse(view),
      ...fallenSilent(view),
      '.',
    ],
  };
}

/** What the rate of all does not show. */
function exceptions(view: View, band: Band | 'unknown'): string[] {
  const { reach, changes } = view;
  const isCurrent = reach.behind.length === 0 && unseenDays(view) === 0;
  if (!isCurrent) return ['data incomplete'];
  const { worse } = changes.accounts;
  if (band !== 'good' || view.selection.account !== undefined) return [];
  if (worse.length > 0) return [`but ${counted(worse.length, 'account')} got worse`];
  const silent = silentOnce(view);
  return silent.length > 0 ? [`but ${counted(silent.length, 'account')} fell silent`] : [];
}

const titles = {
  flag: {
    good: 'On target',
    near: 'Just below target',
    below: 'Below target',
    far: 'Far below target',
    unknown: '',
  },
  median: {
    good: 'As usual',
    near: 'Slightly worse than usual',
    below: 'Worse than usual',
    far: 'Much worse than usual',
    unknown: '',
  },
};

function unseenDays({ coverage, period: { span } }: View): number {
  return coverage.slice(span.first, span.last + 1).filter((day) => !isSeen(day)).length;
}

function completeness(view: View): string {
  const { reach, data } = view;
  const { slices, behind, newest } = reach;
  const unseen = unseenDays(view);
  if (slices.length === 0 || newest === undefined) return 'Not pulled in the last weeks';
  if (behind.length === slices.length) return `Complete to ${newest} only`;
  if (behind.length > 0) return `Complete to yesterday but for ${behindWords(behind, slices.length)}`;
  return unseen > 0
    ? `Complete to yesterday (${data.yesterday}) but for ${counted(unseen, 'day')} of these`
    : `Complete to yesterday (${data.yesterday})`;
}

function behindWords(behind: readonly Freshness[], all: number): string {
  if (behind.length > MAX_SLICES_NAMED) return `${count(behind.length)} of ${counted(all, 'slice')}`;
  const named = behind.map(
    ({ kind, region, newest_day: day }) => `${kind} in ${region} (${day ?? 'weeks ago'})`,
  );
  return listed(named).join('');
}

/** Against the target, and against the period before. */
function comparisons({ data: { target }, before, period }: View, rate: number): string[] {
  const rateBefore = before && rateOf(before);
  const said: string[] = [];
  if (target.rate !== null) {
    const what = target.by === 'flag' ? `target of ${percent(target.rate)}` : `usual ${percent(target.rate)}`;
    const difference = rate - target.rate;
    said.push(
      isSame(difference)
        ? target.by === 'flag'
          ? `just on the ${what}`
          : `just the ${what}`
        : `${points(difference)} ${difference > 0 ? 'above' : 'below'} the ${what}`,
    );
  }
  if (rateBefore !== undefined) {
    const difference = rate - rateBefore;
    said.push(
      isSame(difference)
        ? `the same as ${period.beforeWords}`
        : `${points(difference)} ${difference > 0 ? 'better' : 'worse'} than ${period.beforeWords}`,
    );
  }
  return said.length === 0 ? [] : [` – ${said.join(' and ')}`];
}

function gettingWorse({ changes, selection, before, data }: View): Piece[] {
  if (selection.account !== undefined || before === undefined) return [];
  const worse = changes.accounts.worse.filter(({ item }) => item.account < data.accounts.length);
  if (worse.length === 0) return ['; no account got worse'];
  return [
    `; ${counted(worse.length, 'account')} got worse`,
    ...naming(worse.map(({ item: { account } }) => account)),
  ];
}

function fallenSilent(view: View): Piece[] {
  const silent = silentOnce(view);
  if (view.selection.account !== undefined || silent.length === 0) return [];
  return [`; ${counted(silent.length, 'account')} fell silent`, ...naming(silent)];
}

/** Several kinds of one account may be silent. */
function silentOnce({ changes }: View): number[] {
  return [...new Set(changes.silent.map(({ account }) => account))];
}

function naming(accounts: readonly number[]): Piece[] {
  const named = accounts.slice(0, MAX_NAMED).map((account) => ({ account }));
  return [accounts.length > MAX_NAMED ? ', above all ' : ': ', ...listed<Piece>(named)];
}
