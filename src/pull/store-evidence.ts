import { sha256 } from '../domain/sha256.ts';
import { asLedgerError, BadDataError, type LedgerError } from '../errors.ts';
import { encodeRecord } from '../ledger/pull-record.ts';
import { pullPath } from '../ledger/pull-key.ts';
import { rawPath } from '../ledger/raw-key.ts';
import { writeOnce } from '../ledger/write-once.ts';
import type { ObjectStore } from '../ports.ts';
import type { SlicePull } from './slice-pull.ts';
import { sliceResult } from './slice-result.ts';

/** What a pull leaves behind beside its rows: the pages it read, and its record. */

/** Writes the raw pages down; afterwards the reading holds none. */
export async function storePages(pull: SlicePull, store: ObjectStore): Promise<void> {
  const { slice, reading } = pull;
  const bytes = await reading?.takeRaw();
  if (!reading || !bytes) return;
  const keyAt = (instant: number) => rawPath(slice, instant);
  const key = await writeOnce(store, keyAt, reading.observedAt, bytes);
  pull.raw = { key, sha256: sha256(bytes) };
}

/**
 * The pages of a pull that failed after all of them had come, or because of what they say: AWS will have forgotten
 * them by the time somebody looks.
 */
export async function storeEvidence(pull: SlicePull, store: ObjectStore): Promise<void> {
  const { reading, log, error } = pull;
  try {
    if (reading?.complete || error instanceof BadDataError) await storePages(pull, store);
  } catch (thrown) {
    log.warn(`the raw pages could not be stored: ${asLedgerError(thrown).message}`);
  } finally {
    reading?.discardRaw();
  }
}

/** What of the world recording needs. */
export interface RecordWorld {
  readonly store: ObjectStore;
  readonly storeForFailures: ObjectStore;
  readonly signal: AbortSignal;
  /** Name and version, for the records. */
  readonly writtenBy: string;
}

/** Records a good or failed pull. Returns the error when a good one could not be recorded: it then is a failed one. */
export async function storeRecord(pull: SlicePull, world: RecordWorld): Promise<LedgerError | undefined> {
  const { slice, reading, log, published, raw } = pull;
  const result = sliceResult(pull);
  if (!reading || result.outcome === 'superseded') return undefined;
  const store = result.outcome === 'ok' ? world.store : world.storeForFailures;
  try {
    const bytes = encodeRecord({
      observedAt: reading.observedAt,
      result,
      rawSha256: raw?.sha256 ?? null,
      objects: (published?.objects ?? []).toSorted((a, b) => (a.partition < b.partition ? -1 : 1)),
      writtenBy: world.writtenBy,
    });
    await writeOnce(store, (instant) => pullPath(slice, instant), reading.observedAt, bytes);
    return undefined;
  } catch (thrown) {
    const error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
    if (result.outcome === 'ok') return error;
    log.warn(`this failure could not be recorded: ${error.message}`);
    return undefined;
  }
}
