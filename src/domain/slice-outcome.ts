import type { SliceResult } from '../../schemas/pull-result.ts';
import { nameOfResult } from './slice.ts';

/** What a run needs to know of one slice: small, because a state machine carries it from step to step. */
export interface SliceOutcome extends Pick<
  SliceResult,
  'kept' | 'accounts' | 'accounts_before' | 'last_day' | 'warnings'
> {
  /** The slice's name, as in `pulls/`. */
  readonly slice: string;
  readonly outcome: Exclude<SliceResult['outcome'], 'failed'>;
  /** Partitions written. */
  readonly written: number;
}

/** A slice whose pull ended with an error, in the words of Step Functions. */
export interface SliceFailure {
  readonly slice: string;
  readonly error: { readonly Error?: string; readonly Cause?: unknown };
}

/** Warnings told of one slice; the others are in its record. */
const MAX_WARNINGS_LISTED = 3;

export function sliceOutcomeOf(result: SliceResult): SliceOutcome {
  const { kept, accounts, accounts_before, last_day, warnings, partitions, outcome } = result;
  if (outcome === 'failed') throw new TypeError('a failed slice is an error, not an outcome');
  return {
    slice: nameOfResult(result),
    outcome,
    kept,
    accounts,
    accounts_before,
    last_day,
    written: partitions.written,
    warnings: warnings.slice(0, MAX_WARNINGS_LISTED),
  };
}
