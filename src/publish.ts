import pMap from 'p-map';
import type { EpochMs, SummaryRow } from '../schemas/columns.ts';
import { type Day, daysBetween, utcDay } from './domain/day.ts';
import { groupBy } from './domain/group-by.ts';
import type { Slice } from './domain/slice.ts';
import type { RetryLostRaces } from './ports.ts';
import { accountsOf, type SliceReport } from './slice-report.ts';
import {
  applyPartition,
  type Files,
  type PartitionPlan,
  type PartitionTask,
  planPartition,
} from './stages/commit.ts';
import { type DaySeen, type Merged, mergeDay } from './stages/merge.ts';

/** Partitions of one slice that are read, merged and written side by side. */
const PARTITIONS_AT_ONCE = 8;

/** All that a pull knows about its slice's days. */
export interface SliceSeen {
  readonly slice: Slice;
  readonly rows: readonly SummaryRow[];
  readonly observedAt: EpochMs;
  /** Whether a day may be shown incompletely; the oldest always may. */
  readonly isDoubtful: (day: Day) => boolean;
}

type DayPlan = PartitionPlan<Merged>;

/** Reads and merges every day from the first to the last the pull returned. Nothing is written. */
export async function planDays(seen: SliceSeen, files: Files): Promise<DayPlan[]> {
  return pMap(dayTasks(seen), (task) => planPartition(files, task), { concurrency: PARTITIONS_AT_ONCE });
}

/** Writes what is to change. A partition that fails does not stop the others: each is as it was or as it should be. */
export async function publishDays(
  plans: readonly DayPlan[],
  world: Files & { readonly retryLostRaces: RetryLostRaces },
  report: SliceReport,
): Promise<void> {
  const failures: unknown[] = [];
  const publish = async (plan: DayPlan) => {
    try {
      const { merged, object } = await commit(plan, world);
      if (object) report.kept(object);
      report.protectedRows(plan.change.partition, merged.protectedAccounts);
    } catch (thrown) {
      failures.push(thrown);
    }
  };
  await pMap(plans, publish, { concurrency: PARTITIONS_AT_ONCE });
  if (failures.length > 0) throw failures[0];
}

function commit(plan: DayPlan, world: Files & { readonly retryLostRaces: RetryLostRaces }) {
  let current: DayPlan | undefined = plan;
  return world.retryLostRaces(plan.change.partition, async () => {
    current ??= await planPartition(world, plan.task);
    const committed = await applyPartition(world, current);
    current = undefined;
    return committed;
  });
}

function dayTasks(seen: SliceSeen): PartitionTask<Merged>[] {
  const { kind, table, aggregationPeriod, region } = seen.slice;
  return daysSeen(seen).map(({ startDate, day }) => ({
    kind,
    key: { table, aggregationPeriod, startDate, region },
    merge: (stored) => mergeDay(stored, day),
  }));
}

/** Every day a pull speaks for, from the first to the last it returned, and what it has to say of it. */
export function daysSeen({
  slice,
  rows,
  observedAt,
  isDoubtful,
}: SliceSeen): { readonly startDate: Day; readonly day: DaySeen }[] {
  const accounts = accountsOf(rows);
  const returnedOn = groupBy(rows, (row) => utcDay(row.start_time));
  const days = [...returnedOn.keys()].toSorted();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  return daysBetween(first, last).map((startDate) => {
    const returned = returnedOn.get(startDate) ?? [];
    const doubtful = isDoubtful(startDate) || startDate === first;
    return { startDate, day: { kind: slice.kind, observedAt, returned, accounts, doubtful } };
  });
}
