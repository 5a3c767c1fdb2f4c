import type { Day } from '../domain/day.ts';
import type { Clock, LineCodec, ObjectStore, RetryLostRaces, MonthCodec } from '../ports.ts';
import type { ReplayScope } from './plan.ts';

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
