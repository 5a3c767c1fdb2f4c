import type { Day } from '../../src/domain/day.ts';

/** One row, whoever tells it: how many jobs of an account's day show the same type, state and category. */
export interface CountedRow {
  readonly account: string;
  readonly day: Day;
  /** Resource type, state and message category. */
  readonly shown: string;
  readonly count: number;
}

/** Counts by what the jobs show, for each account and day. */
export type Counts = ReadonlyMap<AccountDay, ReadonlyMap<string, number>>;
export type AccountDay = `${string} ${Day}`;

export function accountDay(account: string, day: Day): AccountDay {
  return `${account} ${day}`;
}

export function shownBy(...values: readonly unknown[]): string {
  return JSON.stringify(values);
}

/** Adds rows up. A row that is there twice counts twice: nothing may hide a duplicate. */
export function countRows(rows: Iterable<CountedRow>): Counts {
  const counts = new Map<AccountDay, Map<string, number>>();
  for (const { account, day, shown, count } of rows) {
    const key = accountDay(account, day);
    const own = counts.get(key) ?? new Map<string, number>();
    own.set(shown, (own.get(shown) ?? 0) + count);
    counts.set(key, own);
  }
  return counts;
}

export function countJobs(counts: Counts): number {
  return [...counts.values()].flatMap((own) => [...own.values()]).reduce((sum, count) => sum + count, 0);
}

/**
 * Jobs counted wrongly, too many or too few, over the account days that were observed. A job under another state than
 * the observer's counts twice: once as missing and once as a ghost.
 */
export function wrongJobs(counts: Counts, observed: Counts): number {
  const none: ReadonlyMap<string, number> = new Map();
  let wrong = 0;
  for (const [key, right] of observed) {
    const own = counts.get(key) ?? none;
    for (const shown of new Set([...own.keys(), ...right.keys()])) {
      wrong += Math.abs((own.get(shown) ?? 0) - (right.get(shown) ?? 0));
    }
  }
  return wrong;
}
