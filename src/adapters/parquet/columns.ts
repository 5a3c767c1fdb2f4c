import { createHash } from 'node:crypto';
import type { ColumnName, RowColumnName, SummaryRow } from '../../../schemas/columns.ts';

/** Rows of a row group; those of a day that are left over make a smaller one. */
export const ROWS_PER_GROUP = 100_000;

export type Cell = string | number | null;

/** A column as a dictionary: what it holds of, and which of that each row has. */
export interface Column {
  readonly name: ColumnName;
  /** Each different value once, in the order met; null is one of them. */
  readonly values: readonly Cell[];
  /** Row by row the index of its value in `values`. */
  readonly indices: Uint32Array;
}

/** The rows of each row group, in order. */
export function rowGroupsOf(rows: readonly SummaryRow[]): (readonly SummaryRow[])[] {
  if (rows.length <= ROWS_PER_GROUP) return rows.length === 0 ? [] : [rows];
  const groups = Math.ceil(rows.length / ROWS_PER_GROUP);
  return Array.from({ length: groups }, (_, nth) =>
    rows.slice(nth * ROWS_PER_GROUP, (nth + 1) * ROWS_PER_GROUP),
  );
}

export function columnOf(name: RowColumnName, rows: readonly SummaryRow[]): Column {
  const known = new Map<Cell, number>();
  const indices = new Uint32Array(rows.length);
  let last: Cell | undefined;
  let index = 0;
  rows.forEach(({ [name]: value }, at) => {
    // In file order most values repeat the one before.
    if (value !== last || at === 0) {
      index = known.get(value) ?? known.size;
      known.set(value, index);
      last = value;
    }
    indices[at] = index;
  });
  return { name, values: [...known.keys()], indices };
}

/** Digest of columns, row group by row group: equal for equal rows in equal order. Hexadecimal. */
export function createDigest(): { add(column: Column): void; toString(): string } {
  const hash = createHash('sha256');
  return {
    add({ name, values, indices }) {
      hash.update(JSON.stringify([name, indices.length, values]));
      hash.update(indices);
    },
    toString: () => hash.copy().digest('hex'),
  };
}
