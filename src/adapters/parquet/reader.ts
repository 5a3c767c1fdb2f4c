import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadata,
  type ParquetParsers,
  parquetReadObjects,
} from 'hyparquet';
import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import library from 'parquetjs-lite/lib/util.js';
import {
  columnFacts,
  columnsOf,
  type ColumnType,
  type RowColumnName,
  rowColumnNames,
  type SummaryRow,
} from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import type { Day } from '../../domain/day.ts';
import { sha256 } from '../../domain/sha256.ts';
import { DamagedObjectError } from '../../errors.ts';
import type { StoredMonth } from '../../ports.ts';
import { contentDigest, digestKeys, isSealed } from './digests.ts';
import { checkSchema, type DayLayout, daysIn, daysSince1970, ensure } from './layout.ts';
import { encodeDays, type EncodedDay, MAGIC, shifted, TRAILER_BYTES, writeMonth } from './writer.ts';

const holds: Readonly<Record<Exclude<ColumnType, 'date'>, (value: unknown) => value is string | number>> = {
  string: (value) => typeof value === 'string',
  bigint: (value): value is number => Number.isSafeInteger(value),
  timestamp: (value): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15,
};

// hyparquet's own decoder drops a leading byte order mark and replaces what is not UTF-8.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  dateFromDays: Number,
  stringFromBytes: (bytes) => utf8.decode(bytes),
};

/** A file whose every byte is what its writer wrote. */
interface OpenFile {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  readonly metadata: FileMetaData;
  /** Names of the file's columns. */
  readonly names: ReadonlySet<string>;
  readonly days: ReadonlyMap<Day, DayLayout>;
}

/** Opens a month. Throws `DamagedObjectError` when the bytes are no data file, or not what its digests say. */
export async function openMonth(kind: Kind, bytes: Uint8Array): Promise<StoredMonth> {
  const file = proven(kind, bytes);
  return {
    days: file.days,
    holds: (day, rows) => holdsRows(file, day, rows),
    rowsOf: (day) => rowsOf(file, day),
    splice: (changed) => splice(file, changed),
  };
}

function proven(kind: Kind, bytes: Uint8Array): OpenFile {
  try {
    const footer = footerOf(bytes);
    ensure(isSealed(footer), 'its footer is not what its digest says');
    const metadata = parquetMetadata(bytes, { geoparquet: false });
    const said = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value]));
    const body = bytes.subarray(0, bytes.length - TRAILER_BYTES - footer.length);
    ensure(said.get(digestKeys.pages) === sha256(body), 'its pages are not what their digest says');
    const names = checkSchema(kind, metadata.schema);
    return { kind, bytes, metadata, names, days: daysIn(metadata, said) };
  } catch (thrown) {
    throw asDamaged(kind, thrown);
  }
}

/** What lies between the pages and the trailer. */
function footerOf(bytes: Uint8Array): Uint8Array {
  const isMagic = (part: Uint8Array) => Buffer.compare(part, MAGIC) === 0;
  ensure(
    bytes.length > MAGIC.length + TRAILER_BYTES &&
      isMagic(bytes.subarray(0, MAGIC.length)) &&
      isMagic(bytes.subarray(-MAGIC.length)),
    'expected a Parquet file',
  );
  const end = bytes.length - TRAILER_BYTES;
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32LE(end);
  ensure(length <= end - MAGIC.length, 'its footer is longer than the file');
  return bytes.subarray(end - length, end);
}

