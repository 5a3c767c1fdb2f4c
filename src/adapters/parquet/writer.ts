import { createHash } from 'node:crypto';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import parquetjs, {
  type ColumnBuffer,
  type ColumnMetaData,
  type FieldDefinition,
  type ParquetEnvelopeWriter,
  type ParquetSchema,
  type RowBuffer,
  type WriterOptions,
} from 'parquetjs-lite';
import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import codecs from 'parquetjs-lite/lib/codec/index.js';
import compression from 'parquetjs-lite/lib/compression.js';
import library from 'parquetjs-lite/lib/util.js';
import { columnFacts, columnsOf, type ColumnType, type SummaryRow } from '../../../schemas/columns.ts';
import type { Kind } from '../../../schemas/kinds.ts';
import { contentColumnsOf } from '../../domain/row.ts';
import { EncodeError } from '../../errors.ts';
import { checkedColumns } from './checked-columns.ts';
import { type Cell, type Column, createDigest, rowGroupsOf, ROWS_PER_GROUP } from './columns.ts';
import { digestKeys } from './digests.ts';

/**
 * The only file that knows parquetjs-lite. The library is told to leave out what it writes wrongly, fed whole columns
 * through its row buffer, which is several times faster than its `appendRow`, and taught the one encoding it lacks.
 */
const options: WriterOptions = {
  rowGroupSize: ROWS_PER_GROUP,
  // One page a column in each row group.
  pageSize: ROWS_PER_GROUP,
  // Its column index lacks required fields: Trino's readers fail on it.
  pageIndex: false,
  useDataPageV2: false,
};

const libraryTypes = {
  string: 'UTF8',
  bigint: 'INT64',
  timestamp: 'TIMESTAMP_MILLIS',
} as const satisfies Record<ColumnType, FieldDefinition['type']>;

/** Values repeated less often than this on average are written as they are: a dictionary would be in the way. */
const LEAST_REPEATED = 2;

/**
 * Indices into a dictionary: their width in bits, then runs and bit-packed groups of them.
 * Source: Parquet's Encodings, "Dictionary Encoding" and "Run Length Encoding / Bit-Packing Hybrid".
 */
codecs['RLE_DICTIONARY'] = {
  encodeValues(_type, indices) {
    const largest = indices.reduce((most, index) => Math.max(most, index), 1);
    const bitWidth = 32 - Math.clz32(largest);
    const writer = new ByteWriter();
    writer.appendUint8(bitWidth);
    writeRleBitPackedHybrid(writer, indices, bitWidth);
    return Buffer.from(writer.getBytes());
  },
};

/**
 * The rows as one Parquet file: the kind's columns in the order of the column table, GZIP, dictionaries where values
 * repeat, row groups of 100,000. Equal rows in equal order give equal bytes. Without rows it is a valid file of zero rows.
 *
 * @throws {EncodeError} for a value the file cannot hold faithfully, a missing or unknown column, a value in a column
 *   the kind does not have, and for whatever the library throws
 */
export async function encodeRows(kind: Kind, rows: readonly SummaryRow[]): Promise<Uint8Array> {
  try {
    return await write(kind, rows);
  } catch (thrown) {
    if (thrown instanceof EncodeError) throw thrown;
    // The library throws strings.
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EncodeError(`parquetjs-lite failed on ${rows.length} rows: ${reason}`, { cause: thrown });
  }
}

