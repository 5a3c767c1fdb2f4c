import {
  RECORD_VERSION,
  recordInstant,
  type RecordedObject,
  REPLAY_SCOPE,
  type ReplayRecord,
} from '../../schemas/pull-record.ts';
import type { IncompletePartition, ReplayedTable } from '../../schemas/replay-result.ts';
import { monthOf } from '../domain/day.ts';
import { daysIn, touches, wholeDamagedMonths } from './days.ts';
import { rebuildDays } from './rebuild-days.ts';
import { groupBy } from '../domain/group-by.ts';
import { appendRecord } from '../ledger/records.ts';
import type { UnitTask, ReplayWorld } from './task.ts';
import { sliceName } from '../domain/slice.ts';
import type { RecordLink, Unhashed } from '../ledger/pull-record.ts';

/** Months rebuilt at once: what memory holds of a unit. Raw pages across a border are read twice. */
const MONTHS_PER_ROUND = 3;

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
