import pMap from 'p-map';
import { type Day } from '../domain/day.ts';
import { groupBy } from '../domain/group-by.ts';
import type { RetryLostRaces } from '../ports.ts';
import type { SliceReport } from '../pull/slice-result.ts';
import {
  applyPartition,
  type CommittedPartition,
  type Files,
  type PartitionPlan,
  type PartitionTask,
  planPartition,
} from './commit.ts';
import { asStored, type DaySeen, mergeDays, type MergedTogether } from './merge.ts';
import { type SliceSeen, daysSeen } from './days.ts';

/** Partitions that are read, merged and written side by side. */
const PARTITIONS_AT_ONCE = 8;

/** One partition, and the pulls that have something to say about it, in the order of the parts of its merge. */
export interface DayPlan extends PartitionPlan<MergedTogether> {
  readonly pulls: readonly SliceSeen[];
}

/**
 * Reads and merges every day from the first to the last that each pull returned. The pulls' slices share their
 * partitions, which differ in nothing but the day. Nothing is written.
 */
export async function planDays(pulls: readonly SliceSeen[], files: Files): Promise<DayPlan[]> {
  const plan = async ({ task, pulls: of }: DayTask) => ({ ...(await planPartition(files, task)), pulls: of });
  return pMap(dayTasks(pulls), plan, { concurrency: PARTITIONS_AT_ONCE });
}

/**
 * Writes what is to change. A partition that fails does not stop the others: each is as it was or as it should be.
 * Returns what failed first for each pull that is not published whole.
 */
export async function publishDays(
  plans: readonly DayPlan[],
  world: Files & { readonly retryLostRaces: RetryLostRaces },
  reports: ReadonlyMap<SliceSeen, SliceReport>,
): Promise<Map<SliceSeen, unknown>> {
  const failures = new Map<SliceSeen, unknown>();
  const publish = async (plan: DayPlan) => {
    try {
      report(plan, await commit(plan, world), reports);
    } catch (thrown) {
      for (const pull of plan.pulls) if (!failures.has(pull)) failures.set(pull, thrown);
    }
  };
  await pMap(plans, publish, { concurrency: PARTITIONS_AT_ONCE });
  return failures;
}

function commit(plan: DayPlan, world: Files & { readonly retryLostRaces: RetryLostRaces }) {
  let current: PartitionPlan<MergedTogether> | undefined = plan;
  return world.retryLostRaces(plan.change.partition, async () => {
    current ??= await planPartition(world, plan.task);
    const committed = await applyPartition(world, current);
    current = undefined;
    return committed;
  });
}

/** A pull is told that a partition was written where it changed something in it; else it found its rows there. */
function report(
  { pulls, change }: DayPlan,
  { merged, object }: CommittedPartition<MergedTogether>,
  reports: ReadonlyMap<SliceSeen, SliceReport>,
): void {
  pulls.forEach((pull, index) => {
    const part = merged.parts[index];
    const changes = part && part.added + part.changed + part.removed > 0;
    const of = reports.get(pull);
    if (object) of?.kept(changes ? object : { ...object, action: 'unchanged' });
    of?.protectedRows(change.partition, part?.protectedAccounts ?? 0);
  });
}

/** What a dry run would have protected. */
export function tellProtected(plans: readonly DayPlan[], reports: ReadonlyMap<SliceSeen, SliceReport>): void {
  for (const { pulls, merged, change } of plans)
    pulls.forEach((pull, index) =>
      reports.get(pull)?.protectedRows(change.partition, merged.parts[index]?.protectedAccounts ?? 0),
    );
}

interface DayTask {
  readonly task: PartitionTask<MergedTogether>;
  readonly pulls: readonly SliceSeen[];
}

function dayTasks(pulls: readonly SliceSeen[]): DayTask[] {
  const seen = pulls.flatMap((pull) => daysSeen(pull).map((day) => ({ pull, ...day })));
  const byDay = [...groupBy(seen, ({ startDate }) => startDate)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return byDay.map(([startDate, of]) => ({ pulls: of.map(({ pull }) => pull), task: taskOf(startDate, of) }));
}

function taskOf(
  startDate: Day,
  seen: readonly { readonly pull: SliceSeen; readonly day: DaySeen }[],
): PartitionTask<MergedTogether> {
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
    asStored,
  };
}
