import type { RecordedObject } from '../../schemas/pull-record.ts';
import type { PlannedChange } from '../../schemas/pull-result.ts';
import type { SummaryRow } from '../../schemas/columns.ts';
import { type PartitionKey, partitionPath } from '../ledger/partition.ts';
import { sha256 } from '../domain/sha256.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { DamagedObjectError } from '../errors.ts';
import type { ObjectStore, RowCodec, StoredObject } from '../ports.ts';
import { type MergedTogether, unchangedFrom } from './merge.ts';

export interface Files {
  readonly store: ObjectStore;
  readonly codec: RowCodec;
}

export interface PartitionTask {
  readonly key: PartitionKey;
  readonly kind: Kind;
  readonly merge: (stored: readonly SummaryRow[]) => MergedTogether;
}

/** A partition as it was read and as it should be. Nothing has been written. */
export interface PartitionPlan {
  readonly task: PartitionTask;
  readonly stored: StoredObject | undefined;
  readonly merged: MergedTogether;
  readonly change: PlannedChange;
}

export interface CommittedPartition {
  readonly merged: MergedTogether;
  /** Undefined for a partition that neither has an object nor needs one. */
  readonly object: RecordedObject | undefined;
}

/** Reads a partition and merges. Throws `DamagedObjectError` naming the object when it cannot be read. */
export async function planPartition({ store, codec }: Files, task: PartitionTask): Promise<PartitionPlan> {
  const partition = partitionPath(task.key);
  const stored = await store.get(partition);
  const merged = await mergeWith(codec, task, stored);
  const { added, changed, removed } = merged;
  const differs = added + changed + removed > 0;
  const action = differs ? (stored ? 'replace' : 'create') : 'unchanged';
  return { task, stored, merged, change: { partition, action, added, changed, removed } };
}

/**
 * Writes the partition if it is to change, by compare and swap. Returns undefined when another writer came first:
 * plan again.
 */
export async function applyPartition(
  { store, codec }: Files,
  plan: PartitionPlan,
): Promise<CommittedPartition | undefined> {
  const { task, stored, merged, change } = plan;
  if (change.action === 'unchanged') {
    return { merged, object: stored && recordedObject(plan, 'unchanged', stored.bytes, stored.version) };
  }
  const bytes = await codec.encode(task.kind, merged.rows);
  const put = await store.put(
    change.partition,
    bytes,
    stored ? { ifVersion: stored.version } : { ifAbsent: true },
  );
  return put.written ? { merged, object: recordedObject(plan, 'written', bytes, put.version) } : undefined;
}

function recordedObject(
  { merged, change: { partition } }: PartitionPlan,
  action: RecordedObject['action'],
  bytes: Uint8Array,
  version: string,
): RecordedObject {
  return {
    partition,
    action,
    version,
    sha256: sha256(bytes),
    rows: merged.rows.length,
  };
}

/** Mostly nothing has changed, and a partition holds what would be written if there were none: then it is not decoded. */
async function mergeWith(
  codec: RowCodec,
  { key, kind, merge }: PartitionTask,
  stored: StoredObject | undefined,
): Promise<MergedTogether> {
  const fresh = merge([]);
  if (!stored) return fresh;
  try {
    if (await codec.holds(kind, stored.bytes, fresh.rows)) return unchangedFrom(fresh);
    return merge(await codec.decode(kind, stored.bytes));
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    throw new DamagedObjectError(`${partitionPath(key)}: ${error.message}`, { cause: error });
  }
}