async function write(kind: Kind, rows: readonly SummaryRow[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const pages = createHash('sha256');
  const keep = async (chunk: Uint8Array): Promise<void> => {
    chunks.push(chunk);
    pages.update(chunk);
  };
  const content = createDigest();
  const contentColumns = new Set(contentColumnsOf(kind));
  const empty = schemaOf(columnsOf(kind).map((name) => ({ name, values: [], places: new Uint32Array() })));
  const envelope = new parquetjs.ParquetEnvelopeWriter(empty, keep, async () => {}, 0, options);
  await envelope.writeHeader();
  for (const group of rowGroupsOf(rows)) {
    const columns = checkedColumns(kind, group);
    for (const column of columns) if (contentColumns.has(column.name)) content.add(column);
    await writeRowGroup(envelope, columns, group.length);
  }
  checkEmitted(envelope, columnsOf(kind), rows.length);
  await envelope.writeFooter({
    [digestKeys.content]: content.toString(),
    [digestKeys.pages]: pages.copy().digest('hex'),
  });
  return Buffer.concat(chunks);
}

function schemaOf(columns: readonly Column[]): ParquetSchema {
  return new parquetjs.ParquetSchema(
    Object.fromEntries(columns.map((column) => [column.name, fieldOf(column)])),
  );
}

function fieldOf(column: Column): FieldDefinition {
  const { type, nullable } = columnFacts(column.name);
  return {
    type: libraryTypes[type],
    optional: nullable,
    compression: 'GZIP',
    encoding: repeatsItself(column) ? 'RLE_DICTIONARY' : 'PLAIN',
    ...(!column.values.every(isOrderedRightly) && { statistics: false }),
  };
}

/** Whether a column is worth a dictionary. One without any value is not. */
function repeatsItself({ values, places }: Column): boolean {
  return presentIn(values).length > 0 && values.length * LEAST_REPEATED <= places.length;
}

/**
 * Wrong minima and maxima make readers drop rows. The library orders text by UTF-16 code unit, which beyond U+FFFF is
 * not the order of UTF-8 bytes that readers expect; and it refuses instants before 1970 as a minimum.
 */
function isOrderedRightly(value: Cell): boolean {
  return typeof value === 'string' ? !/[\u{10000}-\u{10FFFF}]/u.test(value) : value === null || value >= 0;
}

function presentIn(values: readonly Cell[]): (string | number)[] {
  return values.filter((value) => value !== null);
}

async function writeRowGroup(
  envelope: ParquetEnvelopeWriter,
  columns: readonly Column[],
  rows: number,
): Promise<void> {
  const schema = schemaOf(columns);
  const buffer: RowBuffer = {
    rowCount: rows,
    pageRowCount: rows,
    columnData: Object.fromEntries(columns.map((column) => [column.name, bufferOf(column)])),
    pages: Object.fromEntries(columns.map(({ name }) => [name, []])),
  };
  await encodePages(schema, buffer);
  const dictionaries = columns.map((column) => {
    const dictionary = repeatsItself(column) ? dictionaryPageOf(schema, column) : undefined;
    const [page] = buffer.pages[column.name] ?? [];
    if (page && dictionary) page.page = Buffer.concat([dictionary, page.page]);
    return dictionary;
  });
  envelope.schema = schema;
  await envelope.writeRowGroup(buffer);
  const chunks = envelope.rowGroups.at(-1)?.columns ?? [];
  for (const [index, { meta_data: metadata }] of chunks.entries()) {
    const dictionary = dictionaries[index];
    if (dictionary) declareDictionary(metadata, dictionary.length);
  }
}

/** Text and numbers stay as they are: the library turns them into bytes as it encodes a page. */
function bufferOf(column: Column): ColumnBuffer {
  const { values, places } = column;
  const present = presentIn(values);
  const indices = indicesOf(column);
  return {
    dlevels: levelsOf(column),
    rlevels: [],
    values: repeatsItself(column) ? indices : Array.from(indices, (index) => present[index]),
    distinct_values: new Set(present),
    count: places.length,
  };
}

/** For each row 1, or 0 where it has no value. */
function levelsOf({ values, places }: Column): number[] {
  const absent = values.indexOf(null);
  return absent < 0
    ? Array<number>(places.length).fill(1)
    : Array.from(places, (place) => (place === absent ? 0 : 1));
}

/** Where each value is among those present: without null, what comes after it moves up by one. */
function indicesOf({ values, places }: Column): Uint32Array {
  const absent = values.indexOf(null);
  if (absent < 0) return places;
  return places.filter((place) => place !== absent).map((place) => (place > absent ? place - 1 : place));
}

/** The library does so as a writer is closed: one that writes nothing leaves the pages in the buffer. */
async function encodePages(schema: ParquetSchema, buffer: RowBuffer): Promise<void> {
  const nowhere = {
    ...options,
    writeHeader: () => {},
    writeRowGroup: () => {},
    writeIndex: () => {},
    writeFooter: () => {},
    close: () => {},
  };
  const writer = new parquetjs.ParquetWriter(schema, nowhere, options);
  writer.rowBuffer = buffer;
  await writer.close();
}

/** A dictionary goes before the pages that point into it. */
function dictionaryPageOf(schema: ParquetSchema, { name, values }: Column): Uint8Array {
  const present = presentIn(values);
  const plain = codecs['PLAIN'].encodeValues(schema.fields[name]?.primitiveType, [...present], {});
  const body = compression.deflate('GZIP', plain);
  const header = new thrift.PageHeader({
    type: thrift.PageType.DICTIONARY_PAGE,
    uncompressed_page_size: plain.length,
    compressed_page_size: body.length,
    dictionary_page_header: new thrift.DictionaryPageHeader({
      num_values: present.length,
      encoding: thrift.Encoding.PLAIN,
    }),
  });
  return Buffer.concat([library.serializeThrift(header), body]);
}

/**
 * The library takes a chunk's dictionary for its first page, also in the copy of the metadata it puts behind the chunk,
 * where no reader looks. With these counts readers trust a dictionary to rule values out.
 */
function declareDictionary(metadata: ColumnMetaData, length: number): void {
  const { PLAIN, RLE_DICTIONARY } = thrift.Encoding;
  const { DICTIONARY_PAGE, DATA_PAGE } = thrift.PageType;
  const stats = (page_type: number, encoding: number) =>
    new thrift.PageEncodingStats({ page_type, encoding, count: 1 });
  metadata.dictionary_page_offset = metadata.data_page_offset;
  metadata.data_page_offset += length;
  metadata.encodings.push(PLAIN);
  metadata.encoding_stats = [stats(DICTIONARY_PAGE, PLAIN), stats(DATA_PAGE, RLE_DICTIONARY)];
}

/** Rows have been lost and repeated by this library when it was held wrongly: what it wrote is counted. */
function checkEmitted(envelope: ParquetEnvelopeWriter, names: readonly string[], expected: number): void {
  for (const [index, name] of names.entries()) {
    const emitted = envelope.rowGroups.reduce(
      (sum, group) => sum + (group.columns[index]?.meta_data.num_values ?? 0),
      0,
    );
    if (emitted !== expected) throw new EncodeError(`${name}: ${emitted} of ${expected} rows were written`);
  }
}
