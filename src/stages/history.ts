import type { EpochMs } from '../../schemas/columns.ts';
import { parseRecordInstant, type PullRecord } from '../../schemas/pull-record.ts';
import { addDays, type Day, utcDay } from '../domain/day.ts';
import { parsePullPath, PULLS, pullsOn } from '../domain/pull-key.ts';
import { type Slice, sliceName } from '../domain/slice.ts';
import type { ObjectStore } from '../ports.ts';

/** How far back the last pull of a slice is looked for, in days. */
export const LOOK_BACK_DAYS = 31;

/** What the last good pull of a slice left on record. */
export interface EarlierPull {
  readonly observedAt: EpochMs;
  readonly accounts: number;
  readonly pages: number;
}

/** Keys of the pull records of each slice, by its name, oldest first. */
export type History = ReadonlyMap<string, readonly string[]>;

/** Lists the records of pulls that began on the given day or later. */
export async function listHistory(store: ObjectStore, firstDay: Day): Promise<History> {
  const history = new Map<string, string[]>();
  for await (const { key } of store.list(PULLS, { startAfter: pullsOn(firstDay) })) {
    const pull = parsePullPath(key);
    if (!pull) continue;
    const keys = history.get(pull.slice);
    if (keys) keys.push(key);
    else history.set(pull.slice, [key]);
  }
  return history;
}

/** The recent history: where to look for the last pull of a slice. */
export function recentHistory(store: ObjectStore, now: EpochMs): Promise<History> {
  return listHistory(store, addDays(utcDay(now), -LOOK_BACK_DAYS));
}

/** The newest successful pull of a slice. A record that cannot be read says nothing; `verify` is who complains. */
export async function lastGoodPull(
  store: ObjectStore,
  history: History,
  slice: Slice,
): Promise<EarlierPull | undefined> {
  for (const key of (history.get(sliceName(slice)) ?? []).toReversed()) {
    const pull = parseRecord(await store.get(key), slice);
    if (pull) return pull;
  }
  return undefined;
}

/** The newest successful pull of the slice if it began after the given instant. */
export async function newerPull(
  store: ObjectStore,
  slice: Slice,
  observedAt: EpochMs,
): Promise<EarlierPull | undefined> {
  const history = await listHistory(store, utcDay(observedAt));
  const newest = await lastGoodPull(store, history, slice);
  return newest && newest.observedAt > observedAt ? newest : undefined;
}

function parseRecord(
  object: { readonly bytes: Uint8Array } | undefined,
  slice: Slice,
): EarlierPull | undefined {
  if (!object) return undefined;
  try {
    const record = JSON.parse(new TextDecoder().decode(object.bytes)) as Partial<PullRecord> | null;
    if (record?.outcome !== 'ok' || record.table !== slice.table || !record.observed_at) return undefined;
    const observedAt = parseRecordInstant(record.observed_at);
    if (Number.isNaN(observedAt)) return undefined;
    return { observedAt, accounts: record.accounts ?? 0, pages: record.pages ?? 0 };
  } catch {
    return undefined;
  }
}
