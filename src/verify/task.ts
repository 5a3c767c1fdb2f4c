import type { EpochMs } from '../../schemas/columns.ts';
import type { Manifest } from '../ledger/manifest.ts';
import type { RegionSurvey } from '../ledger/survey.ts';
import type { Clock, ObjectStore, RowCodec } from '../ports.ts';
import type { Findings } from './findings.ts';

export interface VerifyWorld {
  readonly store: ObjectStore;
  readonly codec: RowCodec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (progress: VerifyProgress) => void;
}

/** How far a verification has come. */
export interface VerifyProgress {
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

export interface VerifyOptions {
  /** Longest time since the last good pull, in milliseconds. */
  readonly maxAgeMs: number;
}

/** What was read so far. */
export interface VerifyCounts {
  partitions: number;
  rows: number;
  records: number;
  raw_files: number;
}

/** A region under verification: what it needs of the whole. */
export interface RegionTask {
  readonly survey: RegionSurvey;
  readonly manifest: Manifest | undefined;
  readonly now: EpochMs;
  readonly maxAgeMs: number;
  readonly findings: Findings;
  readonly count: (what: Partial<VerifyCounts>) => void;
}
