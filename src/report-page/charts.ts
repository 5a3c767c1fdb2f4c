import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  CalendarComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type Ending, endings } from '../domain/report-data.ts';
import { count, label, percent } from './format.ts';
import { type Counts, type DayCoverage, isSeen, jobsOf, rateOf } from './sums.ts';

echarts.use([
  AriaComponent,
  BarChart,
  CalendarComponent,
  DataZoomComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  SVGRenderer,
  TooltipComponent,
  VisualMapComponent,
]);

/** Colours of the page's style sheet, which knows light, dark and paper. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const endingColour = (ending: Ending): string => colour(ending.replaceAll('_', '-'));

const open = new Map<HTMLElement, echarts.ECharts>();

function draw(place: HTMLElement, option: echarts.EChartsCoreOption): void {
  const chart = open.get(place) ?? echarts.init(place, undefined, { renderer: 'svg' });
  open.set(place, chart);
  // Labels are measured in the font they are drawn in.
  const { fontFamily } = getComputedStyle(document.body);
  chart.setOption({ animation: false, textStyle: { fontFamily }, ...option }, { notMerge: true });
  chart.resize();
}

/** Lets go of charts whose place is no longer on the page. */
export function forget(): void {
  for (const [place, chart] of open) {
    if (place.isConnected) continue;
    chart.dispose();
    open.delete(place);
  }
}

export function resizeAll(): void {
  for (const chart of open.values()) chart.resize();
}

function axis(): object {
  return {
    axisLine: { lineStyle: { color: colour('line') } },
    axisTick: { show: false },
    axisLabel: { color: colour('muted') },
    splitLine: { lineStyle: { color: colour('line') } },
  };
}

function tooltip(): object {
  return {
    confine: true,
    backgroundColor: colour('card'),
    borderColor: colour('line'),
    textStyle: { color: colour('text') },
  };
}

/** Days as stacked bars of how jobs ended, and the success rate as a line. */
export function drawDaily(place: HTMLElement, days: readonly string[], counts: readonly Counts[]): void {
  const used = endings.filter((ending) => counts.some((each) => each[ending] > 0));
  const bars = used.map((ending) => ({
    name: label(ending),
    type: 'bar',
    stack: 'jobs',
    barCategoryGap: '15%',
    itemStyle: { color: endingColour(ending) },
    data: counts.map((each) => each[ending]),
  }));
  const rates = counts.map((each) => {
    const rate = rateOf(each);
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

/** What a day of the calendar says, from worst to best. */
const dayStates = [
  { name: 'Lost: AWS had forgotten it', colour: 'lost' },
  { name: 'Not pulled', colour: 'not-pulled' },
  { name: 'Seen, no jobs ended', colour: 'quiet' },
  { name: 'Below 80 % success', colour: 'failed' },
  { name: '80 to 95 %', colour: 'aborted' },
  { name: '95 to 99 %', colour: 'partial' },
  { name: '99 % and more', colour: 'completed' },
] as const;

/** How many days are in a state, and the colour that stands for it. */
export interface DayState {
  readonly name: string;
  readonly colour: string;
  readonly days: number;
}

function stateOf(counts: Counts, coverage: DayCoverage): number {
  if (coverage.lost > 0) return 0;
  if (!isSeen(coverage)) return 1;
  const rate = rateOf(counts);
  if (rate === undefined) return 2;
  return rate < 0.8 ? 3 : rate < 0.95 ? 4 : rate < 0.99 ? 5 : 6;
}

const CELL = 15;
const WEEK_MS = 7 * 86_400_000;
const YEAR_HEIGHT = 7 * CELL + 44;
const LEFT = 60;

/** The months of one year that are shown, as first and last day. */
function monthsOf(year: string, days: readonly string[]): [first: string, last: string] {
  const within = days.filter((day) => day.startsWith(year));
  const last = within.at(-1) ?? '';
  const nextMonth = new Date(Date.UTC(Number(last.slice(0, 4)), Number(last.slice(5, 7)), 0));
  return [`${within[0]?.slice(0, 7)}-01`, nextMonth.toISOString().slice(0, 10)];
}

function weeksOf([first, last]: readonly [string, string]): number {
  return Math.ceil((Date.parse(last) - Date.parse(first)) / WEEK_MS) + 1;
}

/** A calendar a year: whether each day was seen, and how its jobs ended. */
export function drawCalendar(
  place: HTMLElement,
  days: readonly string[],
  counts: readonly Counts[],
  coverage: readonly DayCoverage[],
): readonly DayState[] {
  const years = [...new Set(days.map((day) => day.slice(0, 4)))].map((year) => ({
    year,
    range: monthsOf(year, days),
  }));
  place.style.height = `${years.length * YEAR_HEIGHT + 8}px`;
  place.style.width = `${LEFT + 16 + CELL * Math.max(20, ...years.map(({ range }) => weeksOf(range)))}px`;
  const states = days.map((day, at) => {
    const [of, seen] = [counts[at], coverage[at]];
    return [day, of && seen ? stateOf(of, seen) : 1] as const;
  });
  const tally = dayStates.map(({ name, colour: of }, state) => ({
    name,
    colour: of,
    days: states.filter(([, each]) => each === state).length,
  }));
  draw(place, {
    aria: {
      enabled: true,
      label: {
        description: `Days by what is known of them. ${tally.map((each) => `${each.name}: ${each.days}`).join('. ')}.`,
      },
    },
    tooltip: {
      ...tooltip(),
      formatter: ({ value: [day, state] }: { value: [string, number] }) => {
        const at = days.indexOf(day);
        const of = counts[at];
        const rate = of ? `${count(jobsOf(of))} jobs, ${percent(rateOf(of))} success` : '';
        return `${day}<br>${dayStates[state]?.name}<br>${rate}`;
      },
    },
    visualMap: {
      show: false,
      type: 'piecewise',
      dimension: 1,
      pieces: dayStates.map(({ name, colour: of }, value) => ({ value, label: name, color: colour(of) })),
    },
    calendar: years.map(({ range }, at) => ({
      range,
      top: 36 + at * YEAR_HEIGHT,
      left: LEFT,
      cellSize: [CELL, CELL],
      itemStyle: { color: 'transparent', borderColor: colour('line'), borderWidth: 1 },
      splitLine: { lineStyle: { color: colour('muted'), width: 1 } },
      dayLabel: { firstDay: 1, color: colour('muted'), nameMap: ['', 'M', '', 'W', '', 'F', ''] },
      monthLabel: { color: colour('muted') },
      yearLabel: { color: colour('muted'), fontSize: 13, margin: 28, formatter: '{start}' },
    })),
    series: years.map(({ year }, at) => ({
      type: 'heatmap',
      coordinateSystem: 'calendar',
      calendarIndex: at,
      itemStyle: { borderColor: colour('card'), borderWidth: 2 },
      data: states.filter(([day]) => day.startsWith(year)).map((state) => [...state]),
    })),
  });
  return tally;
}

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