function asDamaged(kind: Kind, thrown: unknown): DamagedObjectError {
  if (thrown instanceof DamagedObjectError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DamagedObjectError(`no readable data file of kind ${kind}: ${reason}`, { cause: thrown });
}

function holdsRows({ kind, days }: OpenFile, day: Day, rows: readonly SummaryRow[]): boolean {
  const stored = days.get(day);
  if (!stored) return rows.length === 0;
  return stored.rows === rows.length && stored.contentSha256 === contentDigest(kind, rows);
}

async function rowsOf({ kind, bytes, metadata, names, days }: OpenFile, day: Day): Promise<SummaryRow[]> {
  const stored = days.get(day);
  if (!stored) return [];
  try {
    const records = await parquetReadObjects({
      file: inMemory(bytes),
      metadata,
      compressors: { GZIP: gunzip },
      parsers,
      rowStart: stored.firstRow,
      rowEnd: stored.firstRow + stored.rows,
    });
    ensure(
      records.every(({ start_date: date }) => date === daysSince1970(day)),
      `a row of day ${day} has another start_date`,
    );
    return records.map((record) => toRow(record, names));
  } catch (thrown) {
    throw asDamaged(kind, thrown);
  }
}

async function splice(file: OpenFile, changed: ReadonlyMap<Day, readonly SummaryRow[]>): Promise<Uint8Array> {
  const { kind, days } = file;
  const untouched = [...days.keys()].filter((day) => !changed.has(day));
  const encoded = await encodeDays(kind, changed);
  const kept = hasAllColumns(file) ? carriedOver(file, untouched) : await encodedAnew(file, untouched);
  return writeMonth(kind, new Map([...kept, ...encoded]));
}

/** A file has one schema: one written before a column existed is encoded anew, the one time. */
function hasAllColumns({ kind, names }: OpenFile): boolean {
  return columnsOf(kind).every((name) => names.has(name));
}

async function encodedAnew(file: OpenFile, untouched: readonly Day[]): Promise<ReadonlyMap<Day, EncodedDay>> {
  const rows = new Map<Day, SummaryRow[]>();
  for (const day of untouched) rows.set(day, await rowsOf(file, day));
  return encodeDays(file.kind, rows);
}

/** The stored bytes of days, with their descriptions as the writer wrote them. */
function carriedOver({ bytes, days }: OpenFile, untouched: readonly Day[]): ReadonlyMap<Day, EncodedDay> {
  const description = new thrift.FileMetaData();
  const footer = footerOf(bytes);
  // The library reads Buffers only.
  library.decodeThrift(description, Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength));
  return new Map(
    untouched.flatMap((day) => {
      const stored = days.get(day);
      return stored ? [[day, { ...stored, groups: groupsOf(stored, bytes, description.row_groups) }]] : [];
    }),
  );
}

function groupsOf(
  { firstGroup, groups, start, end }: DayLayout,
  bytes: Uint8Array,
  described: InstanceType<typeof thrift.FileMetaData>['row_groups'],
): EncodedDay['groups'] {
  let offset = start;
  return described.slice(firstGroup, firstGroup + groups).map((group, index) => {
    const from = offset;
    offset += group.columns.reduce((sum, chunk) => sum + Number(chunk.meta_data.total_compressed_size), 0);
    ensure(index < groups - 1 || offset === end, 'a row group is out of place');
    return {
      bytes: bytes.subarray(from, offset),
      metadata: shifted(group, -from),
      rows: Number(group.num_rows),
    };
  });
}

function inMemory(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.length,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}

/** Stops at the size the page header claims, so that a few damaged bytes cannot fill the memory. */
function gunzip(page: Uint8Array, maxOutputLength: number): Uint8Array {
  return gunzipSync(page, { maxOutputLength });
}

function toRow(record: Readonly<Record<string, unknown>>, present: ReadonlySet<string>): SummaryRow {
  const cells = rowColumnNames.map((name) => [name, present.has(name) ? valueOf(name, record[name]) : null]);
  return Object.fromEntries(cells) as SummaryRow;
}

function valueOf(name: RowColumnName, stored: unknown): string | number | null {
  // Only an optional column can hold it, and only a nullable one is optional.
  if (stored === null) return null;
  const value = typeof stored === 'bigint' ? Number(stored) : stored;
  if (holds[columnFacts(name).type as keyof typeof holds](value)) return value;
  throw new DamagedObjectError(`column ${name}: ${inspect(value)} is out of range`);
}
