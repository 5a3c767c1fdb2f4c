import { sha256 } from '../domain/sha256.ts';
import { asLedgerError, BadDataError, type LedgerError } from '../errors.ts';
import { rawPath } from '../ledger/raw-key.ts';
import { writeOnce } from '../ledger/write-once.ts';
import type { ObjectStore, Clock } from '../ports.ts';
import type { SlicePull } from './slice-pull.ts';
import { sliceResult } from './slice-result.ts';
import type { Month } from '../domain/day.ts';
import { sliceName } from '../domain/slice.ts';
import { type RecordLink, recordOf, type RecordedPull } from '../ledger/pull-record.ts';
import { appendRecord, type RecordsWorld } from '../ledger/records.ts';

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
export interface EvidenceWorld extends RecordsWorld {
  /** The same ledger, which still answers for a while after an interruption. */
  readonly afterFailure: RecordsWorld;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Name and version, for the records. */
  readonly writtenBy: string;
}

/** Records a good or failed pull. Returns the error when a good one could not be recorded: it then is a failed one. */
export async function storeRecord(
  pull: SlicePull,
  world: EvidenceWorld,
  firstMonth: Month,
): Promise<LedgerError | undefined> {
  const { slice, reading, log, published, raw, startedAt } = pull;
  const result = sliceResult(pull);
  if (!reading || result.outcome === 'superseded') return undefined;
  const isOk = result.outcome === 'ok';
  const { observedAt } = reading;
  const recorded: RecordedPull = {
    observedAt,
    startedAt,
    finishedAt: world.clock.now(),
    result,
    rawSha256: raw?.sha256 ?? null,
    objects: (published?.objects ?? []).toSorted((a, b) => (a.partition < b.partition ? -1 : 1)),
    writtenBy: world.writtenBy,
  };
  const record = {
    slice: sliceName(slice),
    firstMonth,
    observedAt,
    withLink: (link: RecordLink) => recordOf(recorded, link),
  };
  try {
    await appendRecord(record, isOk ? world : world.afterFailure);
    return undefined;
  } catch (thrown) {
    const error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
    if (isOk) return error;
    log.warn(`this failure could not be recorded: ${error.message}`);
    return undefined;
  }
}
