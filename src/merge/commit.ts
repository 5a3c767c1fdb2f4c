import type { RecordedObject } from '../../schemas/pull-record.ts';
import type { PlannedChange } from '../../schemas/pull-result.ts';
import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import type { Day } from '../domain/day.ts';
import type { Rows } from '../domain/row.ts';
import { sha256 } from '../domain/sha256.ts';
import { DamagedObjectError, WrongClockError } from '../errors.ts';
import { MAX_AHEAD_MS } from '../ledger/history.ts';
import { type PartitionKey, partitionPath } from '../ledger/partition.ts';
import type { Clock, MonthCodec, ObjectStore, StoredMonth, StoredObject } from '../ports.ts';
import { type MergedTogether, unchangedFrom } from './merge.ts';

export interface Files {
  readonly store: ObjectStore;
  readonly codec: MonthCodec;
  readonly clock: Clock;
}

/** What is to become of one day of a partition. */
export interface DayTask {
  readonly startDate: Day;
  readonly merge: (stored: Rows) => MergedTogether;
}

export interface PartitionTask {
  readonly key: PartitionKey;
  readonly kind: Kind;
  /** In order. */
  readonly days: readonly DayTask[];
}

/** A partition's object as it was read. */
interface StoredPartition extends StoredObject {
  readonly month: StoredMonth;
}

export interface MergedDay {
  readonly startDate: Day;
  readonly merged: MergedTogether;
}

/** A partition as it was read and as it should be. Nothing has been written. */
export interface PartitionPlan {
  readonly task: PartitionTask;
  readonly stored: StoredPartition | undefined;
  /** In the order of the task's days. */
  readonly days: readonly MergedDay[];
  readonly change: PlannedChange;
}

export interface CommittedPartition {
  readonly days: readonly MergedDay[];
  /** Undefined for a partition that neither has an object nor needs one. */
  readonly object: RecordedObject | undefined;
}

/**
 * Reads a partition and merges day by day. Throws `DamagedObjectError` naming the object when it is not what its digests
 * say, `WrongClockError` for stored rows from the future.
 */
export async function planPartition(files: Files, task: PartitionTask): Promise<PartitionPlan> {
  const partition = partitionPath(task.key);
  const object = await files.store.get(partition);
  try {
    const stored = object && { ...object, month: await files.codec.open(task.kind, object.bytes) };
    const days: MergedDay[] = [];
    for (const day of task.days) {
      const merged = await mergeDayWith(stored?.month, day, { partition, now: files.clock.now() });
      days.push({ startDate: day.startDate, merged });
    }
    return { task, stored, days, change: changeOf(partition, stored, days) };
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    throw new DamagedObjectError(`${partition}: ${error.message}`, { cause: error });
  }
}

/** Mostly nothing has changed, and a day holds what would be written if there were none: then it is not decoded. */
async function mergeDayWith(
  month: StoredMonth | undefined,
  { startDate, merge }: DayTask,
  { partition, now }: { readonly partition: string; readonly now: EpochMs },
): Promise<MergedTogether> {
  const fresh = merge([]);
  if (!month) return fresh;
  if (month.holds(startDate, fresh.rows)) return unchangedFrom(fresh);
  const stored = await month.rowsOf(startDate);
  const ahead = stored.find((row) => row.observed_at > now + MAX_AHEAD_MS);
  if (ahead) {
    const seen = new Date(ahead.observed_at).toISOString();
    throw new WrongClockError(`${partition} has rows of ${startDate} that were seen at ${seen}`, now);
  }
  return merge(stored);
}

function changeOf(
  partition: string,
  stored: StoredPartition | undefined,
  merged: readonly MergedDay[],
): PlannedChange {
  const days = merged
    .map(({ startDate, merged: { added, changed, removed } }) => ({
      start_date: startDate,
      added,
      changed,
      removed,
    }))
    .filter((day) => day.added + day.changed + day.removed > 0);
  const sum = (name: 'added' | 'changed' | 'removed') => days.reduce((total, day) => total + day[name], 0);
  const differs = days.length > 0;
  return {
    partition,
    action: differs ? (stored ? 'replace' : 'create') : 'unchanged',
    added: sum('added'),
    changed: sum('changed'),
    removed: sum('removed'),
    days,
  };
}

/**
 * Writes the partition if it is to change, by compare and swap. Returns undefined when another writer came first:
 * plan again.
 */
export async function applyPartition(
  { store, codec }: Files,
  plan: PartitionPlan,
): Promise<CommittedPartition | undefined> {
  const { task, stored, days, change } = plan;
  if (change.action === 'unchanged') return { days, object: stored && foundObject(plan, stored) };
  const changed = changedRows(plan);
  const bytes = await (stored ? stored.month.splice(changed) : codec.encode(task.kind, changed));
  const condition = stored ? { ifVersion: stored.version } : ({ ifAbsent: true } as const);
  const put = await store.put(change.partition, bytes, condition);
  if (!put.written) return undefined;
  const object: RecordedObject = {
    partition: change.partition,
    action: 'written',
    version: put.version,
    sha256: sha256(bytes),
    replaced_sha256: stored ? sha256(stored.bytes) : null,
    rows: rowsIn(stored?.month, changed),
  };
  return { days, object };
}

function changedRows({ days, change }: PartitionPlan): ReadonlyMap<Day, readonly SummaryRow[]> {
  const changed = new Set(change.days.map(({ start_date }) => start_date));
  return new Map(
    days
      .filter(({ startDate }) => changed.has(startDate))
      .map(({ startDate, merged }) => [startDate, merged.rows]),
  );
}

function foundObject({ change }: PartitionPlan, { bytes, version, month }: StoredPartition): RecordedObject {
  return {
    partition: change.partition,
    action: 'unchanged',
    version,
    sha256: sha256(bytes),
    replaced_sha256: null,
    rows: rowsIn(month, new Map()),
  };
}

/** How many rows a month has once days are replaced. */
export function rowsIn(
  month: StoredMonth | undefined,
  replaced: ReadonlyMap<Day, readonly SummaryRow[]>,
): number {
  const kept = [...(month?.days ?? [])].filter(([day]) => !replaced.has(day));
  const rows = [...kept.map(([, day]) => day.rows), ...[...replaced.values()].map((day) => day.length)];
  return rows.reduce((sum, count) => sum + count, 0);
}
