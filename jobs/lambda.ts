import { unknownVariables } from '../src/config/resolve.ts';
import { asLedgerError, type LedgerError, recoveryNames, UsageError } from '../src/errors.ts';
import { parseLambdaEvent } from '../src/fan-out/lambda-event.ts';
import type { LambdaTask, Task } from '../src/fan-out/lambda-task.ts';
import { answerDeployment, isDeployment } from './function/deployment.ts';
import { check } from './function/check.ts';
import type { FunctionWorld } from './function/function-world.ts';
import { pull } from './function/pull.ts';
import { failSlice, plan, pullPlanned, summarizeRun, summarizeTold } from './function/run-steps.ts';
import { failStep } from './function/steps.ts';
import { register, verify } from './function/upkeep.ts';
import { systemClock } from './world/clock.ts';

/**
 * The Lambda function: `plan` the slices, `pull` them, `summarize` what came of them; `register`, `check` and `verify` the ledger.
 * Flags come from the event's `flags`, then from the environment, as on the command line. A failure is thrown, and its name
 * is the recovery: `RetryLater`, `FixConfig`, `FixData` or `ReportBug`.
 */

/** What of Lambda's context is used. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Before the function's time is over, in milliseconds: enough to leave the record of a failed slice. */
export const SAFE_MARGIN_MS = 20_000;

export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const world = worldOf(context);
  if (isDeployment(event)) return answerDeployment(event, world);
  try {
    const parsed = parseLambdaEvent(event, { env: process.env, now: systemClock.now() });
    if ('problems' in parsed) throw new UsageError(parsed.problems);
    for (const said of unknownVariables(process.env)) say(`warning: ${said}`);
    return await run(parsed.task, world);
  } catch (thrown) {
    throw asThrown(asLedgerError(thrown));
  }
}

/** Of several deployments in an account, each has metrics of its own. */
function worldOf(context: LambdaContext): FunctionWorld {
  const stack = process.env['STACK'];
  const dimensions = stack ? { Stack: stack } : {};
  return { say, dimensions, timeLeft: context.getRemainingTimeInMillis() - SAFE_MARGIN_MS };
}

/** What is done for each action. */
const runners: {
  readonly [A in LambdaTask['action']]: (task: Task<A>, world: FunctionWorld) => object;
} = {
  plan,
  pull: ({ config }, world) => pull(config, world),
  'pull-planned': (task, world) => pullPlanned(task, process.env, world),
  'fail-slice': failSlice,
  'fail-step': failStep,
  summarize: summarizeTold,
  'summarize-run': summarizeRun,
  register,
  verify,
  check,
};

async function run(task: LambdaTask, world: FunctionWorld): Promise<object> {
  const runner = runners[task.action] as (task: LambdaTask, world: FunctionWorld) => object;
  return runner(task, world);
}

/** What Lambda is to see: a state machine chooses by the name. Where it was thrown is of interest for bugs alone. */
function asThrown(error: LedgerError): Error {
  const thrown = new Error(error.message);
  thrown.name = recoveryNames[error.recovery];
  if (error.recovery === 'report-bug' && error.cause instanceof Error)
    say(error.cause.stack ?? error.cause.message);
  thrown.stack = `${thrown.name}: ${thrown.message}`;
  return thrown;
}

/** A line of the function's log. Not by `console`, which Lambda may wrap: metrics must stand alone. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
