import type { PlannedChange, SliceResult } from '../schemas/pull-result.ts';
import type { Slice } from './domain/slice.ts';
import { asLedgerError, type LedgerError, TooFewAccountsError } from './errors.ts';
import type {
  Clock,
  ObjectStore,
  Report,
  RequestHooks,
  RetryLostRaces,
  RowCodec,
  SummarySource,
} from './ports.ts';
import { planDays, publishDays } from './publish.ts';
import { type Reading, readSlice } from './read.ts';
import { SliceReport } from './slice-report.ts';
import { type History, lastGoodPull, newerPull } from './stages/history.ts';
import { writeRecord } from './stages/record.ts';

export interface PullLimits {
  readonly maxPages: number;
  readonly maxRejects: number;
  /** 0 for no limit. */
  readonly minAccounts: number;
}

/** The world a pull works in; everything is handed in. */
export interface PullWorld {
  readonly store: ObjectStore;
  /** The same ledger for the record of a slice that failed: it still answers for a while after an interruption. */
  readonly storeForFailures: ObjectStore;
  readonly codec: RowCodec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly retryLostRaces: RetryLostRaces;
  openSource(slice: Slice, hooks: RequestHooks): SummarySource;
  /** Name and version, for the records. */
  readonly writtenBy: string;
}

export interface PullOptions {
  readonly limits: PullLimits;
  readonly dryRun: boolean;
  readonly history: History;
}

export interface PulledSlice {
  readonly result: SliceResult;
  /** With a dry run: what would have been written. */
  readonly plan: readonly PlannedChange[];
  readonly error: LedgerError | undefined;
}

/** Pulls one slice and brings its partitions up to date. Never throws: a failure is a result. */
export async function pullSlice(slice: Slice, world: PullWorld, options: PullOptions): Promise<PulledSlice> {
  const report = new SliceReport(slice, world.report);
  let plan: readonly PlannedChange[] = [];
  let error: LedgerError | undefined;
  try {
    plan = await runStages(slice, world, options, report);
  } catch (thrown) {
    error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
    report.failed(error);
  }
  report.close();
  if (!options.dryRun) error = (await record(slice, world, report)) ?? error;
  world.report({ type: 'slice-finished', slice, result: report.result });
  return { result: report.result, plan, error };
}

/** The stages, in order. Nothing is published before the last page has been read and validated. */
async function runStages(
  slice: Slice,
  world: PullWorld,
  { limits, dryRun, history }: PullOptions,
  report: SliceReport,
): Promise<PlannedChange[]> {
  world.signal.throwIfAborted();
  const last = await lastGoodPull(world.store, history, slice);
  world.report({ type: 'slice-started', slice, expectedPages: last?.pages });

  const reading = await read(slice, world, limits, report);
  const rows = reading.rows();
  report.sawRows(rows, last);
  const { accounts } = report.result;
  if (accounts < limits.minAccounts) throw new TooFewAccountsError(accounts, limits.minAccounts);

  const doubtful = reading.books.rejected > 0;
  const plans = await planDays({ slice, rows, observedAt: reading.observedAt, doubtful }, world);
  if (await isSuperseded(slice, world, reading, report)) return [];
  world.signal.throwIfAborted();
  if (!dryRun) await publishDays(plans, world, report);
  else
    for (const { merged, change } of plans) report.protectedRows(change.partition, merged.protectedAccounts);
  return plans
    .filter(({ stored, change }) => stored || change.action !== 'unchanged')
    .map(({ change }) => change);
}

function read(slice: Slice, world: PullWorld, limits: PullLimits, report: SliceReport): Promise<Reading> {
  const { maxPages, maxRejects } = limits;
  return readSlice({
    slice,
    source: world.openSource(slice, report.hooks),
    maxPages,
    maxRejects,
    clock: world.clock,
    onAttempt: (reading) => {
      report.reading = reading;
    },
    onPage: (page, rows) => world.report({ type: 'page', slice, page, rows }),
    onRestart: (reason) => report.restarted(reason),
  });
}

/** Older never beats newer: a pull that began later has already said how things are. */
async function isSuperseded(
  slice: Slice,
  world: PullWorld,
  { observedAt }: Reading,
  report: SliceReport,
): Promise<boolean> {
  const newer = await newerPull(world.store, slice, observedAt);
  if (!newer) return false;
  report.result.outcome = 'superseded';
  report.warn(
    `a pull that began later, at ${new Date(newer.observedAt).toISOString()}, is already published`,
  );
  return true;
}

/** Records a good or failed pull. Returns the error when a good one could not be recorded: it then is a failed one. */
async function record(slice: Slice, world: PullWorld, report: SliceReport): Promise<LedgerError | undefined> {
  const { result, objects, reading } = report;
  if (!reading || result.outcome === 'superseded') return undefined;
  const store = result.outcome === 'ok' ? world.store : world.storeForFailures;
  try {
    await writeRecord(store, {
      slice,
      observedAt: reading.observedAt,
      result,
      objects,
      writtenBy: world.writtenBy,
    });
    return undefined;
  } catch (thrown) {
    const error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
    if (result.outcome === 'failed') {
      report.warn(`this failure could not be recorded: ${error.message}`);
      return undefined;
    }
    report.failed(error);
    return error;
  }
}
