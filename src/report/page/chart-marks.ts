import type { Target } from '../report-data.ts';
import { TITLE_RISE } from './chart-axes.ts';
import { type Bar, type Frame, yOf } from './chart-frame.ts';
import { finishedOf, jobsOf, rateOf } from './counts.ts';
import { troubleEndings } from './days.ts';
import { svg } from './dom.ts';
import { count, label, percent } from './format.ts';
import { hrefOf } from './links.ts';
import { isIn } from './period.ts';
import { bandOf } from './target.ts';
import type { View } from './view.ts';

/** What the numbers look like: a line, stacked bars, and a link over each bar. */

interface Point {
  readonly x: number;
  readonly y: number;
  readonly rate: number;
}

/** The rate as a line with a gap where nothing ended, and a dot in the colour of each bar's band. */
export function rateLine({ bars, x, step, rate: panel }: Frame, target: Target): SVGElement[] {
  const points = bars.map(({ counts }, at): Point | undefined => {
    const rate = rateOf(counts);
    return rate === undefined ? undefined : { x: x(at) + step / 2, y: yOf(panel, rate * 100), rate };
  });
  const path = points
    .map((point, at) => point && `${points[at - 1] ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
    .filter(Boolean)
    .join('');
  const dot = ({ x: cx, y: cy, rate }: Point) =>
    svg('circle', { cx, cy, r: step > 9 ? 4 : 2.5, class: `dot ${bandOf(rate, target) ?? 'good'}` });
  return [svg('path', { d: path, class: 'rate' }), ...points.flatMap((point) => (point ? dot(point) : []))];
}

export function targetLine({ rate: panel, left, right }: Frame, target: Target): SVGElement[] {
  if (target.rate === null) return [];
  const y = yOf(panel, target.rate * 100);
  const text = `– – ${target.by === 'flag' ? 'target' : 'usual'} ${percent(target.rate)}`;
  return [
    svg('line', { x1: left, x2: right, y1: y, y2: y, class: 'target' }),
    svg('text', { x: right, y: panel.top - TITLE_RISE, class: 'tick' }, text),
  ];
}

/** Share of its part of the axis that a bar fills. */
const FILLED = 0.78;

/** Jobs in trouble stacked by how they ended, and all jobs below. */
export function columns(frame: Frame): SVGElement[] {
  const { bars, x, step, volume } = frame;
  const width = Math.max(1, step * FILLED);
  return bars.flatMap((bar, at) => {
    const box = { x: x(at) + (step - width) / 2, width };
    const top = yOf(volume, jobsOf(bar.counts));
    const height = volume.top + volume.height - top;
    return [...stacked(frame, bar, box), svg('rect', { ...box, y: top, height, class: 'bar volume' })];
  });
}

function stacked(
  { trouble: panel }: Frame,
  { trouble }: Bar,
  box: { readonly x: number; readonly width: number },
): SVGElement[] {
  let below = 0;
  return troubleEndings.flatMap((ending) => {
    if (trouble[ending] === 0) return [];
    const bottom = yOf(panel, below);
    below += trouble[ending];
    const y = yOf(panel, below);
    return svg('rect', { ...box, y, height: bottom - y, class: `bar ${ending}` });
  });
}

/** A link a bar, over all panels. */
export function links(view: View, { bars, x, step, top, bottom }: Frame): SVGElement[] {
  const { selection, period } = view;
  return bars.map((bar, at) => {
    const { first, last } = bar.span;
    const isWithin = isIn(first, period.span) || isIn(period.span.first, bar.span);
    return svg(
      'a',
      {
        href: hrefOf(view, { from: first, to: last }),
        class: isWithin ? 'mark within' : 'mark',
        'data-key': `bar ${first}`,
        'aria-label': told(bar),
        'aria-current': selection.from === first && selection.to === last ? 'true' : undefined,
      },
      svg('rect', { x: x(at), y: top, width: step, height: bottom - top, class: 'hit' }),
    );
  });
}

function told({ text, counts, trouble }: Bar): string {
  const parts = troubleEndings.flatMap((ending) =>
    trouble[ending] > 0 ? `${count(trouble[ending])} ${label(ending).toLowerCase()}` : [],
  );
  const succeeded = `${text}: ${percent(rateOf(counts))} of ${count(finishedOf(counts))} succeeded`;
  return parts.length > 0 ? `${succeeded}; ${parts.join(', ')}` : succeeded;
}
