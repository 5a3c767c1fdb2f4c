/** Whole answers, cached so that a later page needs no new count. Items are made when read. */
export interface Items<T> {
  readonly length: number;
  /** About what it takes of memory. */
  readonly bytes: number;
  slice(from: number, to: number): T[];
}

export interface Snapshots {
  /** The answer known by a key, made where it is not cached. */
  at<T>(key: string, make: () => Items<T>): Items<T>;
  /** The same, only if it is still cached. */
  cached<T>(key: string): Items<T> | undefined;
}

/** The newest snapshot is cached whatever its size. */
const MAX_CACHED_BYTES = 80_000_000;

export function createSnapshots(): Snapshots {
  const cache = new Map<string, Items<unknown>>();
  const read = <T>(key: string): Items<T> | undefined => {
    const items = cache.get(key);
    if (items === undefined) return undefined;
    // Map keeps insertion order: what was read last is forgotten last.
    cache.delete(key);
    cache.set(key, items);
    return items as Items<T>;
  };
  return {
    cached: read,
    at: <T>(key: string, make: () => Items<T>) => {
      const known = read<T>(key);
      if (known) return known;
      const items = make();
      cache.set(key, items);
      forgetOldest(cache);
      return items;
    },
  };
}

function forgetOldest(cache: Map<string, Items<unknown>>): void {
  let total = 0;
  for (const items of cache.values()) total += items.bytes;
  for (const [key, items] of cache) {
    if (total <= MAX_CACHED_BYTES || cache.size === 1) return;
    cache.delete(key);
    total -= items.bytes;
  }
}
