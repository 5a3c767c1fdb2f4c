import type { CheckFinding } from '../../schemas/check-result.ts';
import type { EpochMs } from '../../schemas/columns.ts';
import type { Day } from '../domain/day.ts';
import type { CoveredSlice } from './coverage.ts';
import { aFinding, type CheckOptions, HOUR_MS } from './task.ts';

/** The newest day that a good pull saw, and when the last good pull was. */
export interface Newest {
  readonly day: Day;
  readonly observedAt: EpochMs;
}

/** undefined where no good pull saw any of the days looked at. */
export function newestOf(slices: readonly CoveredSlice[]): Newest | undefined {
  const days = slices.flatMap(({ lastSeen }) => lastSeen ?? []).toSorted();
  const day = days.at(-1);
  if (day === undefined) return undefined;
  return { day, observedAt: slices.reduce((last, { observedAt: at }) => (at > last ? at : last), 0) };
}

/** Whether there is a ledger to judge, and how old it is. */
export function judgeAge(newest: Newest | undefined, { now, maxAgeMs }: CheckOptions): CheckFinding[] {
  if (!newest)
    return [
      aFinding({
        code: 'ledger-empty',
        message:
          'no good pull has left a day in the ledger yet: run backup-ledger pull, and look at its exit code',
      }),
    ];
  const age = now - newest.observedAt;
  if (age <= maxAgeMs) return [];
  const [hours, most] = [age, maxAgeMs].map((ms) => Math.floor(ms / HOUR_MS));
  return [
    aFinding({
      code: 'ledger-stale',
      day: newest.day,
      value: hours ?? null,
      compared_with: maxAgeMs / HOUR_MS,
      message:
        `the newest day is ${newest.day}, for the last good pull was ${hours} hours ago, at ` +
        `${new Date(newest.observedAt).toISOString().slice(0, 16)}Z (at most ${most} allowed): does pull still run every day?`,
    }),
  ];
}
