import type { Kind } from '../../schemas/kinds.ts';
import { DAY_MS, type Day, startOfDay } from '../domain/day.ts';
import type { JobDays } from '../domain/silence.ts';

/** When the jobs of a kind of an account in a region were. */
export interface AccountHistory {
  readonly kind: Kind;
  readonly region: string;
  readonly account: string;
  readonly firstJob: Day;
  readonly lastJob: Day;
  readonly firstCompleted: Day | undefined;
  readonly lastCompleted: Day | undefined;
  /** Days on which a job completed. */
  readonly daysCompleted: number;
  /** The last day on which a job ended without completing. */
  readonly lastFailed: Day | undefined;
}

/** The same by numbers of days, known to a last one. */
export function jobDaysOf(history: AccountHistory, until: Day): JobDays<Kind> {
  const { kind, firstJob, firstCompleted, lastCompleted, daysCompleted, lastFailed } = history;
  return {
    kind,
    firstJob: numberOf(firstJob),
    firstCompleted: numberIfAny(firstCompleted),
    lastCompleted: numberIfAny(lastCompleted),
    daysCompleted,
    lastFailed: numberIfAny(lastFailed),
    until: numberOf(until),
  };
}

function numberOf(day: Day): number {
  return startOfDay(day) / DAY_MS;
}

function numberIfAny(day: Day | undefined): number | undefined {
  return day === undefined ? undefined : numberOf(day);
}
