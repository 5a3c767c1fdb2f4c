import type { MonthCodec } from '../../ports.ts';
import { openMonth } from './reader.ts';
import { encodeMonth } from './writer.ts';

/** Months as Parquet. Writer and reader are different libraries, so that one misunderstanding cannot hide in both. */
export const parquetCodec: MonthCodec = { encode: encodeMonth, open: openMonth };
