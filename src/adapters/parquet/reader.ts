import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type ColumnChunk,
  type FileMetaData,
  parquetMetadata,
  type ParquetParsers,
  parquetReadObjects,
  type SchemaElement,
} from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import {
  columnFacts,
  type ColumnName,
  columnNames,
  columnsOf,
  type ColumnType,
  type SummaryRow,
} from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { sha256 } from '../../domain/sha256.ts';
import { DamagedObjectError } from '../../errors.ts';
import { contentDigest, digestKeys } from './digests.ts';

const MAGIC = 'PAR1';
/** Length of the footer's length, plus the closing magic. */
const TRAILER_BYTES = 8;

const storedAs: Readonly<
  Record<ColumnType, readonly [SchemaElement['type'], SchemaElement['converted_type']]>
> = {
  string: ['BYTE_ARRAY', 'UTF8'],
  bigint: ['INT64', undefined],
  timestamp: ['INT64', 'TIMESTAMP_MILLIS'],
};

const holds: Readonly<Record<ColumnType, (value: unknown) => value is string | number>> = {
  string: (value) => typeof value === 'string',
  bigint: (value): value is number => Number.isSafeInteger(value),
  timestamp: (value): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15,
};

// hyparquet's own decoder drops a leading byte order mark and replaces what is not UTF-8.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  stringFromBytes: (bytes) => utf8.decode(bytes),
};

/**
 * The rows of a data file, in the file's order. A nullable column that the file lacks, because it was written before
 * the column was added, reads as null.
 *
 * @throws {DamagedObjectError} when the bytes are no data file of this kind, are damaged, or hold columns that this
 *   version does not know and would lose by writing the file again
 */
export async function decodeRows(kind: Kind, bytes: Uint8Array): Promise<SummaryRow[]> {
  try {
    const metadata = parquetMetadata(bytes, { geoparquet: false });
    const names = checkSchema(kind, metadata.schema);
    checkLayout(bytes, metadata);
    const records = await parquetReadObjects({
      file: inMemory(bytes),
      metadata,
      compressors: { GZIP: gunzip },
      parsers,
    });
    return records.map((record) => toRow(record, names));
  } catch (thrown) {
    throw asDamaged(kind, thrown);
  }
}

/**
 * Whether a data file holds just these rows, in this order, whenever they were observed: by what its footer says, whose
 * word on the pages is verified. False also where the file says nothing, or is damaged: then decode it.
 */
export async function holdsRows(
  kind: Kind,
  bytes: Uint8Array,
  rows: readonly SummaryRow[],
): Promise<boolean> {
  try {
    const metadata = parquetMetadata(bytes, { geoparquet: false });
    checkSchema(kind, metadata.schema);
    checkLayout(bytes, metadata);
    const said = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value]));
    return (
      metadata.num_rows === BigInt(rows.length) &&
      said.get(digestKeys.pages) === sha256(bodyOf(bytes, metadata)) &&
      said.get(digestKeys.content) === contentDigest(kind, rows)
    );
  } catch {
    return false;
  }
}

/** All but the footer. */
function bodyOf(bytes: Uint8Array, { metadata_length: footer }: FileMetaData): Uint8Array {
  return bytes.subarray(0, bytes.length - TRAILER_BYTES - footer);
}

