import parquetjs, {
  type ColumnBuffer,
  type FieldDefinition,
  type ParquetSchema,
  type RowBuffer,
  type WriterOptions,
  type WrittenRowGroup,
} from 'parquetjs-lite';
import { columnFacts, type ColumnName, type ColumnType } from '../../../schemas/columns.ts';
import { EncodeError } from '../../errors.ts';
import { type Cell, type Column, ROWS_PER_GROUP } from './columns.ts';
import {
  declareDictionary,
  dictionaryPageOf,
  presentIn,
  presentIndices,
  repeatsItself,
} from './dictionary.ts';

/**
 * One row group, wherever it will lie in a file. The library is told to leave out what it writes wrongly, and fed whole
 * columns through its row buffer, which is several times faster than its `appendRow`.
 */
export const options: WriterOptions = {
  rowGroupSize: ROWS_PER_GROUP,
  // One page a column in each row group.
  pageSize: ROWS_PER_GROUP,
  // Its column index lacks required fields: Trino's readers fail on it.
  pageIndex: false,
  useDataPageV2: false,
};

/** A row group's bytes and their description, whose offsets count from the group's own first byte. */
export interface EncodedGroup {
  readonly bytes: Uint8Array;
  readonly metadata: WrittenRowGroup;
  readonly rows: number;
}

const libraryTypes = {
  string: 'UTF8',
  bigint: 'INT64',
  date: 'DATE',
  timestamp: 'TIMESTAMP_MILLIS',
} as const satisfies Record<ColumnType, FieldDefinition['type']>;

/** In a group this small a dictionary may cost more than it saves: both ways are tried. */
const MAX_ROWS_TRIED = 2_000;
/** What a dictionary adds to the footer, about, in bytes. */
const DICTIONARY_FOOTER_BYTES = 24;

/** Throws what the library throws: strings, too. */
export async function encodeGroup(columns: readonly Column[]): Promise<EncodedGroup> {
  const rows = columns[0]?.indices.length ?? 0;
  const wanted = new Set(columns.filter(repeatsItself).map(({ name }) => name));
  const full = await encodeChunks(columns, wanted);
  if (rows > MAX_ROWS_TRIED) return groupOf(columns, full);
  const plain = await encodeChunks(columns, new Set());
  const best = full.map((chunk, index) => {
    const other = plain[index] ?? chunk;
    return chunk.dictionary && sizeOf(chunk) + DICTIONARY_FOOTER_BYTES < sizeOf(other) ? chunk : other;
  });
  return groupOf(columns, best);
}

/** A schema in which no column has a dictionary: the one a file's footer shows. */
export function schemaOf(names: readonly ColumnName[]): ParquetSchema {
  return new parquetjs.ParquetSchema(
    Object.fromEntries(
      names.map((name) => [name, fieldOf({ name, values: [], indices: new Uint32Array() }, false)]),
    ),
  );
}

interface Chunk {
  readonly field: FieldDefinition;
  readonly page: RowBuffer['pages'][string][number];
  readonly dictionary: Uint8Array | undefined;
}

function sizeOf({ page, dictionary }: Chunk): number {
  return page.page.length + (dictionary?.length ?? 0);
}

async function encodeChunks(
  columns: readonly Column[],
  withDictionary: ReadonlySet<ColumnName>,
): Promise<Chunk[]> {
  const fields = columns.map((column) => fieldOf(column, withDictionary.has(column.name)));
  const schema = schemaWith(columns, fields);
  const buffer = bufferOf(
    columns,
    columns.map((column) => columnBuffer(column, withDictionary.has(column.name))),
  );
  await encodePages(schema, buffer);
  return columns.map((column, index) => {
    const [page] = buffer.pages[column.name] ?? [];
    const field = fields[index];
    if (!page || !field) throw new EncodeError(`parquetjs-lite wrote no page of column ${column.name}`);
    const dictionary = withDictionary.has(column.name) ? dictionaryPageOf(schema, column) : undefined;
    return { field, page, dictionary };
  });
}

