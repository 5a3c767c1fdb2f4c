import type { EpochMs } from './columns.ts';
import type { AggregationPeriod, Kind } from './kinds.ts';
import type { SliceResult } from './pull-result.ts';

/**
 * One line of JSON per pull, kept for ever under `pulls/`: the slice's result, what wrote it and which objects it left
 * behind. Athena's JSON readers do not parse ISO 8601, so instants are written `YYYY-MM-DD HH:MM:SS.sss`, in UTC.
 */
export const RECORD_VERSION = 1;

/** A partition's object as a pull wrote it, or found it unchanged. */
export interface RecordedObject {
  readonly partition: string;
  readonly action: 'written' | 'unchanged';
  /** The store's opaque version: an S3 ETag, or the content hash in a local ledger. */
  readonly version: string;
  /** SHA-256 of the object's bytes, hexadecimal. */
  readonly sha256: string;
  readonly rows: number;
}

export interface PullRecord extends SliceResult {
  record_version: typeof RECORD_VERSION;
  /** Name and version of what wrote the record. */
  written_by: string;
  /** SHA-256 of the raw pages' object, hexadecimal; null when none were kept. */
  raw_sha256: string | null;
  objects: RecordedObject[];
}

/**
 * What `replay` leaves on record, one line for each table and region it went over, beside the pulls: `outcome` tells
 * them apart. `observed_at` is when the replay began.
 */
export interface ReplayRecord {
  record_version: typeof RECORD_VERSION;
  written_by: string;
  outcome: 'replayed';
  kind: Kind;
  aggregation_period: AggregationPeriod;
  region: string;
  scope: typeof REPLAY_SCOPE;
  table: string;
  observed_at: string;
  /** Start dates gone over, `YYYY-MM-DD`, both included. */
  first_day: string;
  last_day: string;
  partitions: { written: number; unchanged: number };
  /** Keys of the records of pulls that were withdrawn: later replays leave them out too. */
  withdrawn: string[];
  objects: RecordedObject[];
}

/** Stands in the place of the scope: a replay rebuilds partitions, whichever scopes they came from. */
export const REPLAY_SCOPE = 'replay';

export function recordInstant(instant: EpochMs): string {
  return new Date(instant).toISOString().replace('T', ' ').replace('Z', '');
}

/** Inverse of `recordInstant`; NaN for anything else. */
export function parseRecordInstant(text: string): EpochMs {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
