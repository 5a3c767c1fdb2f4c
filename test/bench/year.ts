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
import { aDocument, aPage, aSlice, nullRow, summaryOf } from '../fixtures/builders.ts';
import { openRaw } from '../../src/ledger/raw-pages.ts';
import { rawPath } from '../../src/ledger/raw-key.ts';
import { gzipLines } from '../../src/adapters/gzip-lines.ts';
import { factsOf, type Kind } from '../../schemas/kinds.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { type Slice, sliceName } from '../../src/domain/slice.ts';

/** Ledgers of years, pulled every day. */

export const DAYS = 365;
export const REGIONS = ['ap-southeast-2', 'eu-central-1', 'eu-west-1', 'us-east-1'];
export const ROWS = 500;
export const TODAY: Day = '2026-11-23';
export const PULL_TIME_MS = 3.5 * 3_600_000;
const HISTORY_DAYS = 14;

/** How large a ledger is. */
export interface LedgerShape {
  readonly kinds: readonly Kind[];
  readonly days: number;
  readonly regions: readonly string[];
  readonly accounts: number;
  /** Rows of each region and day. */
  readonly rows: number;
  /** Whether some jobs fail. */
  readonly trouble: boolean;
  /** Whether each pull's pages are kept. */
  readonly raw: boolean;
}

const year: LedgerShape = {
  kinds: ['copy'],
  days: DAYS,
  regions: REGIONS,
  accounts: 100,
  rows: ROWS,
  trouble: false,
  raw: false,
};

type RowsByDay = ReadonlyMap<Day, readonly SummaryRow[]>;

type Put = (key: string, bytes: Uint8Array | string) => Promise<void>;

/** Writes it into a folder; a year unless something else is said. */
export async function writeYear(ledger: string, change: Partial<LedgerShape> = {}): Promise<void> {
  const shape = { ...year, ...change };
  const folders = new Set<string>();
  const put: Put = async (key, bytes) => {
    const folder = dirname(join(ledger, key));
    if (!folders.has(folder)) await mkdir(folder, { recursive: true });
    folders.add(folder);
    await writeFile(join(ledger, key), bytes);
  };
  const first_month = monthOf(addDays(TODAY, -shape.days));
  const bindings = shape.kinds.map((kind) => {
    return [factsOf(kind).table, { kind, aggregation_period: 'ONE_DAY', grain: {} }];
  });
  await put(
    'ledger.json',
    JSON.stringify({ format_version: 2, first_month, tables: Object.fromEntries(bindings) }),
  );
  for (const kind of shape.kinds)
    for (const region of shape.regions) await writeSlice(aSlice({ kind, region }), shape, put);
}

async function writeSlice(slice: Slice, shape: LedgerShape, put: Put): Promise<void> {
  const { kind, table, region } = slice;
  const days = daysBetween(addDays(TODAY, -shape.days), addDays(TODAY, -1));
  const objects = new Map<Month, RecordedObject>();
  const rowsByDay = new Map<Day, readonly SummaryRow[]>();
  for (const [month, own] of groupBy(days, monthOf)) {
    const partition = partitionPath({ table, aggregationPeriod: 'ONE_DAY', month, region });
    const rows = new Map(own.map((day) => [day, rowsOf(shape, slice, day)]));
    if (shape.raw) for (const [day, found] of rows) rowsByDay.set(day, found);
    const bytes = await parquetCodec.encode(kind, rows);
    await put(partition, bytes);
    objects.set(month, {
      partition,
      action: 'written',
      version: 'v',
      sha256: sha256(bytes),
      replaced_sha256: null,
      rows: own.length * shape.rows,
    });
  }
  const pages = shape.raw ? pagesOf(slice, rowsByDay, put) : undefined;
  const recorded = { days, objects, pages, rowsOfDay: shape.rows };
  for (const [key, lines] of await recordsOf(slice, recorded)) await put(key, `${lines.join('\n')}\n`);
}

/** Writes a pull's pages and says what its record holds of them. */
type Pages = (observedAt: number, seen: readonly Day[]) => Promise<{ raw: string; rawSha256: string }>;

function pagesOf(slice: Slice, rows: RowsByDay, put: Put): Pages {
  return async (observedAt, seen) => {
    const bytes = await pageFile(slice, observedAt, rows, seen);
    const key = rawPath(slice, observedAt);
    await put(key, bytes);
    return { raw: key, rawSha256: sha256(bytes) };
  };
}

