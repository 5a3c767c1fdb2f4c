import pMap from 'p-map';
import type { RecordedObject } from '../../schemas/pull-record.ts';
import type { IncompletePartition } from '../../schemas/replay-result.ts';
import type { UnitTask, ReplayWorld } from './task.ts';
import { type Day, monthOf } from '../domain/day.ts';
import { partitionPath } from '../ledger/partition.ts';
import type { SummaryRow } from '../../schemas/columns.ts';
import { spokenFor } from './days.ts';
import { readAgain } from './read-again.ts';
import { daysOf } from '../merge/days.ts';
import { mergeDay } from '../merge/merge.ts';
import { type RebuildTask, type Rebuilt, rebuildPartition } from './rebuild.ts';
import { observedAtOf } from '../ledger/pull-record.ts';
import { GRACE_MS } from '../ledger/grace.ts';

const PARTITION_CONCURRENCY = 3;

export interface RebuiltDays {
  readonly objects: readonly RecordedObject[];
  readonly incomplete: readonly IncompletePartition[];
}

/** Rebuilds the given days, month by month. */
export async function rebuildDays(
  task: UnitTask,
  months: readonly (readonly Day[])[],
  world: ReplayWorld,
): Promise<RebuiltDays> {
  const merged = await mergePulls(task, new Set(months.flat()), world);
  const rebuilt = await pMap(months, (days) => rebuildMonth(task, { days, ...merged }, world), {
    concurrency: PARTITION_CONCURRENCY,
  });
  return {
    objects: rebuilt.flatMap(({ objects }) => objects),
    incomplete: rebuilt.flatMap(({ incomplete }) => incomplete),
  };
}

async function rebuildMonth(
  task: UnitTask,
  { days, rows, doubts }: MergedDays & { readonly days: readonly Day[] },
  world: ReplayWorld,
): Promise<RebuiltDays> {
  const { table, region, aggregationPeriod } = task.unit;
  const key = { table, aggregationPeriod, month: monthOf(days[0] ?? ''), region };
  const partition = partitionPath(key);
  const reasons = [...new Set(days.flatMap((day) => doubts.get(day) ?? []))];
  if (reasons.length > 0 && !days.some((day) => rows.has(day)))
    return { objects: [], incomplete: [{ partition, action: 'kept', reasons }] };
  const swap = {
    key,
    // A day of which nothing can be replayed stays as it is, where it can.
    days: new Map(
      days.filter((day) => rows.has(day) || !doubts.has(day)).map((day) => [day, rows.get(day) ?? []]),
    ),
    isDoubtful: reasons.length > 0,
  };
  const rebuilt = await swapIn(task, swap, world);
  const objects = rebuilt.action === 'rebuilt' && rebuilt.object ? [rebuilt.object] : [];
  if (rebuilt.action === 'overtaken') {
    const why = 'a pull that is not on record yet was here: replay again when it is';
    return { objects, incomplete: [{ partition, action: 'kept', reasons: [why] }] };
  }
  return { objects, incomplete: reasons.length > 0 ? [{ partition, action: rebuilt.action, reasons }] : [] };
}

interface MergedDays {
  readonly rows: ReadonlyMap<Day, readonly SummaryRow[]>;
  /** Why a day may lack something. */
  readonly doubts: ReadonlyMap<Day, string[]>;
}

/** What all pulls, oldest first, make of these days: the same rules as when they were pulled. */
async function mergePulls(
  { unit, withdrawn }: UnitTask,
  days: ReadonlySet<Day>,
  world: ReplayWorld,
): Promise<MergedDays> {
  const rows = new Map<Day, readonly SummaryRow[]>();
  const doubts = new Map<Day, string[]>();
  for (const pull of unit.pulls) {
    world.signal.throwIfAborted();
    const own = spokenFor(pull).filter((day) => days.has(day));
    if (own.length === 0 || withdrawn.has(pull.pull)) continue;
    const again = await readAgain(pull, { store: world.source, lines: world.lines });
    if ('unusable' in again) {
      world.warn(again.unusable);
      for (const day of own) doubts.set(day, [...(doubts.get(day) ?? []), again.unusable]);
      continue;
    }
    for (const { startDate, day } of daysOf(again.seen)) {
      if (days.has(startDate)) rows.set(startDate, mergeDay(rows.get(startDate) ?? [], day).rows);
    }
  }
  return { rows, doubts };
}

interface Swap extends Pick<RebuildTask, 'key' | 'days'> {
  /** Whether a pull had a say in it that cannot be replayed. */
  readonly isDoubtful: boolean;
}

async function swapIn(
  { unit, hashes, startedAt }: UnitTask,
  { key, days, isDoubtful }: Swap,
  world: ReplayWorld,
): Promise<Rebuilt> {
  const newestPull = Math.max(...unit.pulls.map(observedAtOf));
  const partition = partitionPath(key);
  return world.retryLostRaces(partition, () =>
    rebuildPartition(
      { store: world.target, codec: world.codec },
      {
        key,
        kind: unit.kind,
        days,
        isRecorded: hashes.has(partition),
        keeps: (hash) => isDoubtful && hashes.judge(partition, hash) === 'known',
        mayBeUnderWay: (observedAt) =>
          observedAt > newestPull && observedAt >= startedAt - GRACE_MS && observedAt <= world.clock.now(),
      },
    ),
  );
}
