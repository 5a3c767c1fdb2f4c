import type { EpochMs } from '../../schemas/columns.ts';
import type { Settings, Sources } from '../config/resolve.ts';
import { show } from '../domain/show.ts';
import type { StepError } from '../domain/slice-outcome.ts';
import { judgePull } from './event-flags.ts';
import type { Run } from './lambda-task.ts';
import { workPlace } from './run-store.ts';
import { isRecord, isText } from './shapes.ts';

/** What events of a run have in common, each part judged. */

export type Part<T> = { readonly value: T } | { readonly problems: readonly string[] };

export function problemsOf(
  ...parts: readonly (object | { readonly problems: readonly string[] })[]
): string[] {
  return parts.flatMap((part) => ('problems' in part ? part.problems : []));
}

/** Names of executions of Step Functions, and of runs of others. */
const RUN_PATTERN = /^[\w.-]{1,100}$/;

/** The run's objects lie beside the ledger that the environment names. */
export function parseRun({ run: name }: Settings, { env }: Pick<Sources, 'env'>): Part<Run> {
  if (!isText(name) || !RUN_PATTERN.test(name))
    return { problems: [`run: expected letters, digits, ., _ and -, got ${show(name)}`] };
  const judged = judgePull({}, { env });
  if ('problems' in judged) return judged;
  const ledger = workPlace(judged.config.ledger);
  return ledger
    ? { value: { name, work: { ...judged.config, ledger } } }
    : {
        problems: [
          'ledger: expected a prefix, as in s3://bucket/prefix, for a run to keep its objects beside it',
        ],
      };
}

export function parseSlice({ slice }: Settings): Part<number> {
  return typeof slice === 'number' && Number.isSafeInteger(slice) && slice >= 0
    ? { value: slice }
    : { problems: [`slice: expected its number in the plan, got ${show(slice)}`] };
}

export function parseError({ error }: Settings): Part<StepError> {
  return isRecord(error)
    ? { value: error }
    : { problems: [`error: expected what Step Functions caught, got ${show(error)}`] };
}

export function parseStart({ started_at: started }: Settings): Part<EpochMs> {
  const startedAt = typeof started === 'string' ? Date.parse(started) : Number.NaN;
  return Number.isNaN(startedAt)
    ? { problems: [`started_at: expected an instant, got ${show(started)}`] }
    : { value: startedAt };
}
