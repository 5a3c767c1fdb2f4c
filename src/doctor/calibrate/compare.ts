import type { Question } from '../../../schemas/calibration.ts';
import { factsOf, type Kind } from '../../../schemas/kinds.ts';
import { type Day, DAY_MS, startOfDay } from '../../domain/day.ts';
import { hypotheses, type Hypothesis, perQuestion } from './hypotheses.ts';
import type { ListedJob } from './listed-job.ts';
import type { RegionTime } from './region-time.ts';
import type { SummaryCounts } from './summary-counts.ts';

/** One count of one day: what the summaries say, and what the list says, by hypothesis. */
export interface Cell {
  readonly summaries: number;
  readonly listed: readonly number[];
}

/** One day, held against the list. */
export interface DayComparison {
  readonly day: Day;
  /** Cells whose counts changed while the list was read. They are not compared. */
  readonly moved: ReadonlySet<string>;
  readonly cells: ReadonlyMap<string, Cell>;
  /** By hypothesis: jobs that would count elsewhere, or not at all, by another answer to a question. */
  readonly telling: readonly Readonly<Record<Question, number>>[];
}

export interface ComparisonTask {
  readonly kind: Kind;
  readonly time: RegionTime;
  readonly days: readonly Day[];
  /** The summaries before and after the list was read: what moved is not compared. */
  readonly before: SummaryCounts;
  readonly after: SummaryCounts;
  readonly jobs: readonly ListedJob[];
}

/** Counts the list by every hypothesis into the cells of the summaries. */
export function compareDays(task: ComparisonTask): DayComparison[] {
  const tallies = new Map(task.days.map((day) => [day, startTally(task, day)]));
  const unfinished = new Set<string | null>(factsOf(task.kind).unfinishedStates);
  const isNear = nearTo(task.days);
  for (const job of task.jobs)
    if (isNear(job) && !unfinished.has(job.state)) countJob(job, task.time, tallies);
  return [...tallies.values()];
}

/** Whether a job can count on one of the days, wherever they begin: most of a list cannot. */
function nearTo(days: readonly Day[]): (job: ListedJob) => boolean {
  const from = startOfDay(days[0] ?? '') - DAY_MS;
  const to = startOfDay(days.at(-1) ?? '') + 2 * DAY_MS;
  return ({ created, completed }) => created < to && (completed ?? created) >= from;
}

interface Tally extends DayComparison {
  readonly cells: Map<string, { readonly summaries: number; readonly listed: number[] }>;
  readonly telling: readonly Record<Question, number>[];
}

const nothingListed = () => hypotheses.map(() => 0);

function startTally({ before, after }: ComparisonTask, day: Day): Tally {
  const [first, second] = [before.get(day), after.get(day)];
  const all = new Set([...(first?.keys() ?? []), ...(second?.keys() ?? [])]);
  const moved = new Set([...all].filter((cell) => first?.get(cell) !== second?.get(cell)));
  const steady = [...(first ?? [])].filter(([cell]) => !moved.has(cell));
  return {
    day,
    moved,
    cells: new Map(steady.map(([cell, summaries]) => [cell, { summaries, listed: nothingListed() }])),
    telling: hypotheses.map(() => perQuestion(() => 0)),
  };
}

function countJob(job: ListedJob, time: RegionTime, tallies: ReadonlyMap<Day, Tally>): void {
  const dayBy = daysOf(job, time);
  const isComposite = job.isParent || job.parentId !== null;
  for (const [index, { answers }] of hypotheses.entries()) {
    const { date, level, zone } = answers;
    const day = dayBy[date][zone];
    const tally = tallies.get(day);
    if (!tally || tally.moved.has(job.cell)) continue;
    const telling = tally.telling[index]!;
    if (isComposite) telling.level += 1;
    if (!isCounted(job, level)) continue;
    if (dayBy[date === 'creation' ? 'completion' : 'creation'][zone] !== day) telling.date += 1;
    if (dayBy[date][zone === 'utc' ? 'region' : 'utc'] !== day) telling.zone += 1;
    const cell = tally.cells.get(job.cell) ?? { summaries: 0, listed: nothingListed() };
    tally.cells.set(job.cell, cell);
    cell.listed[index]! += 1;
  }
}

/** A job without an end counts where it was created. */
function daysOf({ created, completed }: ListedJob, { utcDayOf, dayOf }: RegionTime) {
  const end = completed ?? created;
  return {
    creation: { utc: utcDayOf(created), region: dayOf(created) },
    completion: { utc: utcDayOf(end), region: dayOf(end) },
  };
}

function isCounted({ isParent, parentId }: ListedJob, level: Hypothesis['answers']['level']): boolean {
  if (level === 'top-level') return parentId === null;
  return level === 'all' || !isParent;
}
