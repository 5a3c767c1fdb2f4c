import type { Day, Month } from '../domain/day.ts';
import type { Clock, LineCodec, ObjectStore, RetryLostRaces, MonthCodec } from '../ports.ts';
import type { ReplayScope, ReplayPlan, ReplayUnit } from './plan.ts';
import type { EpochMs } from '../../schemas/columns.ts';

export interface ReplayWorld {
  /** Where records and raw pages are. */
  readonly source: ObjectStore;
  /** Where partitions are rebuilt: the same, or another place. */
  readonly target: ObjectStore;
  readonly codec: MonthCodec;
  readonly lines: LineCodec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly retryLostRaces: RetryLostRaces;
  /** For the log. */
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  /** Name and version, for the records. */
  readonly writtenBy: string;
}

export interface ReplayOptions extends ReplayScope, Range {}

export interface Range {
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
}

export interface UnitTask extends Pick<ReplayPlan, 'withdrawn' | 'hashes'> {
  /** Month of the ledger's first pull. */
  readonly firstMonth: Month;
  readonly unit: ReplayUnit;
  readonly range: Range;
  readonly startedAt: EpochMs;
}
