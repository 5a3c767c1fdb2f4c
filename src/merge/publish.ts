import pMap from 'p-map';
import { type Day } from '../domain/day.ts';
import { groupBy } from '../domain/group-by.ts';
import type { RetryLostRaces } from '../ports.ts';
import {
  applyPartition,
  type CommittedPartition,
  type Files,
  type PartitionPlan,
  type PartitionTask,
  planPartition,
} from './commit.ts';
import { type DaySnapshot, mergeDays, type MergedTogether } from './merge.ts';
import { type SliceSnapshot, daysOf } from './days.ts';
import type { RecordedObject } from '../../schemas/pull-record.ts';

/** Partitions that are read, merged and written side by side. */
const PARTITION_CONCURRENCY = 8;

/** One partition, and the pulls that have something to say about it, in the order of the parts of its merge. */
export interface DayPlan extends PartitionPlan {
  readonly pulls: readonly SliceSnapshot[];
}

/** What became of a plan: what is stored now, or why it could not be published. */
export type PublishedDay = { readonly plan: DayPlan } & (
  { readonly committed: CommittedPartition } | { readonly failure: unknown }
);

/** What publishing brought one pull. */
export interface Published {
  /** Partitions written or confirmed. */
  readonly objects: readonly RecordedObject[];
  /** Partitions in which stored rows were protected, and of how many accounts. */
  readonly protected: readonly ProtectedAccounts[];
  /** What failed first, when it is not published whole. */
  readonly failure?: unknown;
}

export interface ProtectedAccounts {
  readonly partition: string;
  readonly accounts: number;
}

/**
 * Reads and merges every day from the first to the last that each pull returned. The pulls' slices share their
 * partitions, which differ in nothing but the day. Nothing is written.
 */
export async function planDays(pulls: readonly SliceSnapshot[], files: Files): Promise<DayPlan[]> {
  const plan = async ({ task, pulls: speakers }: DayTask) => ({
    ...(await planPartition(files, task)),
    pulls: speakers,
  });
  return pMap(dayTasks(pulls), plan, { concurrency: PARTITION_CONCURRENCY });
}

/** Writes what is to change. A partition that fails does not stop the others: each is as it was or as it should be. */
export async function publishDays(
  plans: readonly DayPlan[],
  world: Files & { readonly retryLostRaces: RetryLostRaces },
): Promise<PublishedDay[]> {
  const publish = async (plan: DayPlan): Promise<PublishedDay> => {
    try {
      return { plan, committed: await commit(plan, world) };
    } catch (failure) {
      return { plan, failure };
    }
  };
  return pMap(plans, publish, { concurrency: PARTITION_CONCURRENCY });
}

function commit(plan: DayPlan, world: Files & { readonly retryLostRaces: RetryLostRaces }) {
  let current: PartitionPlan | undefined = plan;
  return world.retryLostRaces(plan.change.partition, async () => {
    current ??= await planPartition(world, plan.task);
    const committed = await applyPartition(world, current);
    current = undefined;
    return committed;
  });
}

/** One pull's part of what was published. A partition was written by it where it changed something; else it found its rows there. */
export function publishedBy(pull: SliceSnapshot, days: readonly PublishedDay[]): Published {
  const own = days.filter(({ plan }) => plan.pulls.includes(pull));
  const failed = own.find((day) => 'failure' in day);
  const committed = own.flatMap((day) => ('committed' in day ? [day] : []));
  return {
    objects: committed.flatMap(({ plan, committed: { merged, object } }) => {
      const { added = 0, changed = 0, removed = 0 } = partOf(plan, merged, pull) ?? {};
      if (!object) return [];
      return [added + changed + removed > 0 ? object : { ...object, action: 'unchanged' as const }];
    }),
    protected: protectedIn(
      pull,
      committed.map(({ plan, committed: { merged } }) => ({ ...plan, merged })),
    ),
    ...(failed && { failure: failed.failure }),
  };
}

/** What the rules protect from a pull, or would with a dry run. */
export function protectedIn(pull: SliceSnapshot, plans: readonly DayPlan[]): ProtectedAccounts[] {
  return plans
    .filter(({ pulls }) => pulls.includes(pull))
    .map((plan) => ({
      partition: plan.change.partition,
      accounts: partOf(plan, plan.merged, pull)?.protectedAccounts ?? 0,
    }))
    .filter(({ accounts }) => accounts > 0);
}

function partOf({ pulls }: DayPlan, { parts }: MergedTogether, pull: SliceSnapshot) {
  return parts[pulls.indexOf(pull)];
}

interface DayTask {
  readonly task: PartitionTask;
  readonly pulls: readonly SliceSnapshot[];
}

function dayTasks(pulls: readonly SliceSnapshot[]): DayTask[] {
  const seen = pulls.flatMap((pull) => daysOf(pull).map((day) => ({ pull, ...day })));
  const byDay = [...groupBy(seen, ({ startDate }) => startDate)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return byDay.map(([startDate, said]) => ({
    pulls: said.map(({ pull }) => pull),
    task: taskOf(startDate, said),
  }));
}

function taskOf(
  startDate: Day,
  seen: readonly { readonly pull: SliceSnapshot; readonly day: DaySnapshot }[],
): PartitionTask {
  const [first] = seen;
  if (!first) throw new RangeError('a task needs a pull');
  const { kind, table, aggregationPeriod, region } = first.pull.slice;
  return {
    kind,
    key: { table, aggregationPeriod, startDate, region },
    merge: (stored) =>
      mergeDays(
        kind,
        stored,
        seen.map(({ day }) => day),
      ),
  };
}
