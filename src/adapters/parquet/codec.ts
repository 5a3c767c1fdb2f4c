import type { RowCodec } from '../../ports.ts';
import { decodeRows, holdsRows } from './reader.ts';
import { encodeRows } from './writer.ts';

/** Rows as Parquet. Writer and reader are different libraries, so that one misunderstanding cannot hide in both. */
export const parquetCodec: RowCodec = { encode: encodeRows, decode: decodeRows, holds: holdsRows };
