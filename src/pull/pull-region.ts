import pMap from 'p-map';
import type { PlannedChange, SliceResult } from '../../schemas/pull-result.ts';
import type { Slice } from '../domain/slice.ts';
import { asLedgerError, type LedgerError, TooFewAccountsError } from '../errors.ts';
import { type History, lastGoodPull, newerPull } from '../ledger/history.ts';
import { openRaw } from '../ledger/raw-pages.ts';
import {
  type MonthPlan,
  planMonths,
  plannedBy,
  publishMonths,
  publishedBy,
  type PublishedMonth,
} from '../merge/publish.ts';
import type { SummarySource } from '../ports.ts';
import { doubtfulDays, readReconciled, type Reconciled, requireTotals } from '../read/read-reconciled.ts';
import { type ReadOptions, readSlice } from '../read/read-slice.ts';
import { readOf } from './freshness.ts';
import { SliceLog } from './slice-log.ts';
import type { SlicePull } from './slice-pull.ts';
import { sliceResult } from './slice-result.ts';
import { storeEvidence, storePages, storeRecord } from './store-evidence.ts';
import { warnOfProtected, warnOfRows, warnOfTotals, warnOfUnnamed } from './warnings.ts';
import type { PullWorld, PullOptions } from './pull-world.ts';

export interface PulledSlice {
  readonly result: SliceResult;
  readonly error: LedgerError | undefined;
}

export interface PulledRegion {
  readonly slices: readonly PulledSlice[];
  /** With a dry run: what would have been written. */
  readonly plan: readonly PlannedChange[];
}

/**
 * Pulls slices that share their partitions and brings these up to date, each once. Nothing of a slice is published before
 * its last page has been read and validated. Never throws: a failure is a result.
 */
export async function pullRegion(
  slices: readonly Slice[],
  world: PullWorld,
  options: PullOptions,
): Promise<PulledRegion> {
  const { concurrency, dryRun } = options;
  const startedAt = world.clock.now();
  const pulls = slices.map((slice): SlicePull => ({
    slice,
    startedAt,
    log: new SliceLog(slice, world.report),
  }));
  const forEach = (stage: (pull: SlicePull) => Promise<void>) =>
    pMap(pulls, (pull) => attempt(pull, world, () => stage(pull)), { concurrency });

  await forEach((pull) => readPages(pull, world, options));
  await forEach(async (pull) => {
    await supersedeIfOlder(pull, world, options);
    if (pull.snapshot && !dryRun) await storePages(pull, world.store);
  });
  const plan = await publish(pulls, world, dryRun);
  const finished = await pMap(pulls, (pull) => finish(pull, world, options), { concurrency });
  return { slices: finished, plan };
}

/** Does a part of a pull's work; a pull that has failed before has nothing left to do. */
async function attempt(pull: SlicePull, world: PullWorld, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    await fail(pull, world, thrown);
  }
}

async function fail(pull: SlicePull, world: PullWorld, thrown: unknown): Promise<void> {
  pull.error = asLedgerError(world.signal.aborted ? world.signal.reason : thrown);
  pull.snapshot = undefined;
  await storeEvidence(pull, world.afterFailure.store);
}

async function readPages(pull: SlicePull, world: PullWorld, options: PullOptions): Promise<void> {
  const { slice } = pull;
  world.signal.throwIfAborted();
  pull.last = await lastGoodPull(world.store, historyOf(world, options), slice);
  world.report({ type: 'slice-started', slice, expectedPages: pull.last?.pages });

  const reconciled = await readAll(pull, world, options);
  const { reading, totals } = reconciled;
  pull.totals = totals;
  warnOfTotals(pull);
  if (options.reconcile === 'require') requireTotals(slice, reconciled);
  const rows = reading.rows();
  pull.read = readOf(reading.observedAt, rows);
  warnOfRows(pull);
  const { accounts } = pull.read;
  const { minAccounts } = options.limits;
  if (accounts < minAccounts) throw new TooFewAccountsError(accounts, minAccounts);
  const mismatches = totals === undefined || 'unavailable' in totals ? [] : totals;
  const isDoubtful = doubtfulDays(reading.books, mismatches);
  pull.snapshot = { slice, rows, observedAt: reading.observedAt, isDoubtful };
}

