import { type Counts, finishedOf, jobsOf, rateOf, unsuccessfulOf } from './counts.ts';
import { totalOf, troubleEndings } from './days.ts';
import { byId, svg } from './dom.ts';
import { count, label, percent } from './format.ts';
import type { LegendEntry } from './legend.ts';
import { hrefOf } from './links.ts';
import { isIn, lengthOf, type Span } from './period.ts';
import { labelled, type Scale, scaleOf } from './scale.ts';
import { bandOf } from './target.ts';
import { roving } from './roving.ts';
import type { View } from './view.ts';
import { isOfTrouble } from './selection.ts';

/** Success rate, jobs in trouble and volume, one above the other, by day or week. */

const LEFT = 46;
const RIGHT = 10;
const TITLE = 28;
const AXIS = 24;
/** Width of a date under the axis. */
const DATE_WIDTH = 112;

interface Bar {
  readonly span: Span;
  readonly text: string;
  readonly counts: Counts;
  readonly trouble: Counts;
}

interface Panel {
  readonly top: number;
  readonly height: number;
  readonly scale: Scale;
  readonly unit: string;
}

export function drawTimeChart(place: HTMLElement, view: View, width: number): void {
  const bars = barsOf(view);
  const step = (width - LEFT - RIGHT) / Math.max(1, bars.length);
  const x = (at: number) => LEFT + at * step;
  const panels = panelsOf(view, bars);
  const bottom = panels.volume.top + panels.volume.height;
  const chart = svg(
    'svg',
    { viewBox: `0 0 ${width} ${bottom + AXIS}`, width, height: bottom + AXIS },
    ...titles(view, panels),
    ...Object.values(panels).flatMap((panel) => grid(panel, width)),
    ...rateMarks(view, { bars, panel: panels.rate, x, step, width }),
    ...bars.flatMap((bar, at) => columns(bar, { left: x(at), step, panels })),
    ...dates(bars, { x, step, y: bottom + 17, width }),
    ...hitAreas(view, { bars, x, step, bottom }),
  );
  place.replaceChildren(chart);
  place.setAttribute('aria-label', describe(view, bars));
  roving(chart, (text) => byId('daily-readout').replaceChildren(text ?? hint(view)));
}

function barsOf({ bins, counts, trouble, data: { days } }: View): Bar[] {
  return bins.map((span) => ({
    span,
    text: lengthOf(span) === 1 ? (days[span.first] ?? '') : `${days[span.first]} to ${days[span.last]}`,
    counts: totalOf(counts, span),
    trouble: totalOf(trouble, span),
  }));
}

const troubleOf = (counts: Counts): number => troubleEndings.reduce((sum, ending) => sum + counts[ending], 0);

function panelsOf({ data }: View, bars: readonly Bar[]): Record<'rate' | 'trouble' | 'volume', Panel> {
  const rates = bars.flatMap(({ counts }) => rateOf(counts) ?? []);
  const lowest = Math.min(1, data.target.rate ?? 1, ...rates) * 100;
  const rate = scaleOf(Math.min(lowest, 99), 100, { wanted: 4, least: 0.5 });
  const most = (counted: (bar: Bar) => number) => Math.max(1, ...bars.map(counted));
  const trouble = scaleOf(
    0,
    most((bar) => troubleOf(bar.trouble)),
    { wanted: 4, least: 1 },
  );
  const volume = scaleOf(
    0,
    most(({ counts }) => jobsOf(counts)),
    { wanted: 1, least: 1 },
  );
  const [rateHeight, troubleHeight, volumeHeight] = [130, 150, 36];
  const troubleTop = TITLE + rateHeight + 12 + TITLE;
  return {
    rate: { top: TITLE, height: rateHeight, scale: rate, unit: ' %' },
    trouble: { top: troubleTop, height: troubleHeight, scale: trouble, unit: '' },
    volume: { top: troubleTop + troubleHeight + 12 + TITLE, height: volumeHeight, scale: volume, unit: '' },
  };
}

const yOf = ({ top, height, scale: { low, high } }: Panel, value: number): number =>
  top + height * (1 - (value - low) / (high - low));

function titles({ selection }: View, { rate, trouble, volume }: Record<string, Panel>): SVGElement[] {
  const title = (panel: Panel | undefined, text: string) =>
    svg('text', { x: 0, y: (panel?.top ?? 0) - 12, class: 'panel-title' }, text);
  return [
    title(rate, isOfTrouble(selection) ? 'Success rate of all jobs' : 'Success rate'),
    title(trouble, isOfTrouble(selection) ? 'Jobs in this trouble' : 'Jobs not successful, or with issues'),
    title(volume, 'All jobs'),
  ];
}

function grid(panel: Panel, width: number): SVGElement[] {
  return panel.scale.ticks.flatMap((tick) => {
    const y = yOf(panel, tick);
    return [
      svg('line', { x1: LEFT, x2: width - RIGHT, y1: y, y2: y, class: 'grid' }),
      svg('text', { x: LEFT - 6, y: y + 4, class: 'tick' }, `${short(tick)}${panel.unit}`),
    ];
  });
}

