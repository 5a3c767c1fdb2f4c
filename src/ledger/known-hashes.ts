import type { EpochMs } from '../../schemas/columns.ts';
import type { RecordedObject } from '../../schemas/pull-record.ts';
import { DAY_MS } from '../domain/day.ts';

/** No pull takes longer: records this far apart were not written by pulls that ran side by side. */
const LONGEST_PULL_MS = DAY_MS;

/** What records say a partition's content is. */
export interface KnownHashes {
  add(object: RecordedObject, observedAt: EpochMs): void;
  /** Keys of the partitions named. */
  keys(): Iterable<string>;
  /**
   * `outdated`: newer records know other contents only. Of pulls that ran side by side either may have written last.
   */
  judge(partition: string, hash: string): 'known' | 'outdated' | 'unknown';
}

export function createKnownHashes(): KnownHashes {
  /** Partition → content hash → when it was last recorded. */
  const known = new Map<string, Map<string, EpochMs>>();
  return {
    add({ partition, sha256: hash }, observedAt) {
      const hashes = known.get(partition) ?? new Map<string, EpochMs>();
      hashes.set(hash, Math.max(observedAt, hashes.get(hash) ?? observedAt));
      known.set(partition, hashes);
    },
    keys: () => known.keys(),
    judge(partition, hash) {
      const hashes = known.get(partition);
      const recorded = hashes?.get(hash);
      if (!hashes || recorded === undefined) return 'unknown';
      return recorded < Math.max(...hashes.values()) - LONGEST_PULL_MS ? 'outdated' : 'known';
    },
  };
}
