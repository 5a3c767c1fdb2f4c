import type { EpochMs, SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import type { RecordedObject } from '../../schemas/pull-record.ts';
import type { Day } from '../domain/day.ts';
import { sha256 } from '../domain/sha256.ts';
import { DamagedObjectError } from '../errors.ts';
import { type PartitionKey, partitionPath } from '../ledger/partition.ts';
import { rowsIn } from '../merge/commit.ts';
import type { MonthCodec, ObjectStore, StoredMonth, StoredObject } from '../ports.ts';

export interface RebuildTask {
  readonly key: PartitionKey;
  readonly kind: Kind;
  /** Days as they should be, rows in file order; other days stay as they are. */
  readonly days: ReadonlyMap<Day, readonly SummaryRow[]>;
  /** Whether records name it: then it is there, if without rows. */
  readonly isRecorded: boolean;
  /** Whether a pull that is not among those replayed may be under way, and have brought rows seen at this instant. */
  readonly mayBeUnderWay: (observedAt: EpochMs) => boolean;
  /** Given a stored partition that is what its digests say: whether it stays as it is. */
  readonly keeps: (hash: string) => boolean;
}

export type Rebuilt =
  /** `object` is undefined for a partition that neither has an object nor needs one. */
  | { readonly action: 'rebuilt'; readonly object: RecordedObject | undefined }
  | { readonly action: 'kept' }
  /** A newer pull, not among those replayed, seems to have been here. */
  | { readonly action: 'overtaken' };

/**
 * Swaps rebuilt days in, by compare and swap. A partition that is not what its digests say counts as absent. Returns
 * undefined when another writer came first: try again.
 */
export async function rebuildPartition(
  { store, codec }: { readonly store: ObjectStore; readonly codec: MonthCodec },
  task: RebuildTask,
): Promise<Rebuilt | undefined> {
  const partition = partitionPath(task.key);
  const stored = await store.get(partition);
  const month = stored && (await openIfIntact(codec, task.kind, stored));
  if (stored && month) {
    if (task.keeps(sha256(stored.bytes))) return { action: 'kept' };
    if (await isOvertaken(month, task)) return { action: 'overtaken' };
  }
  const rows = rowsIn(month, task.days);
  if (!stored && rows === 0 && !task.isRecorded) return { action: 'rebuilt', object: undefined };
  const bytes = await (month ? month.splice(task.days) : codec.encode(task.kind, task.days));
  const hash = sha256(bytes);
  const replaced = stored ? sha256(stored.bytes) : null;
  const object = { partition, sha256: hash, rows };
  if (stored && replaced === hash)
    return {
      action: 'rebuilt',
      object: { ...object, action: 'unchanged', version: stored.version, replaced_sha256: null },
    };
  const put = await store.put(partition, bytes, stored ? { ifVersion: stored.version } : { ifAbsent: true });
  if (!put.written) return undefined;
  return {
    action: 'rebuilt',
    object: { ...object, action: 'written', version: put.version, replaced_sha256: replaced },
  };
}

async function isOvertaken(month: StoredMonth, { days, mayBeUnderWay }: RebuildTask): Promise<boolean> {
  for (const day of days.keys())
    if ((await month.rowsOf(day)).some((row) => mayBeUnderWay(row.observed_at))) return true;
  return false;
}

/** Undefined for a partition that is not what its digests say. */
export async function openIfIntact(
  codec: MonthCodec,
  kind: Kind,
  { bytes }: StoredObject,
): Promise<StoredMonth | undefined> {
  try {
    return await codec.open(kind, bytes);
  } catch (error) {
    if (error instanceof DamagedObjectError) return undefined;
    throw error;
  }
}
