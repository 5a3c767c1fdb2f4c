import type { Settings } from '../../src/config/resolve.ts';
import { urlOf } from '../../src/config/values.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { nameOfResult } from '../../src/domain/slice.ts';
import type { SliceOutcome } from '../../src/domain/slice-outcome.ts';
import { UsageError } from '../../src/errors.ts';
import { judgePull } from '../../src/fan-out/event-flags.ts';
import type { Run, Task } from '../../src/fan-out/lambda-task.ts';
import { type PlannedSlice, planOf } from '../../src/fan-out/planned-slice.ts';
import {
  type PlannedPull,
  readPlanned,
  readRun,
  type RunRecord,
  writePlan,
  writeResult,
  writeSummary,
} from '../../src/fan-out/run-store.ts';
import { carried, type CarriedSummary, type RunSummary, summarize } from '../../src/fan-out/summarize.ts';
import { countsLine, runMetricLines } from '../../src/pull/metrics.ts';
import { systemClock } from '../world/clock.ts';
import { findRegions } from '../world/regions.ts';
import type { FunctionWorld } from './function-world.ts';
import { type Pulled, pull } from './pull.ts';
import type { Noted } from './steps.ts';
import { daysUnverified } from './last-verify.ts';
import { withWork } from './work.ts';

/** The steps of a run: plan the slices, pull each, summarize what came of them. */

export interface LambdaPlan {
  readonly schema_version: 1;
  /** One event's `flags` for each slice. */
  readonly slices: readonly PlannedPull[];
}

/** A plan as a state machine carries it. */
export interface CarriedPlan {
  readonly schema_version: 1;
  readonly run: string;
  /** The number of each slice in the plan: what `pull` is given. */
  readonly slices: readonly number[];
}

/** Beyond them not even their numbers fit into what a state machine carries. */
const MAX_SLICES = 30_000;

/** The other flags of the event go with each slice: what was wanted of the whole is wanted of every part. */
export async function plan(
  { config, flags, isPart, run }: Task<'plan'>,
  world: FunctionWorld,
): Promise<LambdaPlan | CarriedPlan> {
  const regions = await findRegions(config, AbortSignal.timeout(Math.max(0, world.timeLeft)));
  const slices = apart(planOf(config, regions).slices).map((slice) => plannedPull(slice, flags));
  if (!run) return { schema_version: 1, slices };
  if (slices.length > MAX_SLICES)
    throw new UsageError([
      `kind, region and accounts: expected at most ${MAX_SLICES} slices in a run, got ${slices.length}: start several runs`,
    ]);
  await withWork(run.work, world, (store) => writePlan(store, run.name, { slices, isPart }));
  return { schema_version: 1, run: run.name, slices: slices.map((_, index) => index) };
}

function plannedPull(slice: PlannedSlice, flags: Settings): PlannedPull {
  return { name: nameOfResult(slice), flags: { ...flags, ...slice.flags } };
}

/** Accounts of one region write the same objects: neighbours in the plan should not. */
function apart(slices: readonly PlannedSlice[]): PlannedSlice[] {
  return [...groupBy(slices, ({ scope }) => scope).values()].flat();
}

/** Pulls a slice of the plan and leaves what came of it; a failure is thrown, and left by {@link failSlice}. */
export async function pullPlanned(
  { run, slice }: Task<'pull-planned'>,
  env: NodeJS.ProcessEnv,
  world: FunctionWorld,
): Promise<Pulled> {
  const { flags } = await withWork(run.work, world, (store) => readPlanned(store, run.name, slice));
  const judged = judgePull(flags, { env });
  if ('problems' in judged) throw new UsageError(judged.problems);
  const pulled = await pull(judged.config, world);
  await withWork(run.work, world, (store) => writeResult(store, run.name, slice, { slices: pulled.slices }));
  return pulled;
}

/** What Step Functions caught of a slice, which includes what the function could not tell itself: that it was cut off. */
export async function failSlice(
  { run, slice, error }: Task<'fail-slice'>,
  world: FunctionWorld,
): Promise<Noted> {
  await withWork(run.work, world, async (store) => {
    const { name } = await readPlanned(store, run.name, slice);
    await writeResult(store, run.name, slice, { slice: name, error });
  });
  return { schema_version: 1 };
}

export function summarizeTold(task: Task<'summarize'>, world: FunctionWorld): RunSummary {
  const summary = summarize(task.planned, task.outcomes, task.failures);
  measure(task, summary, { startedAt: task.startedAt, world });
  return summary;
}

export async function summarizeRun(
  { run, startedAt }: Task<'summarize-run'>,
  world: FunctionWorld,
): Promise<CarriedSummary> {
  return withWork(run.work, world, async (store) => {
    const { isPart, ...record } = await readRun(store, run.name);
    const summary = summarize(record.planned, record.outcomes, record.failures);
    // What a part of the slices did says nothing of the others, and must quiet no alarm.
    if (!isPart) measure(record, summary, { startedAt, world });
    const days = await daysUnverified(store, systemClock.now());
    world.say(countsLine(systemClock.now(), world.dimensions, days));
    return carried(summary, urlIn(run, await writeSummary(store, run.name, summary)));
  });
}

function urlIn({ work }: Run, key: string): string {
  return `${urlOf(work.ledger)}/${key}`;
}

function measure(
  { planned, outcomes }: Pick<RunRecord, 'planned' | 'outcomes'>,
  { failed, outcome }: RunSummary,
  { startedAt, world: { say, dimensions } }: { readonly startedAt: number; readonly world: FunctionWorld },
): void {
  const names = new Set(failed.map(({ slice }) => slice));
  const lines = runMetricLines(
    {
      slices: goodOnes(outcomes, names),
      planned: planned.length,
      failed: failed.length,
      isFailed: outcome !== 'ok',
      startedAt,
      finishedAt: systemClock.now(),
    },
    dimensions,
  );
  for (const line of lines) say(line);
}

function goodOnes(outcomes: readonly SliceOutcome[], failed: ReadonlySet<string>): SliceOutcome[] {
  return outcomes.filter(({ slice }) => !failed.has(slice));
}
