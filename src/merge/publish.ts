import pMap from 'p-map';
import type { RecordedObject } from '../../schemas/pull-record.ts';
import { type Day, monthOf, type Month } from '../domain/day.ts';
import { groupBy } from '../domain/group-by.ts';
import type { RetryLostRaces } from '../ports.ts';
import {
  applyPartition,
  type CommittedPartition,
  type DayTask,
  type Files,
  type MergedDay,
  type PartitionPlan,
  type PartitionTask,
  planPartition,
} from './commit.ts';
import { daysOf, type SliceSnapshot } from './days.ts';
import { type DaySnapshot, mergeDays } from './merge.ts';
import { isPartlyUnnamed } from '../domain/row.ts';

/** Partitions that are read, merged and written side by side. A pull touches three months at most. */
const PARTITION_CONCURRENCY = 3;

/** One partition, and day by day the pulls that have something to say about it. */
export interface MonthPlan extends PartitionPlan {
  /** In the order of the parts of each day's merge. */
  readonly speakers: ReadonlyMap<Day, readonly SliceSnapshot[]>;
}

/** What became of a plan: what is stored now, or why it could not be published. */
export type PublishedMonth = { readonly plan: MonthPlan } & (
  { readonly committed: CommittedPartition } | { readonly failure: unknown }
);

/** What publishing brought one pull. */
export interface Published {
  /** Partitions written or confirmed. */
  readonly objects: readonly RecordedObject[];
  /** Start dates it changed, and those it found as they were. */
  readonly days: { readonly written: number; readonly unchanged: number };
  /** Days on which stored rows were protected, and of how many accounts. */
  readonly protected: readonly ProtectedDay[];
  /** Days that hold rows of named accounts and rows of none. */
  readonly partlyUnnamed: readonly Day[];
  /** What failed first, when it is not published whole. */
  readonly failure?: unknown;
}

export interface ProtectedDay {
  readonly startDate: Day;
  readonly accounts: number;
}

/**
 * Reads and merges every day from the first to the last that each pull returned. The pulls' slices share their
 * partitions, which differ in nothing but the month. Nothing is written.
 */
export async function planMonths(pulls: readonly SliceSnapshot[], files: Files): Promise<MonthPlan[]> {
  const plan = async ({ task, speakers }: MonthTask) => ({ ...(await planPartition(files, task)), speakers });
  return pMap(monthTasks(pulls), plan, { concurrency: PARTITION_CONCURRENCY });
}

/** Writes what is to change. A partition that fails does not stop the others: each is as it was or as it should be. */
export async function publishMonths(
  plans: readonly MonthPlan[],
  world: Files & { readonly retryLostRaces: RetryLostRaces },
): Promise<PublishedMonth[]> {
  const publish = async (plan: MonthPlan): Promise<PublishedMonth> => {
    try {
      return { plan, committed: await commit(plan, world) };
    } catch (failure) {
      return { plan, failure };
    }
  };
  return pMap(plans, publish, { concurrency: PARTITION_CONCURRENCY });
}

function commit(plan: MonthPlan, world: Files & { readonly retryLostRaces: RetryLostRaces }) {
  let current: PartitionPlan | undefined = plan;
  return world.retryLostRaces(plan.change.partition, async () => {
    current ??= await planPartition(world, plan.task);
    const committed = await applyPartition(world, current);
    current = undefined;
    return committed;
  });
}

/** One pull's part of what was published. It wrote a partition where it changed something; else it found its rows there. */
export function publishedBy(pull: SliceSnapshot, months: readonly PublishedMonth[]): Published {
  const own = months.filter(({ plan }) => speaksIn(plan, pull));
  const failed = own.find((month) => 'failure' in month);
  const committed = own.flatMap((month) => ('committed' in month ? [month] : []));
  return {
    objects: committed.flatMap(({ plan, committed: { days, object } }) => {
      if (!object) return [];
      const changes = partsOf(plan, days, pull).some(isChange);
      return [changes || object.action === 'unchanged' ? object : found(object)];
    }),
    days: countDays(committed.flatMap(({ plan, committed: { days } }) => partsOf(plan, days, pull))),
    protected: committed.flatMap(({ plan, committed: { days } }) => protectedDays(partsOf(plan, days, pull))),
    partlyUnnamed: committed.flatMap(({ plan, committed: { days } }) => partlyUnnamedDays(plan, days, pull)),
    ...(failed && { failure: failed.failure }),
  };
}

