import type { Kind } from '../../schemas/kinds.ts';
import type { CoveredSlice, KnownDays } from '../../src/check/coverage.ts';
import type { AccountHistory } from '../../src/check/history.ts';
import type { AccountRates } from '../../src/check/rates.ts';
import type { CheckOptions } from '../../src/check/task.ts';

/** What the views may say, by what matters of it. */

export const LAST = '2026-11-22';
export const NOW = Date.UTC(2026, 10, 23, 3, 30);

export function options(changes: Partial<CheckOptions> = {}): CheckOptions {
  return {
    now: NOW,
    minSuccess: undefined,
    maxFall: 10,
    maxSilentDays: 7,
    maxAgeMs: 36 * 3_600_000,
    expected: undefined,
    since: undefined,
    ...changes,
  };
}

export function aSlice(changes: Partial<CoveredSlice> = {}): CoveredSlice {
  return {
    kind: 'copy',
    region: 'eu-west-1',
    scope: 'any',
    missing: 0,
    lost: 0,
    firstMissing: undefined,
    lastMissing: undefined,
    firstSeen: '2026-10-26',
    lastSeen: LAST,
    observedAt: NOW,
    ...changes,
  };
}

/** An account whose jobs completed every day up to the last. */
export function aHistory(changes: Partial<AccountHistory> = {}): AccountHistory {
  return {
    kind: 'copy',
    region: 'eu-west-1',
    account: '111111111111',
    firstJob: '2026-11-01',
    lastJob: LAST,
    firstCompleted: '2026-11-01',
    lastCompleted: LAST,
    daysCompleted: 22,
    lastFailed: undefined,
    ...changes,
  };
}

type Counts = readonly [completed: number, finished: number];

export function someRates(
  [onLastDay, week, weekBefore]: readonly [Counts, Counts, Counts],
  changes: Partial<AccountRates> = {},
): AccountRates {
  const ended = ([completed, finished]: Counts) => ({ completed, finished });
  return {
    kind: 'copy',
    account: '111111111111',
    onLastDay: ended(onLastDay),
    week: ended(week),
    weekBefore: ended(weekBefore),
    ...changes,
  };
}

export function known(changes: Partial<KnownDays> = {}): ReadonlyMap<Kind, KnownDays> {
  return new Map([['copy', { first: '2026-10-26', last: LAST, ...changes }]]);
}
