import type { EpochMs } from '../../schemas/columns.ts';
import type { PullResult, SliceResult } from '../../schemas/pull-result.ts';
import { DAY_MS, startOfDay, utcDay } from '../domain/day.ts';
import { hasShrunk } from '../domain/shrinkage.ts';
import { parsePullName } from '../ledger/records-key.ts';

/** CloudWatch namespace of all metrics. */
export const NAMESPACE = 'BackupLedger';

type Unit = 'Count' | 'Milliseconds' | 'None';
/** A metric that is not known is left out: zero would be a claim. */
type Measures = Readonly<Record<string, readonly [value: number | undefined, unit: Unit]>>;

/**
 * A pull's result as CloudWatch metrics, one line of JSON each: one of the run, without dimensions, and one of each slice,
 * by Kind and Region. Source: the specification of the CloudWatch embedded metric format.
 */
export function metricLines(result: PullResult): string[] {
  const { slices, exit_code, started_at, finished_at } = result;
  const run = runMetricLine({
    slices,
    planned: slices.length,
    failed: slices.filter(({ outcome }) => outcome === 'failed').length,
    isFailed: exit_code !== 0,
    startedAt: Date.parse(started_at),
    finishedAt: Date.parse(finished_at),
  });
  return [run, ...sliceMetricLines(result)];
}

export function sliceMetricLines({ slices, finished_at }: PullResult): string[] {
  const finishedAt = Date.parse(finished_at);
  return slices.map((slice) => {
    const { kind, region, scope, table, outcome } = slice;
    const about = { Scope: scope, Table: table, Outcome: outcome };
    return embed(finishedAt, { Kind: kind, Region: region }, about, sliceMeasures(slice, finishedAt));
  });
}

export interface MeasuredRun {
  /** Those of which something is known; failed ones may be among them. */
  readonly slices: readonly Pick<SliceResult, 'last_day' | 'accounts' | 'accounts_before' | 'outcome'>[];
  readonly planned: number;
  readonly failed: number;
  /** Whether the run as a whole is. */
  readonly isFailed: boolean;
  readonly startedAt: EpochMs;
  readonly finishedAt: EpochMs;
}

export function runMetricLine(run: MeasuredRun): string {
  return embed(run.finishedAt, {}, {}, runMeasures(run));
}

function runMeasures({ slices, planned, failed, isFailed, startedAt, finishedAt }: MeasuredRun): Measures {
  const [newest] = slices
    .flatMap(({ last_day }) => last_day ?? [])
    .toSorted()
    .toReversed();
  return {
    Runs: [1, 'Count'],
    FailedRuns: [Number(isFailed), 'Count'],
    Slices: [planned, 'Count'],
    FailedSlices: [failed, 'Count'],
    Duration: [finishedAt - startedAt, 'Milliseconds'],
    NewestDayAge: [newest === undefined ? undefined : daysSince(newest, finishedAt), 'None'],
    AccountsShrunk: [slices.filter((slice) => shrunk(slice) === 1).length, 'Count'],
  };
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
    GapDays: [slice.gap ? daysSince(slice.gap.from, startOfDay(slice.gap.to)) + 1 : 0, 'Count'],
  };
}

/** Of a slice that failed before its last page, nobody knows. */
function shrunk(slice: MeasuredRun['slices'][number]): number | undefined {
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
  dimensions: Readonly<Record<string, string>>,
  about: Readonly<Record<string, string>>,
  measures: Measures,
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
