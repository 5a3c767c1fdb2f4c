import type { EpochMs } from '../../schemas/columns.ts';
import {
  type PullRecord,
  RECORD_VERSION,
  recordInstant,
  type RecordedObject,
} from '../../schemas/pull-record.ts';
import type { SliceResult } from '../../schemas/pull-result.ts';

export interface RecordedPull {
  readonly observedAt: EpochMs;
  readonly result: SliceResult;
  readonly rawSha256: string | null;
  readonly objects: readonly RecordedObject[];
  readonly writtenBy: string;
}

/** The record's one line, as it lies in the ledger. `observed_at` inside is true even where its file name is not. */
export function encodeRecord(pull: RecordedPull): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(recordOf(pull))}\n`);
}

function recordOf({ observedAt, result, rawSha256, objects, writtenBy }: RecordedPull): PullRecord {
  return {
    record_version: RECORD_VERSION,
    written_by: writtenBy,
    ...result,
    observed_at: recordInstant(observedAt),
    raw_sha256: rawSha256,
    objects: [...objects],
  };
}
