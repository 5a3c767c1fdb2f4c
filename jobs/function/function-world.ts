import { DeadlineError } from '../../src/errors.ts';
import type { Dimensions } from '../../src/pull/metrics.ts';

/** What every action of the function works with. */
export interface FunctionWorld {
  /** Writes a line of the function's log: metrics are lines that stand alone. */
  readonly say: (line: string) => void;
  /** Of every metric: which of several deployments they are of. */
  readonly dimensions: Dimensions;
  /** Until the function must end, in milliseconds: enough is kept back to leave the record of a failed slice. */
  readonly timeLeft: number;
}

/** The deadline of work in the function's own time, in milliseconds. Throws `DeadlineError` where none is left. */
export function withinTime(deadline: number, { timeLeft }: FunctionWorld): number {
  if (timeLeft <= 0) throw new DeadlineError(0);
  return Math.min(deadline, timeLeft);
}
