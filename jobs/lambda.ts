import { parseLambdaEvent, type LambdaTask } from '../src/fan-out/lambda-event.ts';
import { planOf } from '../src/fan-out/planned-slice.ts';
import type { CheckConfig, PullConfig } from '../src/config/commands.ts';
import { type Settings, unknownVariables } from '../src/config/resolve.ts';
import { sliceOutcomeOf, type SliceOutcome } from '../src/domain/slice-outcome.ts';
import { type RunSummary, summarize } from '../src/fan-out/summarize.ts';
import { groupBy } from '../src/domain/group-by.ts';
import { nameOfResult } from '../src/domain/slice.ts';
import { visibleInLine } from '../src/domain/visible.ts';
import {
  asLedgerError,
  DeadlineError,
  exitCodes,
  LedgerError,
  type Recovery,
  recoveryNames,
  UsageError,
} from '../src/errors.ts';
import { runMetricLine, sliceMetricLines } from '../src/pull/metrics.ts';
import type { PullResult } from '../schemas/pull-result.ts';
import { systemClock } from './world/clock.ts';
import { pullSlices } from './commands/pull.ts';
import { findRegions } from './world/regions.ts';

/**
 * The Lambda function: `plan` the slices, `pull` them, `summarize` what came of them, `check` the ledger. Flags come from the event's `flags`,
 * then from the environment, as on the command line. A failure is thrown, and its name is the recovery:
 * `RetryLater`, `FixConfig`, `FixData` or `ReportBug`.
 */

/** What of Lambda's context is used. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Before the function's time is over, in milliseconds: enough to leave the record of a failed slice. */
export const SAFE_MARGIN_MS = 20_000;

export async function handler(
  event: unknown,
  context: LambdaContext,
): Promise<LambdaPlan | Pulled | RunSummary | LambdaCheck> {
  try {
    const parsed = parseLambdaEvent(event, process.env);
    if ('problems' in parsed) throw new UsageError(parsed.problems);
    for (const said of unknownVariables(process.env)) say(`warning: ${said}`);
    return await run(parsed.task, context.getRemainingTimeInMillis() - SAFE_MARGIN_MS);
  } catch (thrown) {
    throw asThrown(asLedgerError(thrown));
  }
}

function run(task: LambdaTask, timeLeft: number) {
  if (task.action === 'summarize') return summarizeRun(task);
  if (task.action === 'check') return checkLedger(task.config, timeLeft);
  return task.action === 'plan' ? plan(task, timeLeft) : pull(task.config, timeLeft);
}

export interface LambdaPlan {
  readonly schema_version: 1;
  /** One event's `flags` for each slice. */
  readonly slices: readonly { readonly name: string; readonly flags: Settings }[];
}

/** The other flags of the event go with each slice: what was wanted of the whole is wanted of every part. */
async function plan(
  { config, flags }: Extract<LambdaTask, { readonly action: 'plan' }>,
  timeLeft: number,
): Promise<LambdaPlan> {
  const regions = await findRegions(config, AbortSignal.timeout(Math.max(0, timeLeft)));
  const { slices } = planOf(config, regions);
  return {
    schema_version: 1,
    slices: slices.map((slice) => ({
      name: nameOfResult(slice),
      flags: { ...flags, ...slice.flags },
    })),
  };
}

export interface Pulled {
  readonly schema_version: 1;
  readonly slices: readonly SliceOutcome[];
}

/** Stops in time: what is not done then is for the next try, and nothing is half-written. */
async function pull(config: PullConfig, timeLeft: number): Promise<Pulled> {
  if (timeLeft <= 0) throw new DeadlineError(0);
  const deadline = Math.min(config.deadline, timeLeft);
  const result = await pullSlices({ ...config, deadline }, new AbortController().signal);
  for (const line of sliceMetricLines(result)) say(line);
  if (result.exit_code !== 0) throw failureOf(result);
  return { schema_version: 1, slices: result.slices.map(sliceOutcomeOf) };
}

async function summarizeRun({
  planned,
  outcomes,
  failures,
  startedAt,
}: Extract<LambdaTask, { readonly action: 'summarize' }>): Promise<RunSummary> {
  const summary = summarize(planned, outcomes, failures);
  const { failed, outcome } = summary;
  say(
    runMetricLine({
      slices: outcomes,
      planned: planned.length,
      failed: failed.length,
      isFailed: outcome !== 'ok',
      startedAt,
      finishedAt: systemClock.now(),
    }),
  );
  return summary;
}

export interface LambdaCheck {
  readonly schema_version: 1;
  readonly outcome: 'ok' | 'findings';
  /** How many there are. */
  readonly findings: number;
  /** Of each code that was found. */
  readonly codes: Readonly<Record<string, number>>;
  /** The worst ones in words. */
  readonly worst: readonly string[];
  /** Number of the message that was published; null when there was none. */
  readonly message_id: string | null;
}

/** Findings told one by one: what a state carries on is small. */
const MAX_FINDINGS_TOLD = 10;

/** Findings are an answer; a message that could not be published is an error. The log has all findings. */
async function checkLedger(config: CheckConfig, timeLeft: number): Promise<LambdaCheck> {
  if (timeLeft <= 0) throw new DeadlineError(0);
  const { check } = await import('./commands/check.ts');
  const deadline = Math.min(config.deadline, timeLeft);
  const { findings, sns, error } = await check({ ...config, deadline }, new AbortController().signal);
  const lines = findings.map(({ code, place, message }) => `${code} ${place}: ${message}`);
  for (const line of lines) say(visibleInLine(line));
  if (error) throw new LedgerError(error.recovery, error.message);
  const codes = [...groupBy(findings, ({ code }) => code)].map(([code, found]) => [code, found.length]);
  return {
    schema_version: 1,
    outcome: findings.length === 0 ? 'ok' : 'findings',
    findings: findings.length,
    codes: Object.fromEntries(codes) as Record<string, number>,
    worst: lines.slice(0, MAX_FINDINGS_TOLD),
    message_id: sns?.message_id ?? null,
  };
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
