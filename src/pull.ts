import type { PlannedChange, SliceResult } from '../schemas/pull-result.ts';
import { pullPath } from './domain/pull-key.ts';
import { rawPath } from './domain/raw-key.ts';
import type { ReconcileMode } from './domain/reconcile-mode.ts';
import type { Slice } from './domain/slice.ts';
import { asLedgerError, BadDataError, type LedgerError, TooFewAccountsError } from './errors.ts';
import type {
  Clock,
  LineCodec,
  ObjectStore,
  Report,
  RequestHooks,
  RetryLostRaces,
  RowCodec,
  SummarySource,
} from './ports.ts';
import { planDays, publishDays } from './publish.ts';
import { type Reading, type ReadOptions, readSlice } from './read.ts';
import { doubtfulDays, readReconciled } from './reconcile.ts';
import { SliceReport } from './slice-report.ts';
import { type History, lastGoodPull, newerPull } from './stages/history.ts';
import { openRaw } from './stages/raw.ts';
import { encodeRecord } from './stages/record.ts';
import { writeOnce } from './stages/write-once.ts';

export interface PullLimits {
  readonly maxPages: number;
  readonly maxRejects: number;
  /** 0 for no limit. */
  readonly minAccounts: number;
}

/** The world a pull works in; everything is handed in. */
export interface PullWorld {
  readonly store: ObjectStore;
  /** The same ledger for what is left of a slice that failed: it still answers for a while after an interruption. */
  readonly storeForFailures: ObjectStore;
  readonly codec: RowCodec;
  readonly lines: LineCodec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly retryLostRaces: RetryLostRaces;
  openSource(slice: Slice, hooks: RequestHooks): SummarySource;
  /** Name and version, for the records. */
  readonly writtenBy: string;
  /** Versions of what has a say in what is read, for the raw pages: name → version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How to pull. */
export interface PullSettings {
  readonly limits: PullLimits;
  readonly reconcile: ReconcileMode;
  readonly keepRaw: boolean;
  readonly dryRun: boolean;
}

export interface PullOptions extends PullSettings {
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
    await keepEvidence(slice, world, error, report);
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
  options: PullOptions,
  report: SliceReport,
): Promise<PlannedChange[]> {
  const { limits, dryRun, history } = options;
  world.signal.throwIfAborted();
  const last = await lastGoodPull(world.store, history, slice);
  report.result.last_good_pull = last?.key ?? null;
  world.report({ type: 'slice-started', slice, expectedPages: last?.pages });

  const reading = await read(slice, world, options, report);
  const { observedAt } = reading;
  const rows = reading.rows();
  report.sawRows(rows, observedAt, last);
  const { accounts } = report.result;
  if (accounts < limits.minAccounts) throw new TooFewAccountsError(accounts, limits.minAccounts);

  const plans = await planDays(
    { slice, rows, observedAt, isDoubtful: doubtfulDays(reading.books, report.result) },
    world,
  );
  if (await isSuperseded(slice, world, reading, report)) return [];
  world.signal.throwIfAborted();
  if (!dryRun) {
    await keepRaw(slice, world.store, report);
    await publishDays(plans, world, report);
  } else
    for (const { merged, change } of plans) report.protectedRows(change.partition, merged.protectedAccounts);
  return plans
    .filter(({ stored, change }) => stored || change.action !== 'unchanged')
    .map(({ change }) => change);
}

function read(slice: Slice, world: PullWorld, options: PullOptions, report: SliceReport): Promise<Reading> {
  const { limits, reconcile } = options;
  const openSource = (asked: Slice) => world.openSource(asked, report.hooks);
  const readOnce = () => {
    const source = openSource(slice);
    return readSlice({
      slice,
      source,
      maxPages: limits.maxPages,
      maxRejects: limits.maxRejects,
      clock: world.clock,
      openRaw: openRawWith(slice, world, options, source),
      onAttempt: (reading) => {
        report.reading = reading;
      },
      onPage: (page, rows) => world.report({ type: 'page', slice, page, rows }),
      onRestart: (reason) => report.restarted(reason),
    });
  };
  const asking = { slice, openSource, maxPages: limits.maxPages, signal: world.signal };
  return readReconciled({ mode: reconcile, readOnce, asking, report });
}

function openRawWith(
  slice: Slice,
  { lines, versions }: PullWorld,
  { limits, reconcile, keepRaw: keeps, dryRun }: PullOptions,
  { request }: SummarySource,
): ReadOptions['openRaw'] {
  if (!keeps || dryRun) return undefined;
  const options = {
    max_pages: limits.maxPages,
    max_rejects: limits.maxRejects,
    min_accounts: limits.minAccounts,
    reconcile,
  };
  return (observedAt) => openRaw(lines, { slice, observedAt, request, options, versions });
}

/** Writes the raw pages down; afterwards there are none left to keep. */
async function keepRaw(slice: Slice, store: ObjectStore, report: SliceReport): Promise<void> {
  const { reading } = report;
  const bytes = await reading?.takeRaw();
  if (!reading || !bytes) return;
  const keyAt = (instant: number) => rawPath(slice, instant);
  report.keptRaw(await writeOnce(store, keyAt, reading.observedAt, bytes), bytes);
}

/**
 * The pages of a pull that failed after all of them had come, or because of what they say: AWS will have forgotten
 * them by the time somebody looks.
 */
async function keepEvidence(
  slice: Slice,
  world: PullWorld,
  error: LedgerError,
  report: SliceReport,
): Promise<void> {
  const { reading } = report;
  try {
    if (reading?.complete || error instanceof BadDataError)
      await keepRaw(slice, world.storeForFailures, report);
  } catch (thrown) {
    report.warn(`the raw pages could not be kept: ${asLedgerError(thrown).message}`);
  } finally {
    reading?.discardRaw();
  }
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
    const { observedAt } = reading;
    const { rawSha256 } = report;
    const { writtenBy } = world;
    const bytes = encodeRecord({ observedAt, result, rawSha256, objects, writtenBy });
    await writeOnce(store, (instant) => pullPath(slice, instant), observedAt, bytes);
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
