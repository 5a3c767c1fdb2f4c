import type { RecordedObject } from '../../schemas/pull-record.ts';

/** What records say a partition's content was, and what it became. */
export interface KnownHashes {
  /** `by` a replay, a content is replaced without being built upon. */
  add(object: RecordedObject, by?: 'pull' | 'replay'): void;
  /** Keys of the partitions named. */
  keys(): Iterable<string>;
  has(partition: string): boolean;
  /**
   * What the records say of a partition's present content: `known`: the last one written; `outdated`: it was replaced, and
   * has come back; `unknown`: nobody wrote it.
   */
  judge(partition: string, hash: string): 'known' | 'outdated' | 'unknown';
  /** Contents that a pull replaced or a record found, and that no record wrote. */
  unwritten(partition: string): readonly string[];
}

/** How a partition went from one content to the next. */
interface Writes {
  /** Distinct steps `from → to`: slices that were published together record the same one. */
  readonly steps: Map<string, readonly [from: string | null, to: string]>;
  /** Contents found as they should be, and those that pulls built upon. */
  readonly met: Set<string>;
}

export function createKnownHashes(): KnownHashes {
  const partitions = new Map<string, Writes>();

  const stepsOf = (partition: string) => [...(partitions.get(partition)?.steps.values() ?? [])];

  return {
    add({ partition, action, sha256: hash, replaced_sha256: replaced }, by = 'pull') {
      const writes: Writes = partitions.get(partition) ?? { steps: new Map(), met: new Set() };
      partitions.set(partition, writes);
      if (action === 'written') writes.steps.set(`${replaced} ${hash}`, [replaced, hash]);
      else writes.met.add(hash);
      if (replaced !== null && by === 'pull') writes.met.add(replaced);
    },
    keys: () => partitions.keys(),
    has: (partition) => partitions.has(partition),
    judge(partition, hash) {
      const steps = stepsOf(partition);
      const written = steps.filter(([, to]) => to === hash).length;
      if (written === 0) return 'unknown';
      return written > steps.filter(([from]) => from === hash).length ? 'known' : 'outdated';
    },
    unwritten(partition) {
      const steps = stepsOf(partition);
      const written = new Set(steps.map(([, to]) => to));
      return [...(partitions.get(partition)?.met ?? [])].filter((hash) => !written.has(hash));
    },
  };
}
