import { type Counts, jobsOf, rateOf } from './counts.ts';
import { totalOf, troubleEndings } from './days.ts';
import { lengthOf, type Span } from './period.ts';
import { type Scale, scaleOf } from './scale.ts';
import type { View } from './view.ts';

/** Where everything lies in the chart: three panels, one above the other, over one axis of time. In CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly bars: readonly Bar[];
  /** Width of a bar's part of the axis, and where the part at a position begins. */
  readonly step: number;
  readonly x: (at: number) => number;
  readonly rate: Panel;
  readonly trouble: Panel;
  readonly volume: Panel;
  readonly top: number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Bar {
  readonly span: Span;
  readonly text: string;
  readonly counts: Counts;
  readonly trouble: Counts;
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly top: number;
  readonly height: number;
  readonly scale: Scale;
}

/** Room for the numbers of the axes, and beside the last bar. */
const LEFT = 46;
const RIGHT = 10;
const TITLE_HEIGHT = 28;
const GAP = 12;
const HEIGHTS = { rate: 130, trouble: 150, volume: 36 };

export function frameOf(view: View, width: number): Frame {
  const bars = barsOf(view);
  const step = (width - LEFT - RIGHT) / Math.max(1, bars.length);
  const troubleTop = TITLE_HEIGHT + HEIGHTS.rate + GAP + TITLE_HEIGHT;
  const volumeTop = troubleTop + HEIGHTS.trouble + GAP + TITLE_HEIGHT;
  const isNarrowed = view.trouble !== view.counts;
  const most = (countOf: (bar: Bar) => number) => Math.max(1, ...bars.map(countOf));
  const [mostTrouble, mostJobs] = [
    most(({ trouble }) => troubleOf(trouble)),
    most(({ counts }) => jobsOf(counts)),
  ];
  return {
    width,
    bars,
    step,
    x: (at) => LEFT + at * step,
    rate: {
      title: isNarrowed ? 'Success rate of all jobs' : 'Success rate',
      unit: ' %',
      top: TITLE_HEIGHT,
      height: HEIGHTS.rate,
      scale: rateScale(view, bars),
    },
    trouble: {
      title: isNarrowed ? 'Jobs in this trouble' : 'Jobs not successful, or with issues',
      unit: '',
      top: troubleTop,
      height: HEIGHTS.trouble,
      scale: scaleOf(0, mostTrouble, { wanted: 4, least: 1 }),
    },
    volume: {
      title: 'All jobs',
      unit: '',
      top: volumeTop,
      height: HEIGHTS.volume,
      scale: scaleOf(0, mostJobs, { wanted: 1, least: 1 }),
    },
    top: TITLE_HEIGHT,
    left: LEFT,
    right: width - RIGHT,
    bottom: volumeTop + HEIGHTS.volume,
  };
}

/** From the lowest rate, or the target, up; never so narrow that nothing seems to be much. */
function rateScale({ data: { target } }: View, bars: readonly Bar[]): Scale {
  const rates = bars.flatMap(({ counts }) => rateOf(counts) ?? []);
  const lowest = Math.min(1, target.rate ?? 1, ...rates) * 100;
  return scaleOf(Math.min(lowest, 99), 100, { wanted: 4, least: 0.5 });
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

export const yOf = ({ top, height, scale: { low, high } }: Panel, value: number): number =>
  top + height * (1 - (value - low) / (high - low));
