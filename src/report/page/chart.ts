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
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const open = new Map<HTMLElement, echarts.ECharts>();

export function draw(place: HTMLElement, option: echarts.EChartsCoreOption): void {
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

export function axis(): object {
  return {
    axisLine: { lineStyle: { color: colour('line') } },
    axisTick: { show: false },
    axisLabel: { color: colour('muted') },
    splitLine: { lineStyle: { color: colour('line') } },
  };
}

export function tooltip(): object {
  return {
    confine: true,
    backgroundColor: colour('card'),
    borderColor: colour('line'),
    textStyle: { color: colour('text') },
  };
}
