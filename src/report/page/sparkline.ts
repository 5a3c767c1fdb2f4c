import { svg } from './dom.ts';

const WIDTH = 80;
const HEIGHT = 22;

/** Columns without axes: how something went over the bars of the chart. */
export function sparkline(values: readonly number[]): SVGElement {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length);
  const columns = values.map((value, at) => {
    const height = (value / most) * HEIGHT;
    return value === 0
      ? ''
      : `M${(at * step).toFixed(2)} ${HEIGHT}v${(-height).toFixed(2)}h${(step * 0.85).toFixed(2)}V${HEIGHT}z`;
  });
  return svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' },
    svg('path', { d: columns.join('') }),
  );
}
