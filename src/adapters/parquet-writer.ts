import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import parquetjs, {
  type ColumnBuffer,
  type FieldDefinition,
  type ParquetEnvelopeWriter,
  type ParquetWriter,
  type RowBuffer,
  type WriterOptions,
} from 'parquetjs-lite';
import {
  columnFacts,
  type ColumnName,
  columnNames,
  columns,
  columnsOf,
  type ColumnType,
  type SummaryRow,
} from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { EncodeError } from '../errors.ts';
import { contentDigest, seal } from './parquet-seal.ts';

/**
 * The only file that knows parquetjs-lite. The library coerces what it is given (`'12abc'` becomes 12), so every value
 * is checked before it gets there; and it is told to leave out what it writes wrongly.
 */
const options: WriterOptions = {
  rowGroupSize: 100_000,
  // Divides the row group, so that a page never straddles two of them.
  pageSize: 20_000,
  // Its column index lacks required fields: Trino's readers fail on it.
  pageIndex: false,
  useDataPageV2: false,
};

interface Check {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const checks: Readonly<Record<ColumnType, Check>> = {
  string: {
    expected: 'well-formed text',
    accepts: (value) => typeof value === 'string' && value.isWellFormed(),
  },
  bigint: {
    expected: 'a whole number within ±(2^53−1)',
    accepts: Number.isSafeInteger,
  },
  timestamp: {
    expected: 'whole epoch milliseconds within ±8.64e15',
    accepts: (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 8.64e15,
  },
};

const libraryTypes = {
  string: 'UTF8',
  bigint: 'INT64',
  timestamp: 'TIMESTAMP_MILLIS',
} as const satisfies Record<ColumnType, FieldDefinition['type']>;

/**
 * The rows as one Parquet file: the kind's columns in the order of the column table, GZIP, row groups of 100,000.
 * Equal rows in equal order give equal bytes. Without rows it is a valid file of zero rows.
 *
 * @throws {EncodeError} for a value the file cannot hold faithfully, a missing or unknown column, a value in a column
 *   the kind does not have, and for whatever the library throws
 */
export async function encodeRows(kind: Kind, rows: readonly SummaryRow[]): Promise<Uint8Array> {
  checkRows(kind, rows);
  try {
    return await write(kind, rows);
  } catch (thrown) {
    if (thrown instanceof EncodeError) throw thrown;
    // The library throws strings.
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EncodeError(`parquetjs-lite failed on ${rows.length} rows: ${reason}`, { cause: thrown });
  }
}

function checkRows(kind: Kind, rows: readonly SummaryRow[]): void {
  const present = new Set(columnsOf(kind));
  if (
    rows.every(isWhole) &&
    columnNames.every((name) => everyValue(name, rows, (value) => isAccepted(name, value, present.has(name))))
  )
    return;
  for (const [index, row] of rows.entries()) {
    const problem = problemOf(row, present);
    if (problem !== undefined) throw new EncodeError(`row ${index} of kind ${kind}: ${problem}`);
  }
}

/** With as many cells as there are columns and no column missing, none is unknown. */
function isWhole(row: Cells): boolean {
  return typeof row === 'object' && row !== null && Object.keys(row).length === columnNames.length;
}

/** Whether a column's values all pass. In file order most of them repeat the one before, which has been looked at. */
function everyValue(
  name: ColumnName,
  rows: readonly SummaryRow[],
  passes: (value: string | number | null) => boolean,
): boolean {
  let last: unknown = NOTHING;
  return rows.every(({ [name]: value }) => {
    if (value === last) return true;
    last = value;
    return passes(value);
  });
}

const NOTHING = Symbol('no value yet');

type Cells = Readonly<Record<string, unknown>>;

function problemOf(row: Cells, present: ReadonlySet<ColumnName>): string | undefined {
  if (typeof row !== 'object' || row === null) return `expected a row, got ${show(row)}`;
  const unknown = Object.keys(row).find((key) => !Object.hasOwn(columns, key));
  if (unknown !== undefined) return `unknown column ${show(unknown)}`;
  const wrong = columnNames.find((name) => !isAccepted(name, row[name], present.has(name)));
  return wrong && `${wrong}: expected ${expectedOf(wrong, present.has(wrong))}, got ${show(row[wrong])}`;
}

/** Unlike JSON it shows every value, `NaN` and `5n` too: anything may turn up where the types say it cannot. */
function show(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 80 });
}

function isAccepted(name: ColumnName, value: unknown, present: boolean): boolean {
  const { type, nullable } = columnFacts(name);
  if (value === null) return nullable || !present;
  return present && checks[type].accepts(value);
}

