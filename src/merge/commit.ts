import type { RecordedObject } from '../../schemas/pull-record.ts';
import type { PlannedChange } from '../../schemas/pull-result.ts';
import type { SummaryRow } from '../../schemas/columns.ts';
import { type PartitionKey, partitionPath } from '../ledger/partition.ts';
import { sha256 } from '../domain/sha256.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { DamagedObjectError } from '../errors.ts';
import type { ObjectStore, RowCodec, StoredObject } from '../ports.ts';

/** What a merge makes of a partition's stored rows. */
export interface MergedRows {
  readonly rows: readonly SummaryRow[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

export interface Files {
  readonly store: ObjectStore;
  readonly codec: RowCodec;
}

export interface PartitionTask<M extends MergedRows> {
  readonly key: PartitionKey;
  readonly kind: Kind;
  readonly merge: (stored: readonly SummaryRow[]) => M;
  /** What a merge with its own rows is, given the merge with nothing that they came of. */
  readonly asStored: (merged: M) => M;
}

/** A partition as it was read and as it should be. Nothing has been written. */
export interface PartitionPlan<M extends MergedRows> {
  readonly task: PartitionTask<M>;
  readonly stored: StoredObject | undefined;
  readonly merged: M;
  readonly change: PlannedChange;
}

export interface CommittedPartition<M extends MergedRows> {
  readonly merged: M;
  /** Undefined for a partition that neither has an object nor needs one. */
  readonly object: RecordedObject | undefined;
}

/** Reads a partition and merges. Throws `DamagedObjectError` naming the object when it cannot be read. */
export async function planPartition<M extends MergedRows>(
  { store, codec }: Files,
  task: PartitionTask<M>,
): Promise<PartitionPlan<M>> {
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
export async function applyPartition<M extends MergedRows>(
  { store, codec }: Files,
  plan: PartitionPlan<M>,
): Promise<CommittedPartition<M> | undefined> {
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

function recordedObject<M extends MergedRows>(
  { merged, change: { partition } }: PartitionPlan<M>,
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
async function mergeWith<M extends MergedRows>(
  codec: RowCodec,
  { key, kind, merge, asStored }: PartitionTask<M>,
  stored: StoredObject | undefined,
): Promise<M> {
  const fresh = merge([]);
  if (!stored) return fresh;
  try {
    if (await codec.holds(kind, stored.bytes, fresh.rows)) return asStored(fresh);
    return merge(await codec.decode(kind, stored.bytes));
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    throw new DamagedObjectError(`${partitionPath(key)}: ${error.message}`, { cause: error });
  }
}
