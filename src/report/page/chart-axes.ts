import { type Frame, type Panel, yOf } from './chart-frame.ts';
import { svg } from './dom.ts';
import { count } from './format.ts';
import { labelled } from './scale.ts';

/** Titles, lines and numbers of the panels, and the dates below them. */

/** Width of a date, with room beside it. */
const DATE_WIDTH = 112;
export const DATES_HEIGHT = 24;

/** How far a title stands above its panel. */
export const TITLE_RISE = 12;

export function axes(frame: Frame): SVGElement[] {
  return [
    ...[frame.rate, frame.trouble, frame.volume].flatMap((panel) => grid(frame, panel)),
    ...dates(frame),
  ];
}

function grid({ left, right }: Frame, panel: Panel): SVGElement[] {
  const title = svg('text', { x: 0, y: panel.top - TITLE_RISE, class: 'panel-title' }, panel.title);
  const lines = panel.scale.ticks.flatMap((tick) => {
    const y = yOf(panel, tick);
    return [
      svg('line', { x1: left, x2: right, y1: y, y2: y, class: 'grid' }),
      svg('text', { x: left - 6, y: y + 4, class: 'tick' }, `${short(tick)}${panel.unit}`),
    ];
  });
  return [title, ...lines];
}

/** `12 k`, `1.5 M`: an axis has no room for more. */
function short(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))} M`;
  return value >= 10_000 ? `${Number((value / 1000).toPrecision(3))} k` : count(value);
}

/** The last days of some bars, the newest among them. */
function dates({ bars, x, step, width, left, right, bottom }: Frame): SVGElement[] {
  return labelled(bars.length, Math.floor((right - left) / DATE_WIDTH)).map((at) => {
    const middle = x(at) + step / 2;
    const edge = DATE_WIDTH / 2 - 8;
    const isAtEnd = middle + edge > width;
    return svg(
      'text',
      {
        x: isAtEnd ? Math.min(width, x(at) + step) : Math.max(middle, edge),
        y: bottom + 17,
        class: 'date',
        'text-anchor': isAtEnd ? 'end' : 'middle',
      },
      bars[at]?.text.slice(-10) ?? '',
    );
  });
}
