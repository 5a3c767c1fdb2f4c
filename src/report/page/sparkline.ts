import { colour, draw } from './chart.ts';

/** A line without axes: how something went over the days shown. */
export function drawSparkline(place: HTMLElement, values: readonly number[]): void {
  draw(place, {
    grid: { left: 0, right: 0, top: 2, bottom: 2 },
    xAxis: { type: 'category', show: false, data: values.map((_, at) => at) },
    yAxis: { type: 'value', show: false, min: 0 },
    series: [
      {
        type: 'line',
        data: [...values],
        symbol: 'none',
        silent: true,
        lineStyle: { color: colour('failed'), width: 1.5 },
        areaStyle: { color: colour('failed'), opacity: 0.2 },
      },
    ],
  });
}