/** `12 k`, `1.5 M`: an axis has no room for more. */
function short(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))} M`;
  return value >= 10_000 ? `${Number((value / 1000).toPrecision(3))} k` : count(value);
}

/** The rate as a line with a gap where nothing ended, the target, and a dot in the colour of each bar's band. */
function rateMarks(
  { data: { target } }: View,
  {
    bars,
    panel,
    x,
    step,
    width,
  }: {
    readonly bars: readonly Bar[];
    readonly panel: Panel;
    readonly x: (at: number) => number;
    readonly step: number;
    readonly width: number;
  },
): SVGElement[] {
  const points = bars.map(({ counts }, at) => {
    const rate = rateOf(counts);
    return rate === undefined ? undefined : { x: x(at) + step / 2, y: yOf(panel, rate * 100), rate };
  });
  const path = points
    .map((point, at) => point && `${points[at - 1] ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
    .filter(Boolean)
    .join('');
  const dots = points.flatMap((point) =>
    point
      ? svg('circle', {
          cx: point.x,
          cy: point.y,
          r: step > 9 ? 4 : 2.5,
          class: `dot ${bandOf(point.rate, target) ?? 'good'}`,
        })
      : [],
  );
  return [...targetLine(), svg('path', { d: path, class: 'rate' }), ...dots];

  function targetLine(): SVGElement[] {
    if (target.rate === null) return [];
    const y = yOf(panel, target.rate * 100);
    const text = `${target.by === 'flag' ? 'target' : 'usual'} ${percent(target.rate)}`;
    return [
      svg('line', { x1: LEFT, x2: width - RIGHT, y1: y, y2: y, class: 'target' }),
      svg('text', { x: width - RIGHT, y: panel.top - 12, class: 'tick target-text' }, `– – ${text}`),
    ];
  }
}

function columns(
  { trouble, counts }: Bar,
  {
    left,
    step,
    panels,
  }: { readonly left: number; readonly step: number; readonly panels: Record<'trouble' | 'volume', Panel> },
): SVGElement[] {
  const width = Math.max(1, step * 0.78);
  const box = { x: left + (step - width) / 2, width };
  let below = 0;
  const stacked = troubleEndings.flatMap((ending) => {
    if (trouble[ending] === 0) return [];
    const [bottom, top] = [yOf(panels.trouble, below), yOf(panels.trouble, (below += trouble[ending]))];
    return svg('rect', { ...box, y: top, height: bottom - top, class: `bar ${ending}` });
  });
  const base = panels.volume.top + panels.volume.height;
  const top = yOf(panels.volume, jobsOf(counts));
  return [...stacked, svg('rect', { ...box, y: top, height: base - top, class: 'bar volume' })];
}

function dates(
  bars: readonly Bar[],
  {
    x,
    step,
    y,
    width,
  }: {
    readonly x: (at: number) => number;
    readonly step: number;
    readonly y: number;
    readonly width: number;
  },
): SVGElement[] {
  return labelled(bars.length, Math.floor((width - LEFT - RIGHT) / DATE_WIDTH)).map((at) => {
    const middle = x(at) + step / 2;
    const edge = DATE_WIDTH / 2 - 8;
    const anchor = middle + edge > width ? 'end' : 'middle';
    const right = Math.min(width, x(at) + step);
    return svg(
      'text',
      { x: anchor === 'end' ? right : Math.max(middle, edge), y, class: 'date', 'text-anchor': anchor },
      bars[at]?.text.slice(-10) ?? '',
    );
  });
}

/** A link a bar, over all panels. */
function hitAreas(
  view: View,
  {
    bars,
    x,
    step,
    bottom,
  }: {
    readonly bars: readonly Bar[];
    readonly x: (at: number) => number;
    readonly step: number;
    readonly bottom: number;
  },
): SVGElement[] {
  const { selection, period } = view;
  return bars.map((bar, at) => {
    const { first, last } = bar.span;
    const isChosen = selection.from === first && selection.to === last;
    const isWithin = isIn(first, period.span) || isIn(period.span.first, bar.span);
    const area = svg('rect', { x: x(at), y: TITLE, width: step, height: bottom - TITLE, class: 'hit' });
    return svg(
      'a',
      {
        href: hrefOf(view, { from: first, to: last }),
        class: isWithin ? 'mark within' : 'mark',
        'data-key': `bar ${first}`,
        'aria-label': told(bar),
        'aria-current': isChosen ? 'true' : undefined,
      },
      area,
    );
  });
}

function told({ text, counts, trouble }: Bar): string {
  const parts = troubleEndings.flatMap((ending) =>
    trouble[ending] > 0 ? `${count(trouble[ending])} ${label(ending).toLowerCase()}` : [],
  );
  return `${text}: ${percent(rateOf(counts))} of ${count(finishedOf(counts))} succeeded${parts.length > 0 ? `; ${parts.join(', ')}` : ''}`;
}

const hint = ({ bins }: View): string =>
  `Select a ${bins.some((bin) => lengthOf(bin) > 1) ? 'week' : 'day'} to look at it alone.`;

function describe({ data: { days }, bins, counts }: View, bars: readonly Bar[]): string {
  const [first, last] = [bins[0], bins.at(-1)];
  if (!first || !last) return 'There is no day to show.';
  const sum = totalOf(counts, { first: first.first, last: last.last });
  const newest = bars.at(-1);
  return (
    `Jobs from ${days[first.first]} to ${days[last.last]}: ${count(jobsOf(sum))} in all, ${count(unsuccessfulOf(sum))} not successful, ` +
    `success rate ${percent(newest && rateOf(newest.counts))} at the end.`
  );
}

/** The colours of the stacked bars. */
export function troubleLegend({ trouble, data }: View): LegendEntry[] {
  const sum = totalOf(trouble, { first: data.shown_from, last: data.days.length - 1 });
  return troubleEndings.map((ending) => ({ shade: ending, words: label(ending), number: sum[ending] }));
}
