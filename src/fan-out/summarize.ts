import { counted, show } from '../domain/show.ts';
import type { SliceFailure, SliceOutcome } from '../domain/slice-outcome.ts';
import { byUrgency, recoveryNames } from '../errors.ts';

export interface FailedSlice {
  readonly slice: string;
  readonly error: string;
  readonly message: string;
}

export interface RunSummary {
  readonly schema_version: 1;
  readonly outcome: 'ok' | 'partial' | 'failed';
  /** Slices planned. */
  readonly slices: number;
  readonly failed: readonly FailedSlice[];
  /** Name of the error that needs a person first; null when every slice is ok. */
  readonly error: string | null;
  /** All failed slices in one text. */
  readonly cause: string | null;
}

/** What became of a run: a planned slice that nothing good is known of has failed. */
export function summarize(
  planned: readonly string[],
  outcomes: readonly SliceOutcome[],
  failures: readonly SliceFailure[],
): RunSummary {
  const good = new Set(outcomes.map(({ slice }) => slice));
  const errors = new Map(failures.map(({ slice, error }) => [slice, error]));
  const failed = planned
    .filter((slice) => !good.has(slice) || errors.has(slice))
    .map((slice) => {
      const { Error: error = 'Unknown', Cause: cause } = errors.get(slice) ?? {};
      return { slice, error, message: messageIn(cause) };
    });
  const common = { schema_version: 1, slices: planned.length, failed } as const;
  if (failed.length === 0) return { ...common, outcome: 'ok', error: null, cause: null };
  return {
    ...common,
    outcome: failed.length < planned.length ? 'partial' : 'failed',
    error: mostUrgent(failed.map(({ error }) => error)),
    cause: causeOf(failed, planned.length),
  };
}

/** Of the failed slices in what a state machine carries. */
const MAX_FAILED_LISTED = 20;

/** A summary as a state machine carries it: counts, the first failed slices, and where all of them are named. */
export interface CarriedSummary extends RunSummary {
  readonly failed_slices: number;
  /** URL of the whole summary. */
  readonly summary: string;
}

export function carried(summary: RunSummary, url: string): CarriedSummary {
  const { failed, cause } = summary;
  return {
    ...summary,
    failed_slices: failed.length,
    failed: failed.slice(0, MAX_FAILED_LISTED),
    summary: url,
    cause: cause === null ? null : `${cause} (all of them: ${url})`,
  };
}

/** Errors of Lambda and Step Functions themselves, such as a timeout, are to be tried again. */
function mostUrgent(errors: readonly string[]): string {
  const names = byUrgency.map((recovery) => recoveryNames[recovery]);
  return names.find((name) => errors.includes(name)) ?? recoveryNames['retry-later'];
}

/** Of one slice's message, in characters. */
const MAX_MESSAGE_LENGTH = 500;
/** Of the cause, in characters: Step Functions takes no more than 32,768. */
const MAX_CAUSE_LENGTH = 30_000;

function causeOf(failed: RunSummary['failed'], planned: number): string {
  const lines = failed.map(({ slice, error, message }) => `${slice}: ${error}: ${message}`);
  return shortened(
    `${failed.length} of ${counted(planned, 'slice')} failed. ${lines.join('; ')}`,
    MAX_CAUSE_LENGTH,
  );
}

/** A failed function's cause is JSON with the message in it. */
function messageIn(cause: unknown = 'it returned nothing'): string {
  if (typeof cause !== 'string') return show(cause);
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: unknown };
    return shortened(typeof errorMessage === 'string' ? errorMessage : cause, MAX_MESSAGE_LENGTH);
  } catch {
    return shortened(cause, MAX_MESSAGE_LENGTH);
  }
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
