import { countJobs, type Moment, type Query } from './count.ts';
import type { JobBook } from './job-book.ts';
import { joinTallies, type Tally } from './counted-rows.ts';
import { foreignRegionOf } from './world.ts';

/** Counted answers, kept so that a later page costs a slice and not another count. */
export interface Snapshots {
  /** The rows a request has at a moment. `version` names the state of the world's switches. */
  at(query: Query, moment: Moment & { readonly version: number }): Tally;
  /** The same, only if it was counted before and is still kept. */
  kept(query: Query, moment: { readonly now: number; readonly version: number }): Tally | undefined;
}

/** About 9 bytes each. The newest snapshot is kept whatever its size. */
const KEPT_ROWS = 8_000_000;

export function createSnapshots(book: JobBook): Snapshots {
  const kept = new Map<string, Tally>();
  const read = (key: string): Tally | undefined => {
    const tally = kept.get(key);
    if (tally === undefined) return undefined;
    // Map keeps insertion order: what was read last is forgotten last.
    kept.delete(key);
    kept.set(key, tally);
    return tally;
  };
  return {
    kept: (query, moment) => read(keyOf(query, moment)),
    at: (query, moment) => {
      const key = keyOf(query, moment);
      const known = read(key);
      if (known) return known;
      const tally = countAnswer(book, query, moment);
      kept.set(key, tally);
      forgetOldest(kept);
      return tally;
    },
  };
}

function keyOf(query: Query, moment: { readonly now: number; readonly version: number }): string {
  return JSON.stringify([moment.version, moment.now, query.kind, query.region, query.period, query.filters]);
}

function forgetOldest(kept: Map<string, Tally>): void {
  let rows = 0;
  for (const tally of kept.values()) rows += tally.length;
  for (const [key, tally] of kept) {
    if (rows <= KEPT_ROWS || kept.size === 1) return;
    kept.delete(key);
    rows -= tally.length;
  }
}

function countAnswer(book: JobBook, query: Query, moment: Moment): Tally {
  const own = countJobs(book, query, moment);
  if (!moment.world.foreignRegionRows) return own;
  const region = foreignRegionOf(query.region);
  return joinTallies(
    own,
    countJobs(book, { ...query, region }, { ...moment, only: (account) => account % 10 === 0 }),
  );
}
