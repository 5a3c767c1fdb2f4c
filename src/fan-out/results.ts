import { show } from '../domain/show.ts';
import type { SliceFailure, SliceOutcome } from '../domain/slice-outcome.ts';
import type { Settings } from '../config/resolve.ts';
import { isListOf, isRecord, isText } from './shapes.ts';

/** What came of slices, each as its pull left it. */
export interface Results {
  readonly outcomes: readonly SliceOutcome[];
  readonly failures: readonly SliceFailure[];
}

/** Takes `{slices}` of a pull that went well, and `{slice, error}` of one that did not. */
export function parseResults(
  results: readonly unknown[],
): Results | { readonly problems: readonly string[] } {
  const records = results.filter(isRecord);
  const strange = results.filter((result) => !isRecord(result) || !(isPulled(result) || isFailure(result)));
  if (strange.length > 0)
    return {
      problems: strange.map((result) => `results: expected slices, or slice and error, got ${show(result)}`),
    };
  return {
    outcomes: records.filter(isPulled).flatMap(({ slices }) => slices),
    failures: records.filter(isFailure),
  };
}

function isPulled(value: Settings): value is { slices: readonly SliceOutcome[] } {
  const { slices } = value;
  return isListOf(
    slices,
    (slice): slice is SliceOutcome => isRecord(slice) && isText(slice['slice']) && isGood(slice['outcome']),
  );
}

/** A slice that failed is an error, and comes as one. */
function isGood(outcome: unknown): boolean {
  return outcome === 'ok' || outcome === 'superseded';
}

function isFailure(value: Settings): value is SliceFailure & Settings {
  return isText(value['slice']) && isRecord(value['error']);
}
