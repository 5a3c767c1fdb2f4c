import type { Ending } from '../report-data.ts';
import { explain } from './computed.ts';
import { completedOf, jobsOf, noJobs, rateOf, unsuccessfulOf } from './counts.ts';
import { coverageBySlice } from './coverage.ts';
import { troubleEndings } from './days.ts';
import { byId, type Child, element } from './dom.ts';
import { capital, count, label, percent } from './format.ts';
import { hrefOf, linkTo } from './links.ts';
import { showPaged } from './paged.ts';
import { byDaySql, coverageSql } from './sql.ts';
import type { View } from './view.ts';

/** What the charts show, as numbers, and what is known of each kind and region. */

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => Child;
  /** Left out on a phone, or on anything narrow. */
  readonly hides?: 'on-phones' | 'when-narrow';
  readonly isText?: boolean;
}

export function headingsOf<T>(
  columns: readonly Column<T>[],
  content: (column: Column<T>, at: number) => Child,
): HTMLElement {
  const cells = columns.map((column, at) =>
    element('th', { scope: 'col', class: classOf(column, at) }, content(column, at)),
  );
  return element('tr', {}, ...cells);
}

export function rowOf<T>(columns: readonly Column<T>[], item: T): HTMLElement {
  const cells = columns.map((column, at) =>
    at === 0
      ? element('th', { scope: 'row', class: classOf(column, at) }, column.cell(item))
      : element('td', { class: classOf(column, at) }, column.cell(item)),
  );
  return element('tr', {}, ...cells);
}

function classOf<T>({ hides, isText }: Column<T>, at: number): string {
  return [at === 0 || isText ? '' : 'number', hides ?? ''].join(' ').trim();
}

const DAYS = 14;

/** The numbers of the charts, day by day, the newest first. */
export function showDailyTable(view: View): void {
  const { data, counts } = view;
  const shown = [...data.days.keys()].slice(data.shown_from).toReversed();
  const sum = (day: number) => counts[day] ?? noJobs();
  const columns: Column<number>[] = [
    {
      title: 'Day',
      cell: (day) =>
        element('a', { href: hrefOf(view, { from: day, to: day }), class: 'drill' }, data.days[day] ?? ''),
    },
    { title: 'Jobs', cell: (day) => count(jobsOf(sum(day))) },
    { title: 'Completed', cell: (day) => count(completedOf(sum(day))), hides: 'when-narrow' },
    ...troubleEndings.map(endingColumn),
    { title: 'Not successful', cell: (day) => count(unsuccessfulOf(sum(day))) },
    { title: 'Unfinished', cell: (day) => count(sum(day).unfinished + sum(day).other), hides: 'when-narrow' },
    { title: 'Success', cell: (day) => percent(rateOf(sum(day))) },
  ];

  function endingColumn(ending: Ending): Column<number> {
    return { title: label(ending), cell: (day) => count(sum(day)[ending]), hides: 'when-narrow' };
  }

  byId('daily-head').replaceChildren(headingsOf(columns, ({ title }) => title));
  showPaged({
    id: 'daily-body',
    items: shown,
    size: DAYS,
    noun: 'days',
    none: 'No day.',
    show: (day) => rowOf(columns, day),
  });
  const span = { first: data.shown_from, last: data.days.length - 1 };
  explain(
    'daily',
    [
      'From the daily views. A week is the seven days to its last one, so that the last bar is the newest week. Reasons and resource types are known of jobs in trouble alone, so the success rate does not follow them.',
    ],
    [byDaySql({ ...view, span })],
  );
  explain(
    'calendar',
    [
      'Whether a day was seen comes from ledger_coverage; its colour is the success rate of the daily views against the target.',
    ],
    [coverageSql({ ...view, span: view.period.span })],
  );
}

/** How complete each kind and region is. */
export function showFreshness(view: View): void {
  const { data } = view;
  const slices = coverageBySlice(data, view.selection);
  const link = (dimension: 'kind' | 'region', names: readonly string[], name: string) => {
    const at = names.indexOf(name);
    const text = dimension === 'kind' ? capital(name) : name;
    return at === -1 ? text : linkTo(view, dimension, { at, text });
  };
  const columns: Column<(typeof slices)[number]>[] = [
    { title: 'Kind', cell: ({ kind }) => link('kind', data.kinds, kind) },
    { title: 'Region', cell: ({ region }) => link('region', data.regions, region), isText: true },
    { title: 'Newest day', cell: ({ newest_day: day }) => day ?? 'weeks ago', isText: true },
    {
      title: 'Last pull (UTC)',
      cell: ({ last_observed: at }) => at?.slice(0, 16) ?? 'weeks ago',
      isText: true,
      hides: 'when-narrow',
    },
    { title: 'Days not seen', cell: ({ notSeen }) => count(notSeen) },
    { title: 'Lost', cell: ({ lost }) => count(lost), hides: 'on-phones' },
    { title: 'Totals matched', cell: ({ matched }) => count(matched), hides: 'when-narrow' },
    { title: 'Mismatched', cell: ({ mismatched }) => count(mismatched), hides: 'when-narrow' },
    { title: 'Rows unfinished', cell: ({ unfinished }) => count(unfinished), hides: 'on-phones' },
  ];
  byId('freshness-head').replaceChildren(headingsOf(columns, ({ title }) => title));
  showPaged({
    id: 'freshness-body',
    items: slices,
    size: 20,
    noun: 'slices',
    none: 'No good pull is known.',
    show: (slice) => rowOf(columns, slice),
  });
  const span = { first: data.shown_from, last: data.days.length - 1 };
  explain(
    'freshness',
    [
      'Newest day and last pull are of the whole ledger; the counts are of the days shown, a slice and day each. Totals matched: AWS’s own sums equal the rows kept.',
    ],
    data.days.length > 0 ? [coverageSql({ ...view, span })] : [],
  );
}
