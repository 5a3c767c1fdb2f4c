import { addDays, type Month, monthOf, utcDay } from '../domain/day.ts';
import { parsePartitionPath } from './partition.ts';
import { parseRecordsPath, PULLS } from './records-key.ts';
import type { EpochMs } from '../../schemas/columns.ts';
import type { ObjectStore } from '../ports.ts';

/** How far back an empty ledger may yet reach: AWS has been said to keep 30 days. */
export const MAX_HISTORY_DAYS = 31;

export interface FirstMonths {
  /** Month of the earliest start date of any table; undefined when there are no rows yet. */
  readonly startMonth: Month | undefined;
  /** Month of the earliest pull; undefined when there was none. */
  readonly pullMonth: Month | undefined;
}

/** Where a ledger begins, by the names of its first objects: keys are listed in order. */
export async function findFirstMonths(store: ObjectStore, tables: readonly string[]): Promise<FirstMonths> {
  const months = await Promise.all(
    tables.map((table) => first(store, `${table}/`, (key) => parsePartitionPath(key)?.month)),
  );
  const [startMonth] = months.filter((month) => month !== undefined).toSorted();
  return { startMonth, pullMonth: await first(store, PULLS, (key) => parseRecordsPath(key)?.month) };
}

/** Where the tables of a ledger without rows should begin. */
export function emptyFirstMonth(now: EpochMs): Month {
  return monthOf(addDays(utcDay(now), -MAX_HISTORY_DAYS));
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
