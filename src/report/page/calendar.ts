import { groupBy } from '../../domain/group-by.ts';
import { jobsOf, noJobs, rateOf } from './counts.ts';
import { isSeen } from './coverage.ts';
import { byId, element } from './dom.ts';
import { count, percent } from './format.ts';
import { type LegendEntry, legendText, showLegend } from './legend.ts';
import { hrefOf } from './links.ts';
import { isIn } from './period.ts';
import { roving } from './roving.ts';
import { type Band, bandOf, bands, bandWords } from './target.ts';
import type { View } from './view.ts';

/** Months of days: whether each was seen, and how its jobs ended. */

type DayState = Band | 'lost' | 'not-pulled' | 'quiet';

const others: readonly (readonly [DayState, string])[] = [
  ['quiet', 'No job ended'],
  ['not-pulled', 'Not pulled'],
  ['lost', 'Lost: AWS no longer had it'],
];

const WEEK = 7;
const HINT = 'Select a day to look at it alone.';

export function drawCalendar(place: HTMLElement, view: View): void {
  const { data } = view;
  const shown = [...data.days.keys()].slice(data.shown_from);
  const states = new Map(shown.map((at) => [at, stateOf(view, at)]));
  const months = [...groupBy(shown, (at) => data.days[at]?.slice(0, 7) ?? '')];
  const legend = legendOf(view, [...states.values()]);
  const drawn = element('div', { class: 'months' }, ...months.map(([month, own]) => monthOf(month, own)));
  place.replaceChildren(drawn);
  place.setAttribute('aria-label', `Days by what is known of them. ${legend.map(legendText).join('. ')}.`);
  showLegend('calendar-legend', legend);
  roving(drawn, (text) => byId('calendar-readout').replaceChildren(text ?? HINT));

  function monthOf(month: string, own: readonly number[]): HTMLElement {
    const days = own.map((at) => {
      const state = states.get(at) ?? 'quiet';
      return dayLink(view, { at, state, words: legend.find(({ shade }) => shade === state)?.words ?? '' });
    });
    return element(
      'div',
      { class: 'month' },
      element('p', {}, month),
      element('div', { class: 'days' }, ...days),
    );
  }
}

function stateOf({ coverage, counts, data }: View, at: number): DayState {
  const seen = coverage[at];
  if (seen && seen.lost > 0) return 'lost';
  if (!seen || !isSeen(seen)) return 'not-pulled';
  return bandOf(rateOf(counts[at] ?? noJobs()), data.target) ?? 'quiet';
}

function legendOf({ data: { target } }: View, states: readonly DayState[]): LegendEntry[] {
  const all = [...bands.map((band) => [band, bandWords(band, target)] as const), ...others];
  return all.map(([state, words]) => ({
    shade: state,
    words,
    number: states.filter((each) => each === state).length,
  }));
}

function dayLink(
  view: View,
  { at, state, words }: { readonly at: number; readonly state: DayState; readonly words: string },
): HTMLElement {
  const { data, counts, period, selection } = view;
  const day = data.days[at] ?? '';
  const sum = counts[at] ?? noJobs();
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + WEEK - 1) % WEEK;
  return element('a', {
    href: hrefOf(view, { from: at, to: at }),
    class: `mark day ${state}${isIn(at, period.span) ? ' within' : ''}`,
    style: `grid-column: ${weekday + 1}`,
    'data-key': `day ${at}`,
    'aria-label': `${day}: ${words}; ${count(jobsOf(sum))} jobs, ${percent(rateOf(sum))} succeeded`,
    'aria-current': selection.from === at && selection.to === at ? 'true' : undefined,
  });
}
