/** Counts by where they belong: hundreds of thousands of rows, hence columns, and no object for each. */
export class CountTable {
  readonly #keys: readonly string[];
  readonly #columns: ReadonlyMap<string, number[]>;

  constructor(keys: readonly string[], counts: readonly string[]) {
    this.#keys = keys;
    this.#columns = new Map([...keys, ...counts].map((name) => [name, []]));
  }

  /** Whole numbers, none negative, in the order of the keys, and counts in theirs. */
  add(place: readonly number[], counts: readonly number[]): void {
    let at = 0;
    for (const column of this.#columns.values()) {
      column.push((at < place.length ? place[at] : counts[at - place.length]) ?? 0);
      at += 1;
    }
  }

  /** Sorted by place, since equal neighbours compress well; what belongs to the same place adds up. `ranks` go before the keys themselves. */
  columns(ranks: Readonly<Record<string, (key: number) => number>> = {}): Record<string, number[]> {
    const columns = [...this.#columns].map(([name, values]) => [name, ranked(values, ranks[name])] as const);
    const keys = columns.slice(0, this.#keys.length).map(([, values]) => values);
    const counts = columns.slice(this.#keys.length).map(([, values]) => values);
    const order = keys.reduceRight(
      sortedBy,
      Uint32Array.from(keys[0] ?? [], (_, row) => row),
    );
    const sums = columns.map((): number[] => []);
    order.forEach((row, at) => {
      const before = order[at - 1];
      const last = (sums[0]?.length ?? 0) - 1;
      if (before !== undefined && keys.every((key) => key[row] === key[before]))
        counts.forEach((count, index) => {
          const sum = sums[keys.length + index];
          if (sum) sum[last] = (sum[last] ?? 0) + (count[row] ?? 0);
        });
      else columns.forEach(([, values], index) => sums[index]?.push(values[row] ?? 0));
    });
    return Object.fromEntries(columns.map(([name], index) => [name, sums[index] ?? []]));
  }
}

function ranked(values: number[], rankOf: ((key: number) => number) | undefined): number[] {
  return rankOf ? values.map(rankOf) : values;
}

/** Rows in the order of their keys, those of equal keys as they were: sorted by one key after the other, they are sorted by all. */
function sortedBy(rows: Uint32Array, keys: readonly number[]): Uint32Array {
  const next: number[] = [];
  for (const key of keys) next[key + 1] = (next[key + 1] ?? 0) + 1;
  for (let key = 0, sum = 0; key < next.length; key++) next[key] = sum += next[key] ?? 0;
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) {
    const key = keys[row] ?? 0;
    const place = next[key] ?? 0;
    sorted[place] = row;
    next[key] = place + 1;
  }
  return sorted;
}
