import type { Items } from './snapshots.ts';

/** One summary as AWS spells it; times in epoch seconds. */
export interface SummaryItem {
  readonly Region: string;
  readonly AccountId: string;
  readonly ResourceType: string;
  readonly State?: string;
  readonly MessageCategory?: string;
  readonly MalwareScanner?: string;
  readonly ScanResultStatus?: string;
  readonly Count: number;
  readonly StartTime: number;
  readonly EndTime: number;
}

export type CountedRows = Items<SummaryItem>;

export interface CountedRowsOptions {
  readonly zeroRows: boolean;
  readonly boundsOf: (nth: number) => Pick<SummaryItem, 'StartTime' | 'EndTime'>;
  readonly labelOf: (key: number) => Omit<SummaryItem, 'Count' | 'StartTime' | 'EndTime'>;
}

/** Rows from counts by key, one map per row window. */
export function createCountedRows(
  counts: readonly ReadonlyMap<number, number>[],
  { zeroRows, boundsOf, labelOf }: CountedRowsOptions,
): CountedRows {
  const everyKey = new Set(zeroRows ? counts.flatMap((bucket) => [...bucket.keys()]) : []);
  const keysOf = (bucket: ReadonlyMap<number, number>) => new Set([...bucket.keys(), ...everyKey]);
  const length = zeroRows
    ? counts.length * everyKey.size
    : counts.reduce((sum, bucket) => sum + bucket.size, 0);
  const keys = new Uint32Array(length);
  const values = new Uint32Array(length);
  const windows = new Uint8Array(length);
  let row = 0;
  counts.forEach((bucket, nth) => {
    for (const key of zeroRows ? keysOf(bucket) : bucket.keys()) {
      keys[row] = key;
      values[row] = bucket.get(key) ?? 0;
      windows[row++] = nth;
    }
  });
  const item = (index: number): SummaryItem => ({
    ...labelOf(keys[index]!),
    Count: values[index]!,
    ...boundsOf(windows[index]!),
  });
  return {
    length,
    bytes: keys.byteLength + values.byteLength + windows.byteLength,
    slice: (from, to) => {
      const start = Math.max(0, from);
      return Array.from({ length: Math.max(0, Math.min(to, length) - start) }, (_, nth) => item(start + nth));
    },
  };
}

/** The rows of one answer, then those of another. */
export function joinRows(first: CountedRows, second: CountedRows): CountedRows {
  return {
    length: first.length + second.length,
    bytes: first.bytes + second.bytes,
    slice: (from, to) => [...first.slice(from, to), ...second.slice(from - first.length, to - first.length)],
  };
}
