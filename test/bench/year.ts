import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SummaryRow } from '../../schemas/columns.ts';
import type { RecordedObject } from '../../schemas/pull-record.ts';
import { parquetCodec } from '../../src/adapters/parquet/codec.ts';
import {
  addDays,
  DAY_MS,
  daysBetween,
  type Day,
  startOfDay,
  monthOf,
  type Month,
} from '../../src/domain/day.ts';
import { partitionPath } from '../../src/ledger/partition.ts';
import { pullName, recordsPath } from '../../src/ledger/records-key.ts';
import { fileOrder } from '../../src/domain/row.ts';
import { sha256 } from '../../src/domain/sha256.ts';
import { SliceLog } from '../../src/pull/slice-log.ts';
import { sliceResult } from '../../src/pull/slice-result.ts';
import { encodeRecord, recordOf } from '../../src/ledger/pull-record.ts';
import { aSlice, nullRow } from '../fixtures/builders.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { sliceName } from '../../src/domain/slice.ts';

/** A ledger of a year, pulled every day. */

export const DAYS = 365;
export const REGIONS = ['ap-southeast-2', 'eu-central-1', 'eu-west-1', 'us-east-1'];
export const ROWS = 500;
export const TODAY: Day = '2026-11-23';
export const PULL_TIME_MS = 3.5 * 3_600_000;
const HISTORY_DAYS = 14;

/** How large a ledger is. */
export interface LedgerShape {
  readonly days: number;
  readonly regions: readonly string[];
  readonly accounts: number;
  /** Rows of each region and day. */
  readonly rows: number;
  /** Whether some jobs fail. */
  readonly trouble: boolean;
}

const year: LedgerShape = { days: DAYS, regions: REGIONS, accounts: 100, rows: ROWS, trouble: false };

/** Writes it into a folder; a year unless something else is said. */
export async function writeYear(ledger: string, change: Partial<LedgerShape> = {}): Promise<void> {
  const shape = { ...year, ...change };
  const put = async (key: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(join(ledger, key)), { recursive: true });
    await writeFile(join(ledger, key), bytes);
  };
  const table = 'copy_job_summaries';
  const binding = { kind: 'copy', aggregation_period: 'ONE_DAY', grain: {} };
  const days = daysBetween(addDays(TODAY, -shape.days), addDays(TODAY, -1));
  const firstMonth = monthOf(days[0] ?? TODAY);
  const manifest = { format_version: 2, first_month: firstMonth, tables: { [table]: binding } };
  await put('ledger.json', JSON.stringify(manifest));
  for (const region of shape.regions) {
    const objects = new Map<Month, RecordedObject>();
    for (const [month, own] of groupBy(days, monthOf)) {
      const partition = partitionPath({ table, aggregationPeriod: 'ONE_DAY', month, region });
      const bytes = await parquetCodec.encode(
        'copy',
        new Map(own.map((day) => [day, rowsOf(shape, region, day)])),
      );
      await put(partition, bytes);
      const rows = own.length * shape.rows;
      objects.set(month, {
        partition,
        action: 'written',
        version: 'v',
        sha256: sha256(bytes),
        replaced_sha256: null,
        rows,
      });
    }
    for (const [key, lines] of recordsOf(region, days, objects)) await put(key, `${lines.join('\n')}\n`);
  }
}

/** A record a day, chained, by the key of its object. */
function recordsOf(
  region: string,
  days: readonly Day[],
  objects: ReadonlyMap<Month, RecordedObject>,
): ReadonlyMap<string, string[]> {
  const slice = aSlice({ region });
  const records = new Map<string, string[]>();
  let before: { readonly pull: string; readonly line: string } | undefined;
  for (const day of [...days.slice(1), TODAY]) {
    const observedAt = startOfDay(day) + PULL_TIME_MS;
    const seen = daysBetween(addDays(day, -HISTORY_DAYS), addDays(day, -1)).filter(
      (known) => known >= (days[0] ?? ''),
    );
    const log = new SliceLog(slice, () => undefined);
    const result = {
      ...sliceResult({ slice, startedAt: observedAt, log }),
      kept: 1,
      last_good_pull: before?.pull ?? null,
      first_day: seen[0] ?? null,
      last_day: seen.at(-1) ?? null,
    };
    const found = [...new Set(seen.map(monthOf))].flatMap((month) => objects.get(month) ?? []);
    const times = { observedAt, startedAt: observedAt, finishedAt: observedAt };
    const pull = pullName({ slice: sliceName(slice), instant: observedAt });
    const previous_sha256 = before ? sha256(Buffer.from(before.line)) : null;
    const recorded = { ...times, result, rawSha256: null, objects: found, writtenBy: 'bench' };
    const line = encodeRecord(recordOf(recorded, { pull, previous_sha256 }));
    const key = recordsPath({ slice: sliceName(slice), month: monthOf(day) });
    records.set(key, [...(records.get(key) ?? []), line]);
    before = { pull, line };
  }
  return records;
}

/** A number from 1 to 97 without a pattern that compresses, the same every time. */
function scattered(what: string): number {
  return 1 + (Number.parseInt(sha256(new TextEncoder().encode(what)).slice(0, 8), 16) % 97);
}

/** One in eight is unsuccessful, in one of several ways. */
function endingOf(chance: number): Pick<SummaryRow, 'state' | 'message_category'> {
  const reasons = ['AccessDenied', 'InvalidParameters', 'LimitExceeded', 'Cancelled', 'VssError', 'Expired'];
  if (chance <= 85) return { state: 'COMPLETED', message_category: 'SUCCESS' };
  const state = chance <= 91 ? 'FAILED' : chance <= 94 ? 'ABORTED' : 'PARTIAL';
  return { state, message_category: reasons[chance % reasons.length] ?? null };
}

function rowsOf({ rows: count, accounts, trouble }: LedgerShape, region: string, day: Day): SummaryRow[] {
  const start = startOfDay(day);
  const rows = Array.from({ length: count }, (_, index) => ({
    ...nullRow,
    region,
    account_id: String(100_000_000_000 + (index % accounts) * 7_777_777),
    resource_type: ['EBS', 'EC2', 'RDS', 'S3', 'DynamoDB'][Math.floor(index / accounts)] ?? null,
    ...endingOf(trouble ? scattered(`${index} ${day} ${region}`) : 0),
    job_count: trouble ? scattered(`${region} ${day} ${index}`) : 1 + ((index * 31 + start / DAY_MS) % 97),
    start_time: start,
    end_time: start + DAY_MS,
    observed_at: start + DAY_MS + PULL_TIME_MS,
  }));
  return rows.toSorted(fileOrder('copy'));
}