function expectedOf(name: ColumnName, present: boolean): string {
  const { type, nullable } = columnFacts(name);
  if (!present) return 'null, for the kind has no such column';
  return nullable ? `${checks[type].expected} or null` : checks[type].expected;
}

async function write(kind: Kind, rows: readonly SummaryRow[]): Promise<Uint8Array> {
  const names = columnsOf(kind);
  const chunks: Uint8Array[] = [];
  const pages = createHash('sha256');
  const keep = async (chunk: Uint8Array): Promise<void> => {
    chunks.push(chunk);
    pages.update(chunk);
  };
  const schema = new parquetjs.ParquetSchema(
    Object.fromEntries(names.map((name) => [name, fieldOf(name, rows)])),
  );
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, keep, async () => {}, 0, options);
  const writer = new parquetjs.ParquetWriter(schema, envelope, options);
  writer.userMetadata = {
    [seal.content]: contentDigest(kind, rows),
    // Asked for as the footer is written, last of all.
    get [seal.pages]() {
      return pages.copy().digest('hex');
    },
  };
  for (let start = 0; start < rows.length; start += options.pageSize) {
    await appendPage(writer, names, rows.slice(start, start + options.pageSize));
  }
  await writer.close();
  checkEmitted(envelope, names, rows.length);
  return Buffer.concat(chunks);
}

function fieldOf(name: ColumnName, rows: readonly SummaryRow[]): FieldDefinition {
  const { type, nullable } = columnFacts(name);
  const field = { type: libraryTypes[type], optional: nullable, compression: 'GZIP' } as const;
  return everyValue(name, rows, isOrderedRightly) ? field : { ...field, statistics: false };
}

/**
 * Wrong minima and maxima make readers drop rows. The library orders text by UTF-16 code unit, which beyond U+FFFF is
 * not the order of UTF-8 bytes that readers expect; and it refuses instants before 1970 as a minimum.
 */
function isOrderedRightly(value: string | number | null): boolean {
  return typeof value === 'string' ? !/[\u{10000}-\u{10FFFF}]/u.test(value) : value === null || value >= 0;
}

/**
 * Filling the library's row buffer column by column is several times faster than its `appendRow`, which is left the
 * last row of each page, because it also closes the page and the row group.
 */
async function appendPage(
  writer: ParquetWriter,
  names: readonly ColumnName[],
  page: readonly SummaryRow[],
): Promise<void> {
  const buffer = { ...emptyBuffer(names), ...writer.rowBuffer };
  const filled = page.slice(0, -1);
  for (const [name, column] of Object.entries(buffer.columnData)) fillColumn(column, name, filled);
  buffer.rowCount += filled.length;
  buffer.pageRowCount += filled.length;
  writer.rowBuffer = buffer;
  for (const row of page.slice(-1)) await writer.appendRow(libraryRow(names, row));
}

function emptyBuffer(names: readonly ColumnName[]): RowBuffer {
  return {
    rowCount: 0,
    pageRowCount: 0,
    columnData: Object.fromEntries(names.map((name) => [name, emptyColumn()])),
    pages: Object.fromEntries(names.map((name) => [name, []])),
  };
}

function emptyColumn(): ColumnBuffer {
  return { dlevels: [], rlevels: [], values: [], distinct_values: new Set(), count: 0 };
}

/** Values stay as they are: the library turns text into bytes, and numbers into 64 bits, as it encodes the page. */
function fillColumn(column: ColumnBuffer, name: string, rows: readonly Cells[]): void {
  let last: unknown = null;
  for (const { [name]: value } of rows) {
    column.dlevels.push(value === null ? 0 : 1);
    if (value === null) continue;
    column.values.push(value);
    if (value !== last) column.distinct_values.add(value);
    last = value;
  }
  column.count += rows.length;
}

function libraryRow(names: readonly ColumnName[], row: SummaryRow): Cells {
  return Object.fromEntries(names.map((name) => [name, libraryValue(name, row[name])]));
}

/** `appendRow` takes an instant before 1970 as a Date only. */
function libraryValue(name: ColumnName, value: string | number | null): unknown {
  const isDate = columns[name].type === 'timestamp' && typeof value === 'number' && value < 0;
  return isDate ? new Date(value) : value;
}

/** Rows have been lost and repeated by this library when it was held wrongly: what it wrote is counted. */
function checkEmitted(envelope: ParquetEnvelopeWriter, names: readonly ColumnName[], expected: number): void {
  for (const [index, name] of names.entries()) {
    const emitted = envelope.rowGroups.reduce(
      (sum, group) => sum + (group.columns[index]?.meta_data.num_values ?? 0),
      0,
    );
    if (emitted !== expected) throw new EncodeError(`${name}: ${emitted} of ${expected} rows were written`);
  }
}
