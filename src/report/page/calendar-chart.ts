import { colour, draw, tooltip } from './chart.ts';
import { count, percent } from './format.ts';
import { type Counts, type DayCoverage, isSeen, jobsOf, rateOf } from './sums.ts';

/** What a day of the calendar says, from worst to best. */
const dayStates = [
  { name: 'Lost: AWS no longer had it', colour: 'lost' },
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
        description: `Days by what is known of them. ${tally.map((mark) => `${mark.name}: ${mark.days}`).join('. ')}.`,
      },
    },
    tooltip: {
      ...tooltip(),
      formatter: ({ value: [day, state] }: { value: [string, number] }) => {
        const at = days.indexOf(day);
        const sum = counts[at];
        const rate = sum ? `${count(jobsOf(sum))} jobs, ${percent(rateOf(sum))} success` : '';
        return `${day}<br>${dayStates[state]?.name}<br>${rate}`;
      },
    },
    visualMap: {
      show: false,
      type: 'piecewise',
      dimension: 1,
      pieces: dayStates.map(({ name, colour: shade }, value) => ({
        value,
        label: name,
        color: colour(shade),
      })),
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
