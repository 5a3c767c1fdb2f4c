import type { Clock } from '../../src/ports.ts';

export const systemClock: Clock = { now: () => Date.now() };

/** The machine's clock, or for a trial one that shows the given instant now and ticks on from it. */
export function openClock(instant: number | undefined): Clock {
  if (instant === undefined) return systemClock;
  const ahead = instant - Date.now();
  return { now: () => Date.now() + ahead };
}
