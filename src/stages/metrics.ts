import type { EpochMs } from '../../schemas/columns.ts';
import type { PullResult, SliceResult } from '../../schemas/pull-result.ts';
import { DAY_MS, startOfDay, utcDay } from '../domain/day.ts';
import { hasShrunk } from '../domain/shrinkage.ts';
import { parsePullPath } from '../domain/pull-key.ts';

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
  const finishedAt = Date.parse(result.finished_at);
  const run = embed(finishedAt, {}, {}, runMeasures(result));
  const slices = result.slices.map((slice) => {
    const { kind, region, scope, table, outcome } = slice;
    const about = { Scope: scope, Table: table, Outcome: outcome };
    return embed(finishedAt, { Kind: kind, Region: region }, about, sliceMeasures(slice, finishedAt));
  });
  return [run, ...slices];
}

function runMeasures({ slices, exit_code, started_at, finished_at }: PullResult): Measures {
  return {
    Runs: [1, 'Count'],
    FailedRuns: [exit_code === 0 ? 0 : 1, 'Count'],
    Slices: [slices.length, 'Count'],
    FailedSlices: [slices.filter(({ outcome }) => outcome === 'failed').length, 'Count'],
    Duration: [Date.parse(finished_at) - Date.parse(started_at), 'Milliseconds'],
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
  const instant = parsePullPath(last_good_pull ?? '')?.instant;
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
