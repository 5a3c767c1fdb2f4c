import type { EpochMs } from '../../schemas/columns.ts';
import type { PullResult, SliceResult } from '../../schemas/pull-result.ts';
import { DAY_MS, daysBetween, startOfDay, utcDay } from '../domain/day.ts';
import { groupBy } from '../domain/group-by.ts';
import { hasShrunk } from '../domain/shrinkage.ts';
import { type SliceOutcome, sliceOutcomeOf } from '../domain/slice-outcome.ts';
import { parsePullName } from '../ledger/records-key.ts';

/** CloudWatch namespace of all metrics. */
export const NAMESPACE = 'BackupLedger';

type Unit = 'Count' | 'Milliseconds' | 'None';
/** A metric that is not known is left out: zero would be a claim. */
type Measures = Readonly<Record<string, readonly [value: number | undefined, unit: Unit]>>;
/** What tells metrics of one name apart. */
export type Dimensions = Readonly<Record<string, string>>;

/**
 * A pull's result as CloudWatch metrics, one line of JSON each: of the run, without dimensions, of each kind, and of each
 * slice, by Kind and Region. Source: the specification of the CloudWatch embedded metric format.
 */
export function metricLines(result: PullResult): string[] {
  const { slices, exit_code, started_at, finished_at } = result;
  const run = runMetricLines({
    slices: slices.filter(({ outcome }) => outcome !== 'failed').map(sliceOutcomeOf),
    planned: slices.length,
    failed: slices.filter(({ outcome }) => outcome === 'failed').length,
    isFailed: exit_code !== 0,
    startedAt: Date.parse(started_at),
    finishedAt: Date.parse(finished_at),
  });
  return [...run, ...sliceMetricLines(result)];
}

export function sliceMetricLines({ slices, finished_at }: PullResult, dimensions: Dimensions = {}): string[] {
  const finishedAt = Date.parse(finished_at);
  return slices.map((slice) => {
    const { kind, region, scope, table, outcome } = slice;
    const about = { Scope: scope, Table: table, Outcome: outcome };
    const measures = sliceMeasures(slice, finishedAt);
    return embed(finishedAt, { ...dimensions, Kind: kind, Region: region }, measures, about);
  });
}

export interface MeasuredRun {
  /** Those that did not fail. */
  readonly slices: readonly SliceOutcome[];
  readonly planned: number;
  readonly failed: number;
  /** Whether the run as a whole is. */
  readonly isFailed: boolean;
  readonly startedAt: EpochMs;
  readonly finishedAt: EpochMs;
}

/** Of the run, and of each kind in it. */
export function runMetricLines(run: MeasuredRun, dimensions: Dimensions = {}): string[] {
  const { finishedAt, slices } = run;
  const kinds = [...groupBy(slices, ({ kind }) => kind)].map(([kind, ofKind]) =>
    embed(finishedAt, { ...dimensions, Kind: kind }, seenMeasures(ofKind, finishedAt)),
  );
  return [embed(finishedAt, dimensions, runMeasures(run)), ...kinds];
}

/** Measures that are counts of something, as a step leaves them. */
export function countsLine(
  at: EpochMs,
  dimensions: Dimensions,
  counts: Readonly<Record<string, number>>,
): string {
  const measures = Object.entries(counts).map(([name, count]) => [name, [count, 'Count']] as const);
  return embed(at, dimensions, Object.fromEntries(measures));
}

function runMeasures({ slices, planned, failed, isFailed, startedAt, finishedAt }: MeasuredRun): Measures {
  return {
    Runs: [1, 'Count'],
    FailedRuns: [Number(isFailed), 'Count'],
    // Silence is what an alarm listens for: a failed run gives no sign of life.
    Heartbeats: [isFailed ? undefined : 1, 'Count'],
    Slices: [planned, 'Count'],
    FailedSlices: [failed, 'Count'],
    Duration: [finishedAt - startedAt, 'Milliseconds'],
    ...seenMeasures(slices, finishedAt),
    AccountsShrunk: [slices.filter(shrinkageMatters).filter(hasShrunk).length, 'Count'],
    Conflicts: [sumOf(slices, ({ conflicts }) => conflicts), 'Count'],
    Rejected: [sumOf(slices, ({ rejected }) => rejected), 'Count'],
    GapDays: [sumOf(slices, ({ gap_days }) => gap_days), 'Count'],
    TotalsMismatched: [slices.filter(({ reconciled }) => reconciled === 'mismatched').length, 'Count'],
  };
}

