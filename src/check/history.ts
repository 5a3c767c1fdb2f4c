import type { Kind } from '../../schemas/kinds.ts';
import type { Day } from '../domain/day.ts';
import { daysFrom } from './task.ts';

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

/** A pause is long beyond so many usual ones. */
const LONG = 2;

/** Whether a pause of so many days is long for jobs such as these. What was done once has no usual pause. */
export function isLongPause(pause: number, histories: readonly AccountHistory[]): boolean {
  return histories.some(({ firstCompleted: first, lastCompleted: last, daysCompleted }) => {
    if (first === undefined || last === undefined || daysCompleted < 2) return false;
    return pause > (LONG * daysFrom(first, last)) / (daysCompleted - 1);
  });
}
