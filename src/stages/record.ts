import type { EpochMs } from '../../schemas/columns.ts';
import {
  type PullRecord,
  RECORD_VERSION,
  recordInstant,
  type RecordedObject,
} from '../../schemas/pull-record.ts';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { pullPath } from '../domain/pull-key.ts';
import type { Slice } from '../domain/slice.ts';
import { LostRaceError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';

/** Records of one slice that may fall on neighbouring milliseconds before something is plainly wrong. */
const MOST_COLLISIONS = 1000;

export interface RecordedPull {
  readonly slice: Slice;
  readonly observedAt: EpochMs;
  readonly result: SliceResult;
  readonly objects: readonly RecordedObject[];
  readonly writtenBy: string;
}

/**
 * Writes the pull's record and returns its key. Where another pull of the slice began in the same millisecond, the
 * next free one names the file; `observed_at` inside stays true. Throws what the store throws.
 */
export async function writeRecord(store: ObjectStore, pull: RecordedPull): Promise<string> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(recordOf(pull))}\n`);
  for (let shift = 0; shift < MOST_COLLISIONS; shift++) {
    const key = pullPath(pull.slice, pull.observedAt + shift);
    const put = await store.put(key, bytes, { ifAbsent: true });
    if (put.written || (await isOurs(store, key, bytes))) return key;
  }
  throw new LostRaceError(pullPath(pull.slice, pull.observedAt), MOST_COLLISIONS);
}

/** A PUT whose answer was lost and that was sent again meets its own object. */
async function isOurs(store: ObjectStore, key: string, bytes: Uint8Array): Promise<boolean> {
  const found = await store.get(key);
  return found !== undefined && Buffer.compare(found.bytes, bytes) === 0;
}

function recordOf({ observedAt, result, objects, writtenBy }: RecordedPull): PullRecord {
  return {
    record_version: RECORD_VERSION,
    written_by: writtenBy,
    ...result,
    observed_at: recordInstant(observedAt),
    objects: [...objects],
  };
}
