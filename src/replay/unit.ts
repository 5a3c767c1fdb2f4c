import pMap from 'p-map';
import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import {
  RECORD_VERSION,
  recordInstant,
  type RecordedObject,
  REPLAY_SCOPE,
  type ReplayRecord,
  type PullRecord,
} from '../../schemas/pull-record.ts';
import type { IncompletePartition, ReplayedTable } from '../../schemas/replay-result.ts';
import { type Day, daysBetween, type Month, monthOf } from '../domain/day.ts';
import { partitionPath, type PartitionKey } from '../ledger/partition.ts';
import type { ReplayPlan, ReplayUnit } from './plan.ts';
import { readAgain } from './read-again.ts';
import type { ReplayWorld, Range } from './task.ts';
import { mergeDay } from '../merge/merge.ts';
import { rebuildPartition, type Rebuilt, openIfIntact, type RebuildTask } from './rebuild.ts';
import { observedAtOf, type RecordLink, type Unhashed } from '../ledger/pull-record.ts';
import { daysOf } from '../merge/days.ts';
import { groupBy } from '../domain/group-by.ts';
import { sliceName } from '../domain/slice.ts';
import { appendRecord } from '../ledger/records.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { GRACE_MS } from '../ledger/grace.ts';

/** Months rebuilt at once: what memory holds of a unit. Raw pages across a border are read twice. */
const MONTHS_PER_ROUND = 3;
const PARTITION_CONCURRENCY = 3;

export interface UnitTask extends Pick<ReplayPlan, 'withdrawn' | 'hashes'> {
  /** Month of the ledger's first pull. */
  readonly firstMonth: Month;
  readonly unit: ReplayUnit;
  readonly range: Range;
  readonly startedAt: EpochMs;
}

/** Rebuilds the partitions of one table in one region, and records that. Undefined when none is in range. */
export async function replayUnit(task: UnitTask, world: ReplayWorld): Promise<ReplayedTable | undefined> {
  const { unit, withdrawn } = task;
  const days = await wholeDamagedMonths(daysIn(unit, task.range), task, world);
  const [first] = unit.pulls;
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  if (!first || firstDay === undefined || lastDay === undefined) return undefined;
  const objects: RecordedObject[] = [];
  const incomplete: IncompletePartition[] = [];
  const months = [...groupBy(days, monthOf).values()];
  for (let index = 0; index < months.length; index += MONTHS_PER_ROUND) {
    const round = await rebuildDays(task, months.slice(index, index + MONTHS_PER_ROUND), world);
    objects.push(...round.objects);
    incomplete.push(...round.incomplete);
  }
  const { kind, aggregationPeriod: aggregation_period, region, table } = unit;
  const partitions = {
    written: objects.filter(({ action }) => action === 'written').length,
    unchanged: objects.filter(({ action }) => action === 'unchanged').length,
  };
  const replayed = {
    table,
    kind,
    aggregation_period,
    region,
    first_day: firstDay,
    last_day: lastDay,
    partitions,
  };
  const pulls = unit.pulls.filter((pull) => !withdrawn.has(pull.pull) && touches(pull, replayed));
  return {
    ...replayed,
    pulls: pulls.length,
    incomplete,
    record: await storeRecord(task, { replayed, objects }, world),
  };
}

type ReplayedDays = Pick<
  ReplayRecord,
  'table' | 'kind' | 'aggregation_period' | 'region' | 'first_day' | 'last_day' | 'partitions'
>;

/** Returns the name of the replay, as it is on record. */
async function storeRecord(
  { unit, withdrawn, startedAt, firstMonth }: UnitTask,
  { replayed, objects }: { readonly replayed: ReplayedDays; readonly objects: readonly RecordedObject[] },
  world: ReplayWorld,
): Promise<string> {
  const slice = sliceName({ ...replayed, aggregationPeriod: unit.aggregationPeriod, scope: REPLAY_SCOPE });
  const withLink = (link: RecordLink): Unhashed<ReplayRecord> => ({
    record_version: RECORD_VERSION,
    written_by: world.writtenBy,
    ...link,
    started_at: recordInstant(startedAt),
    finished_at: recordInstant(world.clock.now()),
    outcome: 'replayed',
    scope: REPLAY_SCOPE,
    observed_at: recordInstant(startedAt),
    ...replayed,
    withdrawn: unit.pulls.map(({ pull }) => pull).filter((pull) => withdrawn.has(pull)),
    objects: [...objects],
  });
  return appendRecord(
    { slice, firstMonth, observedAt: startedAt, withLink },
    { ...world, store: world.target },
  );
}

/** Start dates any of the unit's pulls speaks for, withdrawn ones among them: what they brought has to go. */
function daysIn({ pulls }: ReplayUnit, { from, to }: Range): Day[] {
  const days = new Set(pulls.flatMap(spokenFor));
  return [...days]
    .filter((day) => (from === undefined || day >= from) && (to === undefined || day <= to))
    .toSorted();
}

/**
 * In a partition that is gone or damaged the days outside the range cannot stay as they are: there they are rebuilt, too.
 */
async function wholeDamagedMonths(
  days: readonly Day[],
  { unit }: UnitTask,
  world: ReplayWorld,
): Promise<Day[]> {
  const all = groupBy(daysIn(unit, {}), monthOf);
  const rebuilt: Day[] = [];
  for (const [month, within] of groupBy(days, monthOf)) {
    const whole = all.get(month) ?? [];
    const widens = whole.length > within.length && world.target === world.source;
    rebuilt.push(...(widens && !(await isIntact({ ...unit, month }, unit.kind, world)) ? whole : within));
  }
  return rebuilt;
}

async function isIntact(key: PartitionKey, kind: Kind, { target, codec }: ReplayWorld): Promise<boolean> {
  const stored = await target.get(partitionPath(key));
  return stored !== undefined && (await openIfIntact(codec, kind, stored)) !== undefined;
}

function spokenFor({ first_day: first, last_day: last }: PullRecord): Day[] {
  return first === null || last === null ? [] : daysBetween(first, last);
}

function touches(
  { first_day: first, last_day: last }: PullRecord,
  range: { readonly first_day: Day; readonly last_day: Day },
): boolean {
  return first !== null && last !== null && first <= range.last_day && last >= range.first_day;
}

interface RebuiltDays {
  readonly objects: readonly RecordedObject[];
  readonly incomplete: readonly IncompletePartition[];
}

/** Rebuilds the given days, month by month. */
async function rebuildDays(
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
        keeps: (hash) => isDoubtful && hashes.judge(partition, hash) === 'known',
        mayBeUnderWay: (observedAt) =>
          observedAt > newestPull && observedAt >= startedAt - GRACE_MS && observedAt <= world.clock.now(),
      },
    ),
  );
}
