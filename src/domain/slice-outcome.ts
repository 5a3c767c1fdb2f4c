import type { SliceResult } from '../../schemas/pull-result.ts';
import { daysBetween } from './day.ts';
import { nameOfResult } from './slice.ts';

/** What a run needs to know of one slice that did not fail: counts, because it travels from step to step. */
export interface SliceOutcome extends Pick<
  SliceResult,
  | 'kind'
  | 'kept'
  | 'accounts'
  | 'accounts_before'
  | 'first_day'
  | 'last_day'
  | 'conflicts'
  | 'rejected'
  | 'reconciled'
> {
  /** The slice's name, as in `pulls/`. */
  readonly slice: string;
  readonly outcome: Exclude<SliceResult['outcome'], 'failed'>;
  /** Partitions written. */
  readonly written: number;
  /** Start dates that no pull has seen: AWS no longer has them. */
  readonly gap_days: number;
  /** How many there are; they stand in the slice's record. */
  readonly warnings: number;
}

/** A slice whose pull ended with an error, in the words of Step Functions. */
export interface SliceFailure {
  readonly slice: string;
  readonly error: StepError;
}

/** What Step Functions says of an error it caught. */
export interface StepError {
  readonly Error?: string;
  readonly Cause?: unknown;
}

export function sliceOutcomeOf(result: SliceResult): SliceOutcome {
  const { kind, kept, accounts, accounts_before, last_day, conflicts, rejected, reconciled } = result;
  const { partitions, outcome, gap, first_day, warnings } = result;
  if (outcome === 'failed') throw new TypeError('a failed slice is an error, not an outcome');
  return {
    slice: nameOfResult(result),
    kind,
    outcome,
    kept,
    accounts,
    accounts_before,
    first_day,
    last_day,
    conflicts,
    rejected,
    reconciled,
    written: partitions.written,
    gap_days: gap ? daysBetween(gap.from, gap.to).length : 0,
    warnings: warnings.length,
  };
}