async function pageFile(
  slice: Slice,
  observedAt: number,
  rowsByDay: RowsByDay,
  seen: readonly Day[],
): Promise<Uint8Array> {
  const { kind } = slice;
  const context = { slice, observedAt, request: { MaxResults: 500 }, options: {}, versions: {} };
  const raw = await openRaw(gzipLines, context);
  const rows = seen.flatMap((day) => rowsByDay.get(day) ?? []);
  const summaries = rows.map((row) => summaryOf(kind, row));
  await raw.append(aPage(aDocument(summaries, undefined, kind)).bytes);
  return raw.finish();
}

interface Recorded {
  readonly days: readonly Day[];
  readonly objects: ReadonlyMap<Month, RecordedObject>;
  readonly pages: Pages | undefined;
  readonly rowsOfDay: number;
}

/** A record a day, chained, by the key of its object. */
async function recordsOf(
  slice: Slice,
  { days, objects, pages, rowsOfDay }: Recorded,
): Promise<ReadonlyMap<string, string[]>> {
  const records = new Map<string, string[]>();
  let before: { readonly pull: string; readonly line: string } | undefined;
  for (const day of [...days.slice(1), TODAY]) {
    const observedAt = startOfDay(day) + PULL_TIME_MS;
    const seen = daysBetween(addDays(day, -HISTORY_DAYS), addDays(day, -1)).filter(
      (known) => known >= (days[0] ?? ''),
    );
    const log = new SliceLog(slice, () => undefined);
    const { raw = null, rawSha256 = null } = (await pages?.(observedAt, seen)) ?? {};
    const result = {
      ...sliceResult({ slice, startedAt: observedAt, log }),
      observed_at: new Date(observedAt).toISOString(),
      raw,
      ...(raw !== null && { pages: 1 }),
      received: seen.length * rowsOfDay,
      kept: seen.length * rowsOfDay,
      last_good_pull: before?.pull ?? null,
      first_day: seen[0] ?? null,
      last_day: seen.at(-1) ?? null,
    };
    const found = [...new Set(seen.map(monthOf))].flatMap((month) => objects.get(month) ?? []);
    const times = { observedAt, startedAt: observedAt, finishedAt: observedAt };
    const pull = pullName({ slice: sliceName(slice), instant: observedAt });
    const previous_sha256 = before ? sha256(Buffer.from(before.line)) : null;
    const recorded = { ...times, result, rawSha256, objects: found, writtenBy: 'bench' };
    const line = encodeRecord(recordOf(recorded, { pull, previous_sha256 }));
    const key = recordsPath({ slice: sliceName(slice), month: monthOf(day) });
    const lines = records.get(key) ?? [];
    lines.push(line);
    records.set(key, lines);
    before = { pull, line };
  }
  return records;
}

/** A number from 1 to 97 without a pattern that compresses, the same every time. */
function scattered(what: string): number {
  return 1 + (Number.parseInt(sha256(new TextEncoder().encode(what)).slice(0, 8), 16) % 97);
}

/** One in eight is unsuccessful, in one of several ways. */
function endingOf(kind: Kind, chance: number): Pick<SummaryRow, 'state' | 'message_category'> {
  if (!factsOf(kind).dimensions.includes('MessageCategory'))
    return { state: chance <= 88 ? 'COMPLETED' : 'FAILED', message_category: null };
  const reasons = ['AccessDenied', 'InvalidParameters', 'LimitExceeded', 'Cancelled', 'VssError', 'Expired'];
  if (chance <= 85) return { state: 'COMPLETED', message_category: 'SUCCESS' };
  const state = chance <= 91 ? 'FAILED' : chance <= 94 ? 'ABORTED' : 'PARTIAL';
  return { state, message_category: reasons[chance % reasons.length] ?? null };
}

function rowsOf(
  { rows: count, accounts, trouble }: LedgerShape,
  { kind, region }: Slice,
  day: Day,
): SummaryRow[] {
  const start = startOfDay(day);
  const rows = Array.from({ length: count }, (_, index) => ({
    ...nullRow,
    region,
    account_id: String(100_000_000_000 + (index % accounts) * 7_777_777),
    resource_type: ['EBS', 'EC2', 'RDS', 'S3', 'DynamoDB'][Math.floor(index / accounts)] ?? null,
    ...endingOf(kind, trouble ? scattered(`${index} ${day} ${region}`) : 0),
    job_count: trouble ? scattered(`${region} ${day} ${index}`) : 1 + ((index * 31 + start / DAY_MS) % 97),
    start_time: start,
    end_time: start + DAY_MS,
    observed_at: start + DAY_MS + PULL_TIME_MS,
  }));
  return rows.toSorted(fileOrder(kind));
}
