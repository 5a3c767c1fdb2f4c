import pMap from 'p-map';
import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import {
  RECORD_VERSION,
  recordInstant,
  type RecordedObject,
  REPLAY_SCOPE,
  type ReplayRecord,
} from '../../schemas/pull-record.ts';
import type { IncompletePartition, ReplayedTable } from '../../schemas/replay-result.ts';
import { addDays, type Day, daysBetween } from '../domain/day.ts';
import { partitionPath, type PartitionKey } from '../ledger/partition.ts';
import { pullPath } from '../ledger/pull-key.ts';
import type { RecordedPull, ReplayPlan, ReplayUnit } from './plan.ts';
import { readAgain } from './read-again.ts';
import type { ReplayWorld, Range } from './task.ts';
import { mergeDay } from '../merge/merge.ts';
import { rebuildPartition, type Rebuilt } from './rebuild.ts';
import { observedAtOf } from '../ledger/pull-record.ts';
import { writeOnce } from '../ledger/write-once.ts';
import { daysOf } from '../merge/days.ts';

/** Start dates rebuilt at once: what memory holds of a unit. Raw pages across a border are read twice. */
const DAYS_PER_ROUND = 92;
const PARTITION_CONCURRENCY = 8;
/** A pull under way is given so long to be recorded. */
const GRACE_MS = 2 * 3_600_000;

export interface UnitTask extends Pick<ReplayPlan, 'withdrawn' | 'hashes'> {
  readonly unit: ReplayUnit;
  readonly range: Range;
  readonly startedAt: EpochMs;
}

/** Rebuilds the partitions of one table in one region, and records that. Undefined when none is in range. */
export async function replayUnit(task: UnitTask, world: ReplayWorld): Promise<ReplayedTable | undefined> {
  const { unit, withdrawn } = task;
  const days = daysIn(unit, task.range);
  const [first] = unit.pulls;
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  if (!first || firstDay === undefined || lastDay === undefined) return undefined;
  const objects: RecordedObject[] = [];
  const incomplete: IncompletePartition[] = [];
  for (let from = firstDay; from <= lastDay; from = addDays(from, DAYS_PER_ROUND)) {
    const until = addDays(from, DAYS_PER_ROUND - 1);
    const some = await rebuildDays(task, { from, to: until < lastDay ? until : lastDay }, world);
    objects.push(...some.objects);
    incomplete.push(...some.incomplete);
  }
  const { kind, aggregation_period, region, table } = first.record;
  const partitions = {
    written: objects.filter(({ action }) => action === 'written').length,
    unchanged: objects.filter(({ action }) => action === 'unchanged').length,
  };
  const of = { table, kind, aggregation_period, region, first_day: firstDay, last_day: lastDay, partitions };
  const record: ReplayRecord = {
    record_version: RECORD_VERSION,
    written_by: world.writtenBy,
    outcome: 'replayed',
    scope: REPLAY_SCOPE,
    observed_at: recordInstant(task.startedAt),
    ...of,
    withdrawn: unit.pulls.map(({ key }) => key).filter((key) => withdrawn.has(key)),
    objects,
  };
  const replayed = unit.pulls.filter((pull) => !withdrawn.has(pull.key) && touches(pull, of));
  return {
    ...of,
    pulls: replayed.length,
    incomplete,
    record: await writeRecord(record, task.startedAt, world),
  };
}

async function writeRecord(
  record: ReplayRecord,
  startedAt: EpochMs,
  { target }: ReplayWorld,
): Promise<string> {
  const slice = { ...record, aggregationPeriod: record.aggregation_period };
  const bytes = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
  return writeOnce(target, (instant) => pullPath(slice, instant), startedAt, bytes);
}

/** Start dates any of the unit's pulls speaks for, withdrawn ones among them: what they brought has to go. */
function daysIn({ pulls }: ReplayUnit, { from, to }: Range): Day[] {
  const days = new Set(pulls.flatMap(spokenFor));
  return [...days]
    .filter((day) => (from === undefined || day >= from) && (to === undefined || day <= to))
    .toSorted();
}

function spokenFor({ record: { first_day: first, last_day: last } }: RecordedPull): Day[] {
  return first === null || last === null ? [] : daysBetween(first, last);
}

function touches(
  { record }: RecordedPull,
  range: { readonly first_day: Day; readonly last_day: Day },
): boolean {
  const { first_day: first, last_day: last } = record;
  return first !== null && last !== null && first <= range.last_day && last >= range.first_day;
}

interface RebuiltDays {
  readonly objects: readonly RecordedObject[];
  readonly incomplete: readonly IncompletePartition[];
}

async function rebuildDays(task: UnitTask, range: Required<Range>, world: ReplayWorld): Promise<RebuiltDays> {
  const days = new Set(daysIn(task.unit, range));
  const { rows, doubts } = await mergePulls(task, days, world);
  const objects: RecordedObject[] = [];
  const incomplete: IncompletePartition[] = [];
  await pMap(
    days,
    async (startDate) => {
      const reasons = [...(doubts.get(startDate) ?? [])];
      const key = keyOf(task.unit, startDate);
      if (reasons.length > 0 && !rows.has(startDate)) {
        incomplete.push({ partition: partitionPath(key), action: 'kept', reasons });
        return;
      }
      const rebuilt = await swapIn(
        task,
        { key, rows: rows.get(startDate) ?? [], isDoubtful: reasons.length > 0 },
        world,
      );
      if (rebuilt.action === 'rebuilt' && rebuilt.object) objects.push(rebuilt.object);
      const partition = partitionPath(key);
      if (rebuilt.action === 'overtaken') {
        const why = 'a pull that is not on record yet was here: replay again when it is';
        incomplete.push({ partition, action: 'kept', reasons: [why] });
      } else if (reasons.length > 0) {
        incomplete.push({ partition, action: rebuilt.action, reasons });
      }
    },
    { concurrency: PARTITION_CONCURRENCY },
  );
  return {
    objects: objects.toSorted((a, b) => (a.partition < b.partition ? -1 : 1)),
    incomplete: incomplete.toSorted((a, b) => (a.partition < b.partition ? -1 : 1)),
  };
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
    if (own.length === 0 || withdrawn.has(pull.key)) continue;
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

interface Swap {
  readonly key: PartitionKey;
  readonly rows: readonly SummaryRow[];
  /** Whether a pull had a say in it that cannot be replayed. */
  readonly isDoubtful: boolean;
}

async function swapIn(task: UnitTask, { key, rows, isDoubtful }: Swap, world: ReplayWorld): Promise<Rebuilt> {
  const { unit, hashes, startedAt } = task;
  const newestPull = Math.max(...unit.pulls.map(({ record }) => observedAtOf(record)));
  const partition = partitionPath(key);
  const kind = unit.pulls[0]?.record.kind ?? 'copy';
  return world.retryLostRaces(partition, () =>
    rebuildPartition(
      { store: world.target, codec: world.codec },
      {
        key,
        kind,
        rows,
        keeps: (hash) => isDoubtful && hashes.judge(partition, hash) === 'known',
        mayBeUnderWay: (observedAt) =>
          observedAt > newestPull && observedAt >= startedAt - GRACE_MS && observedAt <= world.clock.now(),
      },
    ),
  );
}

function keyOf({ pulls, table, region }: ReplayUnit, startDate: Day): PartitionKey {
  const aggregationPeriod = pulls[0]?.record.aggregation_period ?? 'ONE_DAY';
  return { table, aggregationPeriod, startDate, region };
}
