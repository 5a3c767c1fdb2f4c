import type { Clock } from '../../src/ports.ts';

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that shows the given instant now and ticks on from it. */
export function clockFrom(instant: number): Clock {
  const ahead = instant - Date.now();
  return { now: () => Date.now() + ahead };
}
