import type { PullResult } from '../../schemas/pull-result.ts';
import type { PullConfig } from '../../src/config/commands.ts';
import { nameOfResult } from '../../src/domain/slice.ts';
import { sliceOutcomeOf, type SliceOutcome } from '../../src/domain/slice-outcome.ts';
import { exitCodes, LedgerError, type Recovery } from '../../src/errors.ts';
import { sliceMetricLines } from '../../src/pull/metrics.ts';
import { pullSlices } from '../commands/pull.ts';
import { type FunctionWorld, withinTime } from './function-world.ts';

export interface Pulled {
  readonly schema_version: 1;
  readonly slices: readonly SliceOutcome[];
}

/** Stops in time: what is not done then is for the next try, and nothing is half-written. */
export async function pull(config: PullConfig, world: FunctionWorld): Promise<Pulled> {
  const deadline = withinTime(config.deadline, world);
  const result = await pullSlices({ ...config, deadline }, new AbortController().signal);
  for (const line of sliceMetricLines(result, world.dimensions)) world.say(line);
  if (result.exit_code !== 0) throw failureOf(result);
  return { schema_version: 1, slices: result.slices.map(sliceOutcomeOf) };
}

/** All that failed in a pull, under the recovery its exit code names. */
function failureOf({ exit_code, slices, error }: PullResult): LedgerError {
  const failed = slices.flatMap(({ error: why, ...slice }) =>
    why ? [`${nameOfResult(slice)}: ${why.message}`] : [],
  );
  const message = [...(error ? [error.message] : []), ...failed].join('; ');
  const recoveries = Object.keys(exitCodes) as Recovery[];
  const recovery = recoveries.find((known) => exitCodes[known] === exit_code) ?? 'retry-later';
  return new LedgerError(recovery, message);
}