/** Puts chunks one behind the other and has the library describe them. */
async function groupOf(columns: readonly Column[], chunks: readonly Chunk[]): Promise<EncodedGroup> {
  const schema = schemaWith(
    columns,
    chunks.map(({ field }) => field),
  );
  const rows = columns[0]?.indices.length ?? 0;
  const empty = bufferOf(columns, []);
  const pages = chunks.map(({ page, dictionary }) => ({
    ...page,
    page: dictionary ? Buffer.concat([dictionary, page.page]) : page.page,
  }));
  const envelope = new parquetjs.ParquetEnvelopeWriter(
    schema,
    async () => {},
    async () => {},
    0,
    options,
  );
  await envelope.writeRowGroup({
    ...empty,
    pages: Object.fromEntries(
      columns.map(({ name }, index) => [name, [pages[index] ?? pages[0]].flatMap((page) => page ?? [])]),
    ),
  });
  const [metadata] = envelope.rowGroups;
  if (!metadata) throw new EncodeError('parquetjs-lite wrote no row group');
  describeAfresh(metadata, chunks);
  checkEmitted(metadata, columns, rows);
  return { bytes: Buffer.concat(pages.map(({ page }) => page)), metadata, rows };
}

/**
 * The library writes a copy of a chunk's description behind the chunk, with offsets that count from the start of the file.
 * No reader looks there, and a row group that is carried over would have to be written anew: the copies are left out.
 */
function describeAfresh(group: WrittenRowGroup, chunks: readonly Chunk[]): void {
  let offset = 0;
  for (const [index, chunk] of group.columns.entries()) {
    const { meta_data: metadata } = chunk;
    const { dictionary } = chunks[index] ?? {};
    chunk.file_offset = 0;
    metadata.data_page_offset = offset;
    if (dictionary) declareDictionary(metadata, dictionary.length);
    offset += Number(metadata.total_compressed_size);
  }
  group.total_byte_size = offset;
}

/** Rows have been lost and repeated by this library when it was held wrongly: what it wrote is counted. */
function checkEmitted(group: WrittenRowGroup, columns: readonly Column[], expected: number): void {
  for (const [index, { name }] of columns.entries()) {
    const emitted = group.columns[index]?.meta_data.num_values;
    if (emitted !== expected)
      throw new EncodeError(`${name}: ${Number(emitted)} of ${expected} rows were written`);
  }
}

function schemaWith(columns: readonly Column[], fields: readonly FieldDefinition[]): ParquetSchema {
  return new parquetjs.ParquetSchema(
    Object.fromEntries(columns.map(({ name }, index) => [name, fields[index] as FieldDefinition])),
  );
}

function fieldOf({ name, values }: Column, hasDictionary: boolean): FieldDefinition {
  const { type, nullable } = columnFacts(name);
  return {
    type: libraryTypes[type],
    optional: nullable,
    compression: 'GZIP',
    encoding: hasDictionary ? 'RLE_DICTIONARY' : 'PLAIN',
    ...(!values.every(isOrderedRightly) && { statistics: false }),
  };
}

/**
 * Wrong minima and maxima make readers drop rows. The library orders text by UTF-16 code unit, which beyond U+FFFF is
 * not the order of UTF-8 bytes that readers expect; and it refuses instants before 1970 as a minimum.
 */
function isOrderedRightly(value: Cell): boolean {
  return typeof value === 'string' ? !/[\u{10000}-\u{10FFFF}]/u.test(value) : value === null || value >= 0;
}

function bufferOf(columns: readonly Column[], buffers: readonly ColumnBuffer[]): RowBuffer {
  const rows = columns[0]?.indices.length ?? 0;
  return {
    rowCount: rows,
    pageRowCount: rows,
    columnData: Object.fromEntries(
      columns.flatMap(({ name }, index) => {
        const buffer = buffers[index];
        return buffer ? [[name, buffer]] : [];
      }),
    ),
    pages: Object.fromEntries(columns.map(({ name }) => [name, []])),
  };
}

/** Text and numbers stay as they are: the library turns them into bytes as it encodes a page. */
function columnBuffer(column: Column, hasDictionary: boolean): ColumnBuffer {
  const present = presentIn(column.values);
  const indices = presentIndices(column);
  return {
    dlevels: levelsOf(column),
    rlevels: [],
    values: hasDictionary ? indices : Array.from(indices, (index) => present[index]),
    distinct_values: new Set(present),
    count: column.indices.length,
  };
}

/** For each row 1, or 0 where it has no value. */
function levelsOf({ values, indices }: Column): number[] {
  const absent = values.indexOf(null);
  return absent < 0
    ? Array<number>(indices.length).fill(1)
    : Array.from(indices, (index) => (index === absent ? 0 : 1));
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
