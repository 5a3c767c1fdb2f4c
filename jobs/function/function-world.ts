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
