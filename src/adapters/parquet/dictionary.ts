import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import codecs from 'parquetjs-lite/lib/codec/index.js';
import compression from 'parquetjs-lite/lib/compression.js';
import library from 'parquetjs-lite/lib/util.js';
import type { ColumnMetaData, ParquetSchema } from 'parquetjs-lite';
import type { Cell, Column } from './columns.ts';
import { encodeHybrid } from './rle.ts';

/** The one encoding that parquetjs-lite lacks: values once, and indices into them. */

/** Values repeated less often than this on average are written as they are: a dictionary would be in the way. */
const MIN_REPEATED = 2;

/** Whether a column can be worth a dictionary. One without any value is not. */
export function repeatsItself({ values, indices }: Column): boolean {
  return presentIn(values).length > 0 && values.length * MIN_REPEATED <= indices.length;
}

/**
 * Indices into a dictionary: their width in bits, then runs and bit-packed groups of them.
 * Source: Parquet's Encodings, "Dictionary Encoding".
 */
codecs['RLE_DICTIONARY'] = {
  encodeValues(_type, indices) {
    const largest = indices.reduce((most, index) => Math.max(most, index), 1);
    const bitWidth = 32 - Math.clz32(largest);
    return Buffer.concat([Uint8Array.of(bitWidth), encodeHybrid(indices, bitWidth)]);
  },
};

export function presentIn(values: readonly Cell[]): (string | number)[] {
  return values.filter((value) => value !== null);
}

/** Where each value is among those present: without null, what comes after it moves up by one. */
export function presentIndices({ values, indices }: Column): Uint32Array {
  const absent = values.indexOf(null);
  if (absent < 0) return indices;
  return indices.filter((index) => index !== absent).map((index) => (index > absent ? index - 1 : index));
}

/** A dictionary goes before the page that points into it. */
export function dictionaryPageOf(schema: ParquetSchema, { name, values }: Column): Uint8Array {
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

/** The library takes a chunk's dictionary for its first page. With these counts readers trust it to rule values out. */
export function declareDictionary(metadata: ColumnMetaData, length: number): void {
  const { PLAIN, RLE_DICTIONARY } = thrift.Encoding;
  const { DICTIONARY_PAGE, DATA_PAGE } = thrift.PageType;
  const stats = (page_type: number, encoding: number) =>
    new thrift.PageEncodingStats({ page_type, encoding, count: 1 });
  metadata.dictionary_page_offset = metadata.data_page_offset;
  metadata.data_page_offset = Number(metadata.data_page_offset) + length;
  metadata.encodings.push(PLAIN);
  metadata.encoding_stats = [stats(DICTIONARY_PAGE, PLAIN), stats(DATA_PAGE, RLE_DICTIONARY)];
}
