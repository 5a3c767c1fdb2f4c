import pLimit from 'p-limit';
import type { RowCodec } from '../ports.ts';
import { decodeRows, holdsRows } from './parquet-reader.ts';
import { encodeRows } from './parquet-writer.ts';

/** Encoding and decoding are work for the processor: side by side they take no less time, but the memory of all. */
const oneAtATime = pLimit(1);

/** Rows as Parquet. Writer and reader are different libraries, so that one misunderstanding cannot hide in both. */
export const parquetCodec: RowCodec = {
  encode: (kind, rows) => oneAtATime(encodeRows, kind, rows),
  decode: (kind, bytes) => oneAtATime(decodeRows, kind, bytes),
  holds: holdsRows,
};
