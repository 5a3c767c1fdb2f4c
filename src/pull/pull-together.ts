import pMap from 'p-map';
import type { EpochMs } from '../../schemas/columns.ts';
import type { PlannedChange, SliceResult } from '../../schemas/pull-result.ts';
import type { ReconcileMode } from '../domain/slice.ts';
import type { Slice } from '../domain/slice.ts';
import { asLedgerError, type LedgerError, TooFewAccountsError } from '../errors.ts';
import { keepEvidence, keepPages, keepRecord } from './keep.ts';
import type {
  Clock,
  LineCodec,
  ObjectStore,
  Report,
  RequestHooks,
  RetryLostRaces,
  RowCodec,
  SummarySource,
} from '../ports.ts';
import { type SliceSeen } from '../merge/days.ts';
import { type DayPlan, planDays, publishDays, tellProtected } from '../merge/publish.ts';
import { type Reading, type ReadOptions, readSlice } from '../read/read-slice.ts';
import { doubtfulDays, readReconciled } from '../read/read-reconciled.ts';
import { SliceReport } from './slice-result.ts';
import { type History, historySince, lastGoodPull, newerPull } from '../ledger/history.ts';
import { openRaw } from '../ledger/raw-pages.ts';

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
  /** Slices read side by side. */
  readonly concurrency: number;
}

export interface PulledSlice {
  readonly result: SliceResult;
  readonly error: LedgerError | undefined;
}

export interface PulledTogether {
  readonly slices: readonly PulledSlice[];
  /** With a dry run: what would have been written. */
  readonly plan: readonly PlannedChange[];
}

/** One slice on its way through the stages. A failure ends it, and it alone. */
interface Pull {
  readonly slice: Slice;
  readonly report: SliceReport;
  /** What it has to publish; undefined while there is nothing, and when another pull has said it already. */
  seen?: SliceSeen | undefined;
  error?: LedgerError;
}

/**
 * Pulls slices that share their partitions and brings these up to date, each once. Nothing of a slice is published before
 * its last page has been read and validated. Never throws: a failure is a result.
 */
export async function pullTogether(
  slices: readonly Slice[],
  world: PullWorld,
  options: PullOptions,
): Promise<PulledTogether> {
  const { concurrency, dryRun } = options;
  const pulls = slices.map((slice): Pull => ({ slice, report: new SliceReport(slice, world.report) }));
  const forEach = (stage: (pull: Pull) => Promise<void>) =>
    pMap(pulls, (pull) => attempt(pull, world, () => stage(pull)), { concurrency });

  await forEach((pull) => readPages(pull, world, options));
  let begun: Promise<History> | undefined;
  const begunSince = () => (begun ??= historySince(world.store, firstInstant(pulls)));
  await forEach(async (pull) => {
    await giveWay(pull, world, begunSince);
    if (pull.seen && !dryRun) await keepPages(pull, world.store);
  });
  const plan = await publish(pulls, world, dryRun);
  await pMap(pulls, (pull) => finish(pull, world, dryRun), { concurrency });
  return { slices: pulls.map(({ report, error }) => ({ result: report.result, error })), plan };
}

/** Does a part of a pull's work; a pull that has failed before has nothing left to do. */
async function attempt(pull: Pull, world: PullWorld, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    await fail(pull, world, thrown);
  }
}

async function fail(pull: Pull, world: PullWorld, thrown: unknown): Promise<void> {
  const error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
  pull.error = error;
  pull.seen = undefined;
  pull.report.failed(error);
  await keepEvidence(pull, world.storeForFailures, error);
}

async function readPages(pull: Pull, world: PullWorld, options: PullOptions): Promise<void> {
  const { slice, report } = pull;
  world.signal.throwIfAborted();
  const last = await lastGoodPull(world.store, options.history, slice);
  report.result.last_good_pull = last?.key ?? null;
  world.report({ type: 'slice-started', slice, expectedPages: last?.pages });

  const reading = await readAll(slice, world, options, report);
  const { observedAt, books } = reading;
  const seen = { slice, rows: reading.rows(), observedAt, isDoubtful: doubtfulDays(books, report.result) };
  report.sawRows(seen.rows, observedAt, last);
  const { accounts } = report.result;
  const { minAccounts } = options.limits;
  if (accounts < minAccounts) throw new TooFewAccountsError(accounts, minAccounts);
  pull.seen = seen;
}

function readAll(
  slice: Slice,
  world: PullWorld,
  options: PullOptions,
  report: SliceReport,
): Promise<Reading> {
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

/** Older never beats newer: a pull that began later has already said how things are. */
async function giveWay(pull: Pull, world: PullWorld, begunSince: () => Promise<History>): Promise<void> {
  const { slice, report, seen } = pull;
  if (!seen) return;
  world.signal.throwIfAborted();
  const newer = await newerPull(world.store, await begunSince(), slice, seen.observedAt);
  if (!newer) return;
  pull.seen = undefined;
  report.reading?.discardRaw();
  report.result.outcome = 'superseded';
  report.warn(
    `a pull that began later, at ${new Date(newer.observedAt).toISOString()}, is already published`,
  );
}

/** Publishes what the pulls have seen, or plans to. */
async function publish(pulls: readonly Pull[], world: PullWorld, dryRun: boolean): Promise<PlannedChange[]> {
  const publishing = new Map(pulls.flatMap((pull) => (pull.seen ? [[pull.seen, pull] as const] : [])));
  const reports = new Map([...publishing].map(([seen, { report }]) => [seen, report]));
  let plans: readonly DayPlan[] = [];
  let failures: ReadonlyMap<SliceSeen, unknown>;
  try {
    world.signal.throwIfAborted();
    plans = await planDays([...publishing.keys()], world);
    failures = dryRun ? new Map() : await publishDays(plans, world, reports);
    if (dryRun) tellProtected(plans, reports);
  } catch (thrown) {
    failures = new Map([...publishing.keys()].map((seen) => [seen, thrown]));
  }
  for (const [seen, thrown] of failures) {
    const pull = publishing.get(seen);
    if (pull) await fail(pull, world, thrown);
  }
  return plans
    .filter(({ stored, change }) => stored || change.action !== 'unchanged')
    .map(({ change }) => change);
}

function firstInstant(pulls: readonly Pull[]): EpochMs {
  return Math.min(...pulls.flatMap(({ seen }) => seen?.observedAt ?? []));
}

/** Says what became of a pull, and keeps it on record. */
async function finish(pull: Pull, world: PullWorld, dryRun: boolean): Promise<void> {
  const { slice, report } = pull;
  report.close();
  const error = dryRun ? undefined : await keepRecord(pull, world);
  if (error) {
    pull.error = error;
    report.failed(error);
  }
  world.report({ type: 'slice-finished', slice, result: report.result });
}
