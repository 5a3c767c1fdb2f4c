import type { EpochMs } from '../../schemas/columns.ts';
import { parseRecordInstant, type PullRecord } from '../../schemas/pull-record.ts';
import { addDays, DAY_MS, type Day, utcDay } from '../domain/day.ts';
import { parsePullPath, PULLS, pullsOn } from './pull-key.ts';
import { type Slice, sliceName } from '../domain/slice.ts';
import type { ObjectStore } from '../ports.ts';

/** How far back the last pull of a slice is looked for first, in days. */
export const LOOK_BACK_DAYS = 31;

/** What the last good pull of a slice left on record. */
export interface EarlierPull {
  /** Key of its record. */
  readonly key: string;
  readonly observedAt: EpochMs;
  readonly accounts: number;
  readonly pages: number;
}

/** Keys of the pull records of each slice, by its name, oldest first. */
type KeysBySlice = ReadonlyMap<string, readonly string[]>;

/** Where to look for the earlier pulls of a slice. */
export interface History {
  /** Those of the last weeks; all of them for a slice that has none there. */
  keysOf(slice: Slice): Promise<readonly string[]>;
}

/** Lists what was pulled lately; what was pulled before that only if it is asked for. */
export async function openHistory(store: ObjectStore, now: EpochMs): Promise<History> {
  const recent = await listKeys(store, addDays(utcDay(now), -LOOK_BACK_DAYS));
  let all: Promise<KeysBySlice> | undefined;
  return {
    async keysOf(slice) {
      const keys = recent.get(sliceName(slice));
      if (keys) return keys;
      all ??= listKeys(store);
      return (await all).get(sliceName(slice)) ?? [];
    },
  };
}

/** What was pulled since an instant, listed once. */
export async function historySince(store: ObjectStore, instant: EpochMs): Promise<History> {
  const keys = await listKeys(store, utcDay(instant));
  return { keysOf: async (slice) => keys.get(sliceName(slice)) ?? [] };
}

/** The newest successful pull of a slice. A record that cannot be read says nothing; `verify` is who complains. */
export async function lastGoodPull(
  store: ObjectStore,
  history: History,
  slice: Slice,
): Promise<EarlierPull | undefined> {
  return newestGood(store, await history.keysOf(slice), slice);
}

/** The newest successful pull of the slice if it began after the given instant. */
export async function newerPull(
  store: ObjectStore,
  history: History,
  slice: Slice,
  observedAt: EpochMs,
): Promise<EarlierPull | undefined> {
  const newest = await newestGood(store, await history.keysOf(slice), slice);
  return newest && newest.observedAt > observedAt ? newest : undefined;
}

/** Keys of the records of pulls that began on the given day or later. */
async function listKeys(store: ObjectStore, firstDay?: Day): Promise<KeysBySlice> {
  const bySlice = new Map<string, string[]>();
  const options = firstDay === undefined ? {} : { startAfter: pullsOn(firstDay) };
  for await (const { key } of store.list(PULLS, options)) {
    const pull = parsePullPath(key);
    if (!pull) continue;
    const keys = bySlice.get(pull.slice);
    if (keys) keys.push(key);
    else bySlice.set(pull.slice, [key]);
  }
  return bySlice;
}

async function newestGood(
  store: ObjectStore,
  keys: readonly string[],
  slice: Slice,
): Promise<EarlierPull | undefined> {
  let known: Known | undefined;
  for (const key of keys.toReversed()) {
    const instant = parsePullPath(key)?.instant ?? 0;
    if (known && instant < known.since - LONGEST_PULL_MS) break;
    const record = await readRecord(store, key, slice);
    const good = record?.outcome === 'ok' ? earlierPull(key, record) : undefined;
    if (good) return good;
    if (record?.last_good_pull !== undefined) known ??= { key: record.last_good_pull, since: instant };
  }
  const record = known?.key ? await readRecord(store, known.key, slice) : undefined;
  return known?.key && record ? earlierPull(known.key, record) : undefined;
}

/**
 * The last good pull by the word of a failed one: a slice may have failed for months. Good pulls that ran beside the
 * failed one it could not know.
 */
interface Known {
  readonly key: string | null;
  /** When the failed pull began. */
  readonly since: EpochMs;
}

/** No pull takes as long. */
const LONGEST_PULL_MS = DAY_MS;

function earlierPull(key: string, record: Partial<PullRecord>): EarlierPull | undefined {
  const observedAt = parseRecordInstant(record.observed_at ?? '');
  if (Number.isNaN(observedAt)) return undefined;
  return { key, observedAt, accounts: record.accounts ?? 0, pages: record.pages ?? 0 };
}

/** A record of the slice's own table: rows of other grains may be pulled under the same name. */
async function readRecord(
  store: ObjectStore,
  key: string,
  slice: Slice,
): Promise<Partial<PullRecord> | undefined> {
  const object = await store.get(key);
  if (!object) return undefined;
  try {
    const record = JSON.parse(new TextDecoder().decode(object.bytes)) as Partial<PullRecord> | null;
    return record?.table === slice.table ? record : undefined;
  } catch {
    return undefined;
  }
}
