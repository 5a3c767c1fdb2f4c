import { pullPath } from '../ledger/pull-key.ts';
import { rawPath } from '../ledger/raw-key.ts';
import type { Slice } from '../domain/slice.ts';
import { asLedgerError, BadDataError, type LedgerError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import type { SliceReport } from './slice-result.ts';
import { encodeRecord } from '../ledger/pull-record.ts';
import { writeOnce } from '../ledger/write-once.ts';

/** What a pull leaves behind beside its rows: the pages it read, and its record. */

/** A pull of one slice, as far as it has come. */
export interface Kept {
  readonly slice: Slice;
  readonly report: SliceReport;
}

/** Writes the raw pages down; afterwards there are none left to keep. */
export async function keepPages({ slice, report }: Kept, store: ObjectStore): Promise<void> {
  const { reading } = report;
  const bytes = await reading?.takeRaw();
  if (!reading || !bytes) return;
  const keyAt = (instant: number) => rawPath(slice, instant);
  report.keptRaw(await writeOnce(store, keyAt, reading.observedAt, bytes), bytes);
}

/**
 * The pages of a pull that failed after all of them had come, or because of what they say: AWS will have forgotten
 * them by the time somebody looks.
 */
export async function keepEvidence(
  pull: Kept,
  storeForFailures: ObjectStore,
  error: LedgerError,
): Promise<void> {
  const { report } = pull;
  const { reading } = report;
  try {
    if (reading?.complete || error instanceof BadDataError) await keepPages(pull, storeForFailures);
  } catch (thrown) {
    report.warn(`the raw pages could not be kept: ${asLedgerError(thrown).message}`);
  } finally {
    reading?.discardRaw();
  }
}

/** What of the world keeping needs. */
export interface KeepWorld {
  readonly store: ObjectStore;
  readonly storeForFailures: ObjectStore;
  readonly signal: AbortSignal;
  /** Name and version, for the records. */
  readonly writtenBy: string;
}

/** Records a good or failed pull. Returns the error when a good one could not be recorded: it then is a failed one. */
export async function keepRecord(
  { slice, report }: Kept,
  world: KeepWorld,
): Promise<LedgerError | undefined> {
  const { result, objects, rawSha256, reading } = report;
  if (!reading || result.outcome === 'superseded') return undefined;
  const store = result.outcome === 'ok' ? world.store : world.storeForFailures;
  try {
    const { observedAt } = reading;
    const { writtenBy } = world;
    const bytes = encodeRecord({ observedAt, result, rawSha256, objects, writtenBy });
    await writeOnce(store, (instant) => pullPath(slice, instant), observedAt, bytes);
    return undefined;
  } catch (thrown) {
    const error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
    if (result.outcome === 'ok') return error;
    report.warn(`this failure could not be recorded: ${error.message}`);
    return undefined;
  }
}