/** What publishing would bring one pull. */
export function plannedBy(pull: SliceSnapshot, plans: readonly MonthPlan[]): Published {
  return {
    objects: [],
    days: { written: 0, unchanged: 0 },
    protected: plans.flatMap((plan) => protectedDays(partsOf(plan, plan.days, pull))),
    partlyUnnamed: plans.flatMap((plan) => partlyUnnamedDays(plan, plan.days, pull)),
  };
}

function found(object: RecordedObject): RecordedObject {
  return { ...object, action: 'unchanged', replaced_sha256: null };
}

function speaksIn({ speakers }: MonthPlan, pull: SliceSnapshot): boolean {
  return [...speakers.values()].some((pulls) => pulls.includes(pull));
}

/** What one pull made of each day it speaks for. */
function partsOf({ speakers }: MonthPlan, days: readonly MergedDay[], pull: SliceSnapshot) {
  return days.flatMap(({ startDate, merged }) => {
    const part = merged.parts[speakers.get(startDate)?.indexOf(pull) ?? -1];
    return part ? [{ startDate, part }] : [];
  });
}

type SpokenPart = ReturnType<typeof partsOf>[number];

function isChange({ part }: SpokenPart): boolean {
  return part.added + part.changed + part.removed > 0;
}

function countDays(parts: readonly SpokenPart[]): Published['days'] {
  const written = parts.filter(isChange).length;
  return { written, unchanged: parts.length - written };
}

function protectedDays(parts: readonly SpokenPart[]): ProtectedDay[] {
  return parts
    .map(({ startDate, part }) => ({ startDate, accounts: part.protectedAccounts }))
    .filter(({ accounts }) => accounts > 0);
}

function partlyUnnamedDays({ speakers }: MonthPlan, days: readonly MergedDay[], pull: SliceSnapshot): Day[] {
  return days
    .filter(
      ({ startDate, merged }) => speakers.get(startDate)?.includes(pull) && isPartlyUnnamed(merged.rows),
    )
    .map(({ startDate }) => startDate);
}

interface MonthTask extends Pick<MonthPlan, 'speakers'> {
  readonly task: PartitionTask;
}

/** One pull's word on one day. */
interface SpokenDay {
  readonly pull: SliceSnapshot;
  readonly startDate: Day;
  readonly day: DaySnapshot;
}

function monthTasks(pulls: readonly SliceSnapshot[]): MonthTask[] {
  const spoken = pulls.flatMap((pull) => daysOf(pull).map((day) => ({ pull, ...day })));
  const byMonth = [...groupBy(spoken, ({ startDate }) => monthOf(startDate))].toSorted(inOrder);
  return byMonth.map(([month, days]) => monthTask(month, days));
}

function monthTask(month: Month, spoken: readonly SpokenDay[]): MonthTask {
  const [first] = spoken;
  if (!first) throw new RangeError('a task needs a pull');
  const { kind, table, aggregationPeriod, region } = first.pull.slice;
  const byDay = [...groupBy(spoken, ({ startDate }) => startDate)].toSorted(inOrder);
  const days = byDay.map(([startDate, words]): DayTask => {
    const snapshots = words.map(({ day }) => day);
    return { startDate, merge: (stored) => mergeDays(kind, stored, snapshots) };
  });
  return {
    task: { kind, key: { table, aggregationPeriod, month, region }, days },
    speakers: new Map(byDay.map(([startDate, words]) => [startDate, words.map(({ pull }) => pull)])),
  };
}

function inOrder([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
