import type { CheckFinding } from '../../schemas/check-result.ts';
import type { EpochMs } from '../../schemas/columns.ts';
import { type Day, utcDay } from '../domain/day.ts';
import { counted } from '../domain/show.ts';
import type { CoveredSlice } from './coverage.ts';
import { aFinding, type CheckOptions, daysOf, HOUR_MS } from './task.ts';

/** The newest day that a good pull saw, and when the last good pull was. */
export interface Newest {
  readonly day: Day;
  readonly observedAt: EpochMs;
}

/** What is known of a ledger as a whole. */
export interface Age {
  /** undefined where no good pull saw a day. */
  readonly newest: Newest | undefined;
  /** When a good pull last saw no job at all, if one did. */
  readonly emptyPull: Day | undefined;
}

/** undefined where no good pull saw any of the days looked at. */
export function newestOf(slices: readonly CoveredSlice[]): Newest | undefined {
  const days = slices.flatMap(({ lastSeen }) => lastSeen ?? []).toSorted();
  const day = days.at(-1);
  if (day === undefined) return undefined;
  return { day, observedAt: slices.reduce((last, { observedAt: at }) => (at > last ? at : last), 0) };
}

const SAW_NOTHING =
  ', and pulls after it were good, but saw no job at all: does the caller still see the organisation? See backup-ledger doctor';

/** Whether there is a ledger to judge, how old it is, and whether it has one of the days looked at. */
export function judgeAge({ newest, emptyPull = '' }: Age, options: CheckOptions): CheckFinding[] {
  if (!newest)
    return [
      aFinding({
        code: 'ledger-empty',
        message:
          'no good pull has left a day in the ledger yet: run backup-ledger pull, and look at its exit code',
      }),
    ];
  const { now, maxAgeMs } = options;
  const { from } = daysOf(options);
  const age = now - newest.observedAt;
  if (age <= maxAgeMs && newest.day >= from) return [];
  const [hours = 0, most] = [age, maxAgeMs].map((ms) => Math.floor(ms / HOUR_MS));
  const pull = `the last good pull was ${counted(hours, 'hour')} ago, at ${new Date(newest.observedAt).toISOString().slice(0, 16)}Z`;
  const why =
    age > maxAgeMs
      ? `for ${pull} (at most ${most} allowed)${emptyPull > utcDay(newest.observedAt) ? SAW_NOTHING : '; does pull still run every day?'}`
      : `before the first day to look at, ${from}; ${pull}`;
  return [
    aFinding({
      code: 'ledger-stale',
      day: newest.day,
      value: hours,
      compared_with: maxAgeMs / HOUR_MS,
      message: `the newest day is ${newest.day}, ${why}`,
    }),
  ];
}
