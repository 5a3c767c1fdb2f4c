import type { RecordedObject } from '../../schemas/pull-record.ts';
import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { type PartitionKey, partitionPath } from '../ledger/partition.ts';
import { sha256 } from '../domain/sha256.ts';
import { DamagedObjectError } from '../errors.ts';
import type { ObjectStore, RowCodec, StoredObject } from '../ports.ts';

export interface RebuildTask {
  readonly key: PartitionKey;
  readonly kind: Kind;
  /** The partition's rows as they should be, in file order. */
  readonly rows: readonly SummaryRow[];
  /** Whether a pull that is not among those replayed may be under way, and have brought rows seen at this instant. */
  readonly mayBeUnderWay: (observedAt: EpochMs) => boolean;
  /** Given a stored partition that can be read: whether it stays as it is. */
  readonly keeps: (hash: string) => boolean;
}

export type Rebuilt =
  /** `object` is undefined for a partition that neither has an object nor needs one. */
  | { readonly action: 'rebuilt'; readonly object: RecordedObject | undefined }
  | { readonly action: 'kept' }
  /** A newer pull, not among those replayed, seems to have been here. */
  | { readonly action: 'overtaken' };

/**
 * Swaps a rebuilt partition in, by compare and swap. One that cannot be read counts as absent. Returns undefined when
 * another writer came first: try again.
 */
export async function rebuildPartition(
  { store, codec }: { readonly store: ObjectStore; readonly codec: RowCodec },
  task: RebuildTask,
): Promise<Rebuilt | undefined> {
  const partition = partitionPath(task.key);
  const stored = await store.get(partition);
  const storedRows = stored && (await decode(codec, task.kind, stored));
  if (stored && storedRows) {
    if (task.keeps(sha256(stored.bytes))) return { action: 'kept' };
    if (storedRows.some((row) => task.mayBeUnderWay(row.observed_at))) return { action: 'overtaken' };
  }
  const describe = (action: RecordedObject['action'], bytes: Uint8Array, version: string): Rebuilt => ({
    action: 'rebuilt',
    object: { partition, action, version, sha256: sha256(bytes), rows: task.rows.length },
  });
  if (!stored && task.rows.length === 0) return { action: 'rebuilt', object: undefined };
  const bytes = await codec.encode(task.kind, task.rows);
  if (stored && Buffer.compare(stored.bytes, bytes) === 0)
    return describe('unchanged', bytes, stored.version);
  const put = await store.put(partition, bytes, stored ? { ifVersion: stored.version } : { ifAbsent: true });
  return put.written ? describe('written', bytes, put.version) : undefined;
}

async function decode(
  codec: RowCodec,
  kind: Kind,
  { bytes }: StoredObject,
): Promise<SummaryRow[] | undefined> {
  try {
    return await codec.decode(kind, bytes);
  } catch (error) {
    if (error instanceof DamagedObjectError) return undefined;
    throw error;
  }
}
