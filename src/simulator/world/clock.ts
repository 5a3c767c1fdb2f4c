import type { EpochMs } from '../../../schemas/columns.ts';

/** The simulated time. It stands still unless it was given a source that moves. */
export interface SimulatedClock {
  /** Milliseconds since the epoch. */
  now(): EpochMs;
  set(now: EpochMs): void;
  /** Moves forward, or back if negative. */
  advance(ms: number): void;
}

/** A clock that starts at an instant, or follows a source and can be shifted against it. */
export function createClock(start: EpochMs | (() => EpochMs)): SimulatedClock {
  const source = typeof start === 'number' ? () => start : start;
  let shift = 0;
  return {
    now: () => source() + shift,
    set: (now) => {
      shift = now - source();
    },
    advance: (ms) => {
      shift += ms;
    },
  };
}
