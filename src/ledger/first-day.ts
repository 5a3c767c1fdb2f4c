import { addDays, type Day, utcDay } from '../domain/day.ts';
import { parsePartitionPath } from './partition.ts';
import { parsePullPath, PULLS } from './pull-key.ts';
import type { EpochMs } from '../../schemas/columns.ts';
import type { ObjectStore } from '../ports.ts';

/** How far back an empty ledger may yet reach: AWS has been said to keep 30 days. */
export const MAX_HISTORY_DAYS = 31;

export interface FirstDays {
  /** Earliest start date of any table; undefined when there are no rows yet. */
  readonly startDate: Day | undefined;
  /** Day of the earliest pull; undefined when there was none. */
  readonly pullDate: Day | undefined;
}

/** Where a ledger begins, by the names of its first objects: keys are listed in order. */
export async function findFirstDays(store: ObjectStore, tables: readonly string[]): Promise<FirstDays> {
  const days = await Promise.all(
    tables.map((table) => first(store, `${table}/`, (key) => parsePartitionPath(key)?.startDate)),
  );
  const [startDate] = days.filter((day) => day !== undefined).toSorted();
  const pulled = await first(store, PULLS, (key) => parsePullPath(key)?.instant);
  return { startDate, pullDate: pulled === undefined ? undefined : utcDay(pulled) };
}

/** Where the tables of a ledger without rows should begin. */
export function emptyFirstDay(now: EpochMs): Day {
  return addDays(utcDay(now), -MAX_HISTORY_DAYS);
}

async function first<T>(
  store: ObjectStore,
  prefix: string,
  parse: (key: string) => T | undefined,
): Promise<T | undefined> {
  for await (const { key } of store.list(prefix)) {
    const parsed = parse(key);
    if (parsed !== undefined) return parsed;
  }
  return undefined;
}
