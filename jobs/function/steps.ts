import type { Task } from '../../src/fan-out/lambda-task.ts';
import { countsLine } from '../../src/pull/metrics.ts';
import { systemClock } from '../world/clock.ts';
import type { FunctionWorld } from './function-world.ts';

/** How the steps after a pull say that they did their work, or could not. */

/** That a failure was noted is all there is to say of it. */
export interface Noted {
  readonly schema_version: 1;
}

/** Metrics whose names say which step could not do its work. */
const failedSteps = {
  register: 'FailedRegistrations',
  check: 'FailedChecks',
  verify: 'FailedVerifications',
} as const;

export function failStep({ step, error }: Task<'fail-step'>, { say, dimensions }: FunctionWorld): Noted {
  say(`${step} failed: ${JSON.stringify(error)}`);
  say(countsLine(systemClock.now(), dimensions, { [failedSteps[step]]: 1 }));
  return { schema_version: 1 };
}

/** A step that did its work says so: an alarm that rang goes quiet. A verification says it with what it found. */
export function succeedStep(
  step: Exclude<keyof typeof failedSteps, 'verify'>,
  { say, dimensions }: FunctionWorld,
): void {
  say(countsLine(systemClock.now(), dimensions, { [failedSteps[step]]: 0 }));
}