function asDamaged(kind: Kind, thrown: unknown): DamagedObjectError {
  if (thrown instanceof DamagedObjectError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DamagedObjectError(`no readable data file of kind ${kind}: ${reason}`, { cause: thrown });
}

function ensure(condition: unknown, problem: string): asserts condition {
  if (!condition) throw new DamagedObjectError(problem);
}

/** Checks the file's columns against the column table and returns their names. */
function checkSchema(kind: Kind, [root, ...fields]: readonly SchemaElement[]): ReadonlySet<string> {
  ensure(root?.num_children === fields.length, 'expected a flat list of columns');
  const names = new Set(fields.map((field) => field.name));
  ensure(names.size === fields.length, 'expected every column once');
  const known = columnsOf(kind);
  const unknown = [...names].filter((name) => !known.some((other) => other === name));
  ensure(
    unknown.length === 0,
    `unknown column ${unknown.join(', ')}: a newer version wrote this object, and one is needed to use it`,
  );
  for (const name of known) {
    const field = fields.find((candidate) => candidate.name === name);
    checkField(name, field);
  }
  return names;
}

/** Strict in every point: a flipped bit here would have intact pages read as something else. */
function checkField(name: ColumnName, field: SchemaElement | undefined): void {
  const { type, nullable } = columnFacts(name);
  ensure(field !== undefined || nullable, `column ${name} is missing`);
  if (!field) return;
  const expected = [...storedAs[type], nullable ? 'OPTIONAL' : 'REQUIRED'].join(' ');
  const got = [field.type, field.converted_type, field.repetition_type].join(' ');
  ensure(got === expected, `column ${name}: expected ${expected}, got ${got}`);
}

/**
 * Checks that rows, column chunks and pages add up, before hyparquet allocates what the headers claim. What the pages
 * hold is covered by GZIP's own checksum.
 */
function checkLayout(bytes: Uint8Array, metadata: FileMetaData): void {
  const [, ...fields] = metadata.schema;
  const body = bodyOf(bytes, metadata);
  ensure(utf8.decode(body.subarray(0, MAGIC.length)) === MAGIC, `expected ${MAGIC} at the start`);
  let offset = MAGIC.length;
  let rows = 0n;
  for (const group of metadata.row_groups) {
    ensure(group.columns.length === fields.length, 'expected one chunk per column in every row group');
    for (const [index, chunk] of group.columns.entries()) {
      const range = rangeOf(chunk, fields[index]);
      const { start, end } = range;
      ensure(offset <= start && start <= end && end <= body.length, 'a column chunk is out of place');
      ensure(
        countValues(body.subarray(start, end), range) === group.num_rows,
        'a column has too many or too few values',
      );
      offset = end;
    }
    rows += group.num_rows;
  }
  ensure(rows === metadata.num_rows, `expected ${metadata.num_rows} rows, got ${rows}`);
}

/** Where in the file the pages of a column chunk lie. */
interface Range {
  readonly start: number;
  readonly end: number;
  readonly hasDictionary: boolean;
}

function rangeOf(chunk: ColumnChunk, field: SchemaElement | undefined): Range {
  const meta = chunk.meta_data;
  ensure(meta && !chunk.file_path, 'a column chunk is not in the file');
  const name = meta.path_in_schema.join('.');
  ensure(name === field?.name, `expected column ${field?.name}, got ${name}`);
  ensure(meta.type === field.type, `column ${name}: expected ${field.type}, got ${meta.type}`);
  // Without GZIP's checksum, damage would pass unseen.
  ensure(meta.codec === 'GZIP', `column ${name}: expected codec GZIP, got ${meta.codec}`);
  const { dictionary_page_offset: dictionary, data_page_offset: first, total_compressed_size: length } = meta;
  const start = dictionary ?? first;
  return {
    start: Number(start),
    end: Number(start + length),
    hasDictionary: dictionary !== undefined,
  };
}

/**
 * Adds up what the headers of a chunk's pages claim. Every page must be one that the writer writes: a dictionary and pages
 * that point into it, or plain ones.
 */
function countValues(pages: Uint8Array, { hasDictionary }: Range): bigint {
  const reader = { view: new DataView(pages.buffer, pages.byteOffset, pages.byteLength), offset: 0 };
  const encoding = hasDictionary ? 'RLE_DICTIONARY' : 'PLAIN';
  let values = 0n;
  while (reader.offset < pages.length) {
    const isDictionary = hasDictionary && reader.offset === 0;
    const { compressed_page_size: size, ...header } = parquetHeader(reader);
    const page = isDictionary ? header.dictionary_page_header : header.data_page_header;
    ensure(
      page &&
        header.type === (isDictionary ? 'DICTIONARY_PAGE' : 'DATA_PAGE') &&
        page.encoding === (isDictionary ? 'PLAIN' : encoding),
      `expected ${isDictionary ? 'a plain dictionary' : `${encoding} data pages only`}`,
    );
    ensure(size > 0 && page.num_values > 0, 'a page is empty');
    reader.offset += size;
    if (!isDictionary) values += BigInt(page.num_values);
  }
  ensure(reader.offset === pages.length, 'a page is longer than its column chunk');
  return values;
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
  const cells = columnNames.map((name) => [name, present.has(name) ? valueOf(name, record[name]) : null]);
  return Object.fromEntries(cells) as SummaryRow;
}

function valueOf(name: ColumnName, stored: unknown): string | number | null {
  // Only an optional column can hold it, and only a nullable one is optional.
  if (stored === null) return null;
  const value = typeof stored === 'bigint' ? Number(stored) : stored;
  if (holds[columnFacts(name).type](value)) return value;
  throw new DamagedObjectError(`column ${name}: ${inspect(value)} is out of range`);
}
