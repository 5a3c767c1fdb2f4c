import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import parquetjs, { type FieldDefinition } from 'parquetjs-lite';
import {
  columnFacts,
  columnsOf,
  type ColumnType,
  type SummaryRow,
  rowColumnsOf,
} from '../../schemas/columns.ts';
import { knownStatesOf } from '../../schemas/kinds.ts';
import { encodeMonth } from '../../src/adapters/parquet/writer.ts';
import { DAY_MS, utcDay } from '../../src/domain/day.ts';
import { fileOrder } from '../../src/domain/row.ts';
import { installPeers, runPeer } from './contestants.ts';
import { type BenchTable, median } from './table.ts';
import { groupBy } from '../../src/domain/group-by.ts';
import { nullRow } from '../fixtures/builders.ts';

const ROWS = 100_000;
const ROUNDS = 5;
const DAY = Date.UTC(2026, 10, 22);

type Encode = (rows: readonly SummaryRow[]) => Promise<Uint8Array>;

const contestants: Readonly<Record<string, Encode>> = {
  'encodeRows (checked, whole columns, dictionaries)': (rows) =>
    encodeMonth(
      'copy',
      groupBy(rows, (row) => utcDay(row.start_time)),
    ),
  'parquetjs-lite appendRow, same options': encodeWithAppendRow,
  'hyparquet-writer, GZIP': encodeWithHyparquet,
};

/** Rows per second and size of 100,000 rows in file order; the writers take turns, the median of five rounds counts. */
export async function benchEncode(): Promise<BenchTable> {
  const rows = realisticRows(ROWS).toSorted(fileOrder('copy'));
  const results = new Map(
    Object.keys(contestants).map((name) => [name, { times: [] as number[], bytes: 0 }]),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, result] of results) await measure(name, rows, result);
  }
  return {
    title: `Encoding ${ROWS.toLocaleString('en-US')} rows (median of ${ROUNDS} rounds)`,
    columns: ['writer', 'rows/s', 'file, bytes'],
    rows: [
      ...[...results].map(([name, { times, bytes }]) => [
        name,
        Math.round((ROWS / median(times)) * 1000),
        bytes,
      ]),
      ['pyarrow, zstd', ...(await measurePyarrow(rows))],
    ],
  };
}

async function measurePyarrow(rows: readonly SummaryRow[]): Promise<[number, number]> {
  installPeers();
  const folder = await mkdtemp(join(tmpdir(), 'backup-ledger-bench-'));
  const file = join(folder, 'data.parquet');
  await writeFile(
    file,
    await encodeMonth(
      'copy',
      groupBy(rows, (row) => utcDay(row.start_time)),
    ),
  );
  const [seconds = Number.NaN, bytes = Number.NaN] = await runPeer('encode.py', file);
  await rm(folder, { recursive: true });
  return [Math.round(rows.length / seconds), bytes];
}

async function measure(
  name: string,
  rows: readonly SummaryRow[],
  result: { times: number[]; bytes: number },
): Promise<void> {
  const began = performance.now();
  const bytes = await contestants[name]?.(rows);
  result.times.push(performance.now() - began);
  result.bytes = bytes?.length ?? 0;
}

/** One day of an organisation of many accounts. Drawn from a fixed sequence: every run measures the same rows. */
function realisticRows(count: number): SummaryRow[] {
  const draw = sequence();
  const states = ['COMPLETED', 'COMPLETED', 'COMPLETED', ...knownStatesOf('copy')];
  const types = ['EBS', 'EC2', 'RDS', 'S3', 'DynamoDB', 'EFS', 'Aurora', 'FSx', 'SAP HANA on Amazon EC2'];
  const categories = ['Success', 'AccessDenied', 'SUCCESS', 'INVALIDPARAMETERS', null];
  return Array.from({ length: count }, (_, i) => ({
    ...nullRow,
    region: 'eu-west-1',
    account_id: String(100_000_000_000 + ((Math.floor(i / 20) * 7_919_003) % 899_999_999_999)),
    resource_type: pick(types, draw()),
    state: pick(states, draw()),
    message_category: pick(categories, draw()),
    job_count: Math.floor(1 / (draw() + 0.001)),
    start_time: DAY,
    end_time: DAY + DAY_MS,
    observed_at: DAY + 2 * DAY_MS - Math.floor(draw() * 3) * DAY_MS + 10_805_123,
  }));
}

function pick<T>(values: readonly T[], fraction: number): T {
  return values[Math.floor(fraction * values.length)] as T;
}

/** A linear congruential generator (Numerical Recipes), as fractions in [0, 1). */
function sequence(): () => number {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function encodeWithAppendRow(rows: readonly SummaryRow[]): Promise<Uint8Array> {
  const types = { string: 'UTF8', bigint: 'INT64', date: 'DATE', timestamp: 'TIMESTAMP_MILLIS' } as const;
  const fields = columnsOf('copy').map((name): [string, FieldDefinition] => {
    const { type, nullable } = columnFacts(name);
    return [name, { type: types[type], optional: nullable, compression: 'GZIP' }];
  });
  const options = { rowGroupSize: 100_000, pageSize: 100_000, pageIndex: false, useDataPageV2: false };
  const chunks: Uint8Array[] = [];
  const keep = async (chunk: Uint8Array): Promise<void> => void chunks.push(chunk);
  const schema = new parquetjs.ParquetSchema(Object.fromEntries(fields));
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, keep, async () => {}, 0, options);
  const writer = new parquetjs.ParquetWriter(schema, envelope, options);
  for (const row of rows) await writer.appendRow({ ...row, start_date: Math.floor(row.start_time / DAY_MS) });
  await writer.close();
  return Buffer.concat(chunks);
}

async function encodeWithHyparquet(rows: readonly SummaryRow[]): Promise<Uint8Array> {
  const types = { string: 'STRING', bigint: 'INT64', date: 'TIMESTAMP', timestamp: 'TIMESTAMP' } as const;
  const columnData = rowColumnsOf('copy').map((name) => {
    const { type, nullable } = columnFacts(name);
    return { name, nullable, type: types[type], data: rows.map((row) => hyparquetValue(type, row[name])) };
  });
  const compressors = { GZIP: (page: Uint8Array): Uint8Array => gzipSync(page) };
  return new Uint8Array(
    parquetWriteBuffer({ columnData, codec: 'GZIP', compressors, rowGroupSize: 100_000 }),
  );
}

function hyparquetValue(type: ColumnType, value: string | number | null): string | bigint | Date | null {
  if (typeof value !== 'number') return value;
  return type === 'bigint' ? BigInt(value) : new Date(value);
}
