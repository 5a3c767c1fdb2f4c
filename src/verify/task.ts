import type { EpochMs } from '../../schemas/columns.ts';
import type { Manifest } from '../ledger/manifest.ts';
import type { RegionSurvey } from '../ledger/survey.ts';
import type { Clock, ObjectStore, MonthCodec } from '../ports.ts';
import type { Findings } from './findings.ts';
import type { Day, Month } from '../domain/day.ts';
import type { RawScope } from '../ledger/raw-key.ts';

export interface VerifyWorld {
  readonly store: ObjectStore;
  readonly codec: MonthCodec;
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
  /** Only what belongs to the months from this day on; undefined for everything. */
  readonly since: Day | undefined;
  /** How far raw files are read: all of them, those of the last two months, or none. */
  readonly raw: RawScope;
}

/** What was read so far. */
export interface VerifyCounts {
  partitions: number;
  rows: number;
  records: number;
  raw_files: number;
}

/** Which objects a verification reads. */
export interface Scope {
  /** The first month of which anything is read; undefined for all. */
  readonly first: Month | undefined;
  readonly partitions: (month: Month) => boolean;
  readonly records: (month: Month) => boolean;
  readonly raw: (instant: EpochMs) => boolean;
}

/** A region under verification: what it needs of the whole. */
export interface RegionTask {
  readonly survey: RegionSurvey;
  readonly manifest: Manifest | undefined;
  readonly now: EpochMs;
  readonly maxAgeMs: number;
  readonly isRead: Scope;
  readonly findings: Findings;
  readonly count: (what: Partial<VerifyCounts>) => void;
}
