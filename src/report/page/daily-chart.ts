import { type Ending, endings } from '../report-data.ts';
import { axis, colour, draw, tooltip } from './chart.ts';
import { count, label, percent } from './format.ts';
import { type Counts, jobsOf, rateOf } from './sums.ts';

const endingColour = (ending: Ending): string => colour(ending.replaceAll('_', '-'));

/** Days as stacked bars of how jobs ended, and the success rate as a line. */
export function drawDaily(place: HTMLElement, days: readonly string[], counts: readonly Counts[]): void {
  const used = endings.filter((ending) => counts.some((sum) => sum[ending] > 0));
  const bars = used.map((ending) => ({
    name: label(ending),
    type: 'bar',
    stack: 'jobs',
    barCategoryGap: '15%',
    itemStyle: { color: endingColour(ending) },
    data: counts.map((sum) => sum[ending]),
  }));
  const rates = counts.map((sum) => {
    const rate = rateOf(sum);
    return rate === undefined ? null : Math.floor(rate * 1000) / 10;
  });
  const lowest = Math.min(100, ...rates.filter((rate) => rate !== null));
  draw(place, {
    aria: { enabled: true, label: { description: describeDaily(days, counts) } },
    tooltip: { ...tooltip(), trigger: 'axis' },
    legend: { type: 'scroll', textStyle: { color: colour('text') }, top: 0 },
    grid: { left: 8, right: 8, top: 36, bottom: days.length > 60 ? 56 : 8, containLabel: true },
    xAxis: { type: 'category', data: [...days], ...axis() },
    yAxis: [
      { type: 'value', name: 'jobs', nameTextStyle: { color: colour('muted') }, minInterval: 1, ...axis() },
      {
        type: 'value',
        name: 'success',
        nameTextStyle: { color: colour('muted') },
        min: Math.max(0, Math.floor(lowest / 10) * 10 - 10),
        max: 100,
        ...axis(),
        splitLine: { show: false },
        axisLabel: { color: colour('muted'), formatter: '{value} %' },
      },
    ],
    ...(days.length > 60 && {
      dataZoom: [{ type: 'slider', height: 24, bottom: 12, textStyle: { color: colour('muted') } }],
    }),
    series: [
      ...bars,
      {
        name: 'Success rate, %',
        type: 'line',
        yAxisIndex: 1,
        data: rates,
        symbol: days.length > 60 ? 'none' : 'circle',
        symbolSize: 5,
        connectNulls: false,
        lineStyle: { color: colour('text'), width: 2 },
        itemStyle: { color: colour('text') },
      },
    ],
  });
}

function describeDaily(days: readonly string[], counts: readonly Counts[]): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return 'There is no day to show.';
  const jobs = counts.reduce((sum, each) => sum + jobsOf(each), 0);
  const newest = counts.at(-1);
  return (
    `Jobs of each day from ${first} to ${last} by how they ended, ${count(jobs)} in all, ` +
    `and the success rate, ${percent(newest && rateOf(newest))} on the last day. The numbers are in the table below the chart.`
  );
}
