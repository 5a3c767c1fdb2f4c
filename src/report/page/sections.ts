import type { ReportData } from '../report-data.ts';
import type { DayState } from './calendar-chart.ts';
import { drawSparkline } from './sparkline.ts';
import { byId, element } from './dom.ts';
import { capital, change, count, label, percent } from './format.ts';
import {
  type AccountSums,
  type Counts,
  type DayCoverage,
  finishedOf,
  completedOf,
  type Filter,
  freshness,
  isSeen,
  jobsOf,
  type NamedSums,
  rateOf,
  total,
} from './sums.ts';
import { endings } from '../report-data.ts';

/** The headline: what somebody wants to know who has ten seconds. */
export function showHeadline(
  { days, yesterday }: ReportData,
  counts: readonly Counts[],
  accounts: readonly AccountSums[],
  coverage: readonly DayCoverage[],
): void {
  const newest = days.length - 1;
  const at = days.indexOf(yesterday);
  const window = (length: number, back = 0) =>
    total(counts.slice(Math.max(0, newest + 1 - length - back), Math.max(0, newest + 1 - back)));
  const day = at === -1 ? undefined : rateOf(counts[at] ?? total([]));
  const dayBefore = at < 1 ? undefined : rateOf(counts[at - 1] ?? total([]));
  const [week, weekBefore] = [window(7), window(7, 7)];
  const [month, monthBefore] = [window(28), window(28, 28)];
  const failing = accounts.filter(({ last7 }) => finishedOf(last7) > completedOf(last7)).length;
  const missing = coverage.filter((covered) => !isSeen(covered)).length;
  const newestDay = days[counts.findLastIndex((sum) => jobsOf(sum) > 0)];
  const lost = coverage.filter((covered) => covered.lost > 0).length;
  const cards: readonly (readonly [title: string, value: string, note: string])[] = [
    [
      'Success yesterday',
      percent(day),
      at === -1 ? `${yesterday} is not in the ledger` : change(day, dayBefore),
    ],
    ['Last 7 days', percent(rateOf(week)), change(rateOf(week), rateOf(weekBefore))],
    ['Last 28 days', percent(rateOf(month)), change(rateOf(month), rateOf(monthBefore))],
    ['Jobs, 7 days', count(jobsOf(week)), `${count(jobsOf(weekBefore))} the week before`],
    ['Accounts with trouble', count(failing), 'in the last 7 days'],
    [
      'Newest day',
      newestDay ?? 'none',
      yesterday === newestDay ? 'up to date' : `yesterday was ${yesterday}`,
    ],
    ['Days not seen whole', count(missing), lost > 0 ? `${count(lost)} lost for good` : 'none lost for good'],
  ];
  byId('headline').replaceChildren(
    ...cards.map(([title, value, note]) =>
      element(
        'div',
        {},
        element('dt', {}, title),
        element('dd', {}, value),
        element('dd', { class: 'note' }, note),
      ),
    ),
  );
}

/** The numbers of the daily chart, for those who cannot or do not want to see it. */
export function showDailyTable({ days }: ReportData, counts: readonly Counts[]): void {
  const used = endings.filter((ending) => counts.some((sum) => sum[ending] > 0));
  const titles = ['Day', 'Jobs', ...used.map(label), 'Success'];
  const rows = days.map((day, at) => {
    const sum = counts[at] ?? total([]);
    const cells = [jobsOf(sum), ...used.map((ending) => sum[ending])].map(count);
    return [day, ...cells, percent(rateOf(sum))];
  });
  showTable('daily-table', titles, rows.toReversed());
}

/** What the colours of the calendar mean, and how many days have each. */
export function showLegend(states: readonly DayState[]): void {
  const items = states.map(({ name, colour, days }) => {
    const swatch = element('span', { class: 'swatch', style: `background: var(--${colour})` });
    return element('li', {}, swatch, `${name}: ${count(days)}`);
  });
  byId('calendar-legend').replaceChildren(...items);
}

/** The most frequent of something, each with how it went. */
export function showTop(id: string, sums: readonly NamedSums[]): void {
  const top = sums.slice(0, 10);
  const all = sums.reduce((sum, { jobs }) => sum + jobs, 0);
  const list = byId(id);
  const items = top.map(({ name, jobs, days }) => {
    const spark = element('div', { class: 'spark', 'aria-hidden': 'true' });
    const share = all === 0 ? '' : ` (${percent(jobs / all)})`;
    const item = element(
      'li',
      {},
      element('span', { class: 'name' }, name),
      spark,
      element('span', { class: 'number' }, `${count(jobs)}${share}`),
    );
    return { item, spark, days };
  });
  list.replaceChildren(...items.map(({ item }) => item));
  if (items.length === 0) list.append(element('li', { class: 'empty' }, 'Nothing: no such job.'));
  for (const { spark, days } of items) drawSparkline(spark, days);
}

export function topAccounts(accounts: readonly AccountSums[]): NamedSums[] {
  return accounts
    .map(({ name, all, trouble }) => ({ name, jobs: finishedOf(all) - completedOf(all), days: trouble }))
    .filter(({ jobs }) => jobs > 0)
    .toSorted((a, b) => b.jobs - a.jobs);
}

/** Reconciliation and freshness of each kind and region. */
export function showFreshness(data: ReportData, filter: Filter): void {
  const titles = [
    'Kind',
    'Region',
    'Newest day',
    'Last pull (UTC)',
    'Days not seen',
    'Lost',
    'Totals matched',
    'Mismatched',
    'Rows unfinished',
  ];
  const rows = freshness(data, filter).map((slice) => [
    capital(slice.kind),
    slice.region,
    slice.newestDay,
    slice.lastObserved,
    ...[slice.notSeen, slice.lost, slice.matched, slice.mismatched, slice.unfinished].map(count),
  ]);
  showTable('freshness-table', titles, rows, 4);
}

function showTable(
  id: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  firstNumber = 1,
): void {
  const heading = (title: string, at: number) =>
    element('th', { scope: 'col', ...(at >= firstNumber && { class: 'number' }) }, title);
  const cell = (text: string, at: number) =>
    at === 0
      ? element('th', { scope: 'row' }, text)
      : element('td', at >= firstNumber ? { class: 'number' } : {}, text);
  const table = byId(id);
  const body = rows.map((row) => element('tr', {}, ...row.map(cell)));
  const caption = table.querySelector('caption');
  table.replaceChildren(
    ...(caption ? [caption] : []),
    element('thead', {}, element('tr', {}, ...titles.map(heading))),
    element('tbody', {}, ...body),
  );
}
