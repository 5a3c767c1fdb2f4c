import type { EpochMs } from '../../schemas/columns.ts';
import { LostRaceError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';

/** Pulls of one slice that may fall on neighbouring milliseconds before something is plainly wrong. */
const MAX_COLLISIONS = 20;

/**
 * Writes an object that is never replaced and returns its key. Where another pull of the slice began in the same
 * millisecond, the next free one names the file. Throws what the store throws, `LostRaceError`.
 */
export async function writeOnce(
  store: ObjectStore,
  keyAt: (instant: EpochMs) => string,
  instant: EpochMs,
  bytes: Uint8Array,
): Promise<string> {
  for (let shift = 0; shift < MAX_COLLISIONS; shift++) {
    const key = keyAt(instant + shift);
    const put = await store.put(key, bytes, { ifAbsent: true });
    if (put.written || (await isOurs(store, key, bytes))) return key;
  }
  throw new LostRaceError(keyAt(instant), MAX_COLLISIONS);
}

/** A PUT whose answer was lost and that was sent again meets its own object. */
async function isOurs(store: ObjectStore, key: string, bytes: Uint8Array): Promise<boolean> {
  const found = await store.get(key);
  return found !== undefined && Buffer.compare(found.bytes, bytes) === 0;
}
