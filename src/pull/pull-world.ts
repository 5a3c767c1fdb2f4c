import type {
  ObjectStore,
  MonthCodec,
  LineCodec,
  Clock,
  Report,
  RetryLostRaces,
  RequestHooks,
  SummarySource,
} from '../ports.ts';
import type { RecordsWorld } from '../ledger/records.ts';
import type { Slice, ReconcileMode } from '../domain/slice.ts';
import type { Month } from '../domain/day.ts';

export interface PullLimits {
  readonly maxPages: number;
  readonly maxRejects: number;
  /** 0 for no limit. */
  readonly minAccounts: number;
}

/** The world a pull works in; everything is handed in. */
export interface PullWorld {
  readonly store: ObjectStore;
  /** The same ledger for what is left of a slice that failed: it still answers for a while after an interruption. */
  readonly afterFailure: RecordsWorld;
  readonly codec: MonthCodec;
  readonly lines: LineCodec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly retryLostRaces: RetryLostRaces;
  openSource(slice: Slice, hooks: RequestHooks): SummarySource;
  /** Name and version, for the records. */
  readonly writtenBy: string;
  /** Versions of what has a say in what is read, for the raw pages: name → version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How to pull. */
export interface PullSettings {
  readonly limits: PullLimits;
  readonly reconcile: ReconcileMode;
  readonly keepRaw: boolean;
  readonly dryRun: boolean;
}

export interface PullOptions extends PullSettings {
  /** Month of the ledger's first pull. */
  readonly firstMonth: Month;
  /** Slices read side by side. */
  readonly concurrency: number;
}
