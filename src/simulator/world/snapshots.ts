import { countJobs, type Moment, type Query } from './count.ts';
import type { JobTable } from './job-table.ts';
import { joinRows, type CountedRows } from './counted-rows.ts';
import { foreignRegionOf } from './world.ts';

/** Counted answers, cached so that a later page needs no new count. */
export interface Snapshots {
  /** The rows a request has at a moment. `version` numbers the changes of the world's settings. */
  at(query: Query, moment: Moment & { readonly version: number }): CountedRows;
  /** The same, only if it was counted before and is still cached. */
  cached(query: Query, moment: { readonly now: number; readonly version: number }): CountedRows | undefined;
}

/** About 9 bytes each. The newest snapshot is cached whatever its size. */
const MAX_CACHED_ROWS = 8_000_000;

export function createSnapshots(jobs: JobTable): Snapshots {
  const cache = new Map<string, CountedRows>();
  const read = (key: string): CountedRows | undefined => {
    const counted = cache.get(key);
    if (counted === undefined) return undefined;
    // Map keeps insertion order: what was read last is forgotten last.
    cache.delete(key);
    cache.set(key, counted);
    return counted;
  };
  return {
    cached: (query, moment) => read(keyOf(query, moment)),
    at: (query, moment) => {
      const key = keyOf(query, moment);
      const known = read(key);
      if (known) return known;
      const counted = countAnswer(jobs, query, moment);
      cache.set(key, counted);
      forgetOldest(cache);
      return counted;
    },
  };
}

function keyOf(query: Query, moment: { readonly now: number; readonly version: number }): string {
  return JSON.stringify([moment.version, moment.now, query.kind, query.region, query.period, query.filters]);
}

function forgetOldest(cache: Map<string, CountedRows>): void {
  let total = 0;
  for (const counted of cache.values()) total += counted.length;
  for (const [key, counted] of cache) {
    if (total <= MAX_CACHED_ROWS || cache.size === 1) return;
    cache.delete(key);
    total -= counted.length;
  }
}

function countAnswer(jobs: JobTable, query: Query, moment: Moment): CountedRows {
  const own = countJobs(jobs, query, moment);
  if (!moment.world.foreignRegionRows) return own;
  const region = foreignRegionOf(query.region);
  return joinRows(
    own,
    countJobs(jobs, { ...query, region }, { ...moment, only: (account) => account % 10 === 0 }),
  );
}