/** What several slices show together: the stalest of them, and the widest view. */
function seenMeasures(slices: readonly SliceOutcome[], now: EpochMs): Measures {
  const [stalest] = slices.flatMap(({ last_day }) => last_day ?? []).toSorted();
  const accounts = slices.map((slice) => slice.accounts);
  return {
    NewestDayAge: [stalest === undefined ? undefined : daysSince(stalest, now), 'None'],
    Accounts: [accounts.length > 0 ? Math.max(...accounts) : undefined, 'Count'],
  };
}

/** Of a handful of accounts some have no job on many a day. */
const FEW_ACCOUNTS = 10;

function shrinkageMatters({ accounts_before: before }: SliceOutcome): boolean {
  return before !== null && before >= FEW_ACCOUNTS;
}

function sumOf(slices: readonly SliceOutcome[], countOf: (slice: SliceOutcome) => number): number {
  return slices.reduce((sum, slice) => sum + countOf(slice), 0);
}

function sliceMeasures(slice: SliceResult, now: EpochMs): Measures {
  return {
    Pulls: [1, 'Count'],
    FailedPulls: [slice.outcome === 'failed' ? 1 : 0, 'Count'],
    Rows: [slice.kept, 'Count'],
    Accounts: [slice.accounts, 'Count'],
    AccountsShrunk: [shrunk(slice), 'Count'],
    Conflicts: [slice.conflicts, 'Count'],
    Rejected: [slice.rejected, 'Count'],
    Protected: [slice.protected, 'Count'],
    Requests: [slice.requests, 'Count'],
    Retries: [slice.retries, 'Count'],
    PartitionsWritten: [slice.partitions.written, 'Count'],
    NewestDayAge: [slice.last_day === null ? undefined : daysSince(slice.last_day, now), 'None'],
    DaysSinceLastGoodPull: [sinceGoodPull(slice, now), 'None'],
    TotalsMismatched: [mismatched[slice.reconciled], 'Count'],
    GapDays: [slice.gap ? daysBetween(slice.gap.from, slice.gap.to).length : 0, 'Count'],
  };
}

/** Of a slice that failed before its last page, nobody knows. */
function shrunk(slice: SliceResult): number | undefined {
  return slice.outcome === 'failed' ? undefined : Number(hasShrunk(slice));
}

const mismatched = { matched: 0, mismatched: 1, unavailable: undefined, off: undefined } as const;

/** Whole days from one UTC day to that of an instant. */
function daysSince(day: string, now: EpochMs): number {
  return (startOfDay(utcDay(now)) - startOfDay(day)) / DAY_MS;
}

/** In days and parts of them; unknown for a slice that never had one. */
function sinceGoodPull({ outcome, last_good_pull }: SliceResult, now: EpochMs): number | undefined {
  if (outcome !== 'failed') return 0;
  const instant = parsePullName(last_good_pull ?? '')?.instant;
  return instant === undefined ? undefined : Math.max(0, now - instant) / DAY_MS;
}

function embed(
  timestamp: EpochMs,
  dimensions: Dimensions,
  measures: Measures,
  about: Dimensions = {},
): string {
  const known = Object.entries(measures).filter(([, [value]]) => value !== undefined);
  return JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: known.map(([Name, [, Unit]]) => ({ Name, Unit })),
        },
      ],
    },
    ...dimensions,
    ...about,
    ...Object.fromEntries(known.map(([name, [value]]) => [name, value])),
  });
}