function readAll(pull: SlicePull, world: PullWorld, options: PullOptions): Promise<Reconciled> {
  const { slice, log } = pull;
  const { limits, reconcile } = options;
  const openSource = (asked: Slice) => world.openSource(asked, log.hooks);
  const readOnce = () => {
    const source = openSource(slice);
    return readSlice({
      slice,
      source,
      maxPages: limits.maxPages,
      maxRejects: limits.maxRejects,
      clock: world.clock,
      signal: world.signal,
      openRaw: openRawWith(slice, world, options, source),
      onAttempt: (reading) => {
        pull.reading = reading;
      },
      onPage: (page, rows) => world.report({ type: 'page', slice, page, rows }),
      onRestart: log.restarted,
    });
  };
  const asking = { slice, openSource, maxPages: limits.maxPages, signal: world.signal };
  return readReconciled({ mode: reconcile, readOnce, asking, onRestart: log.restarted });
}

function openRawWith(
  slice: Slice,
  { lines, versions }: PullWorld,
  { limits, reconcile, keepRaw, dryRun }: PullOptions,
  { request }: SummarySource,
): ReadOptions['openRaw'] {
  if (!keepRaw || dryRun) return undefined;
  const options = {
    max_pages: limits.maxPages,
    max_rejects: limits.maxRejects,
    min_accounts: limits.minAccounts,
    reconcile,
  };
  return (observedAt) => openRaw(lines, { slice, observedAt, request, options, versions });
}

/** Older never beats newer: a pull that began later has already said how things are. */
async function supersedeIfOlder(pull: SlicePull, world: PullWorld, options: PullOptions): Promise<void> {
  const { slice, log, snapshot, reading } = pull;
  if (!snapshot) return;
  world.signal.throwIfAborted();
  const newer = await newerPull(world.store, historyOf(world, options), {
    slice,
    observedAt: snapshot.observedAt,
  });
  if (!newer) return;
  pull.snapshot = undefined;
  pull.isSuperseded = true;
  reading?.discardRaw();
  log.warn(`a pull that began later, at ${new Date(newer.observedAt).toISOString()}, is already published`);
}

/** Publishes what the pulls have seen, or plans to. */
async function publish(
  pulls: readonly SlicePull[],
  world: PullWorld,
  dryRun: boolean,
): Promise<PlannedChange[]> {
  const publishing = pulls.filter(({ snapshot }) => snapshot !== undefined);
  const snapshots = publishing.flatMap(({ snapshot }) => snapshot ?? []);
  try {
    world.signal.throwIfAborted();
    const plans = await planMonths(snapshots, world);
    const months = dryRun ? undefined : await publishMonths(plans, world);
    for (const pull of publishing) await takePublished(pull, world, { plans, months });
    return plans
      .filter(({ stored, change }) => stored || change.action !== 'unchanged')
      .map(({ change }) => change);
  } catch (thrown) {
    for (const pull of publishing) await fail(pull, world, thrown);
    return [];
  }
}

/** Notes a pull's part of what was published. Without months there was only a plan. */
async function takePublished(
  pull: SlicePull,
  world: PullWorld,
  {
    plans,
    months,
  }: { readonly plans: readonly MonthPlan[]; readonly months: readonly PublishedMonth[] | undefined },
): Promise<void> {
  const { snapshot } = pull;
  if (!snapshot) return;
  const published = months ? publishedBy(snapshot, months) : plannedBy(snapshot, plans);
  pull.published = published;
  if ('failure' in published) await fail(pull, world, published.failure);
}

function historyOf({ clock }: PullWorld, { firstMonth }: PullOptions): History {
  return { firstMonth, now: clock.now() };
}

/** Says what became of a pull, and keeps it on record. */
async function finish(pull: SlicePull, world: PullWorld, options: PullOptions): Promise<PulledSlice> {
  const { slice, log, reading } = pull;
  for (const warning of reading?.warnings ?? []) log.warn(warning);
  warnOfProtected(pull);
  warnOfUnnamed(pull);
  const error = options.dryRun ? undefined : await storeRecord(pull, world, options.firstMonth);
  if (error) pull.error = error;
  const result = sliceResult(pull);
  world.report({ type: 'slice-finished', slice, result });
  return { result, error: pull.error };
}
