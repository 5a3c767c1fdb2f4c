import { axes, DATES_HEIGHT } from './chart-axes.ts';
import { type Frame, frameOf } from './chart-frame.ts';
import { columns, links, rateLine, targetLine } from './chart-marks.ts';
import { jobsOf, rateOf, unsuccessfulOf } from './counts.ts';
import { totalOf, troubleEndings } from './days.ts';
import { byId, svg } from './dom.ts';
import { count, label, percent } from './format.ts';
import type { LegendEntry } from './legend.ts';
import { lengthOf } from './period.ts';
import { roving } from './roving.ts';
import type { View } from './view.ts';

/** Success rate, jobs in trouble and volume, one above the other, by day or week. */
export function drawTimeChart(place: HTMLElement, view: View, width: number): void {
  const frame = frameOf(view, width);
  const { target } = view.data;
  const height = frame.bottom + DATES_HEIGHT;
  const chart = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height },
    ...axes(frame),
    ...targetLine(frame, target),
    ...rateLine(frame, target),
    ...columns(frame),
    ...links(view, frame),
  );
  place.replaceChildren(chart);
  place.setAttribute('aria-label', describe(view, frame));
  const isByWeek = frame.bars.some(({ span }) => lengthOf(span) > 1);
  const hint = `Select a ${isByWeek ? 'week' : 'day'} to look at it alone.`;
  roving(chart, (text) => byId('daily-readout').replaceChildren(text ?? hint));
}

function describe({ data: { days }, counts }: View, { bars }: Frame): string {
  const [oldest, newest] = [bars[0], bars.at(-1)];
  if (!oldest || !newest) return 'There is no day to show.';
  const sum = totalOf(counts, { first: oldest.span.first, last: newest.span.last });
  return (
    `Jobs from ${days[oldest.span.first]} to ${days[newest.span.last]}: ${count(jobsOf(sum))} in all, ` +
    `${count(unsuccessfulOf(sum))} not successful, success rate ${percent(rateOf(newest.counts))} at the end.`
  );
}

/** The colours of the stacked bars. */
export function troubleLegend({ trouble, data }: View): LegendEntry[] {
  const sum = totalOf(trouble, { first: data.shown_from, last: data.days.length - 1 });
  return troubleEndings.map((ending) => ({ shade: ending, words: label(ending), number: sum[ending] }));
}
