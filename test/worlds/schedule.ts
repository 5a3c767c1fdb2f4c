import type { EpochMs } from '../../schemas/columns.ts';
import { DAY_MS } from '../../src/domain/day.ts';
import { between, type Random, randomFrom, seedOf } from '../../src/simulator/world/random.ts';

/** The first simulated day begins here. */
export const START: EpochMs = Date.UTC(2026, 10, 23);
export const DAYS = 45;

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Lengths of the stretches without any pull, shortest and longest in days: shorter than every window. After twelve
 * missed days a rolling window cuts the very day that was last seen when it had just ended, jobs still running.
 */
const GAPS = [
  [2, 5],
  [3, 7],
  [11, 12],
] as const;
/** Of the other days, how many are missed, and how many see more pulls than the daily one. */
const MISSED = 0.2;
const REPEATED = 0.2;
/** Hours of further pulls: shortly after midnight, when a window has just moved, and all through the day. */
const OTHER_HOURS = [0, 0, 1, 9, 14, 19, 23] as const;

/** When the pulls of a life begin: daily between three and four, but for missed days, gaps and repetitions. */
export function pullTimes(seed: string): readonly EpochMs[] {
  const random = randomFrom(seedOf(seed, 'schedule'));
  const missed = missedDays(random);
  const times = new Set<EpochMs>();
  for (let day = 0; day < DAYS; day++) {
    if (missed.has(day) || (day > 0 && random() < MISSED)) continue;
    times.add(at(day, 3, between(random, 0, 59)));
    if (random() >= REPEATED) continue;
    for (let more = between(random, 1, 3); more > 0; more--) {
      const hour = OTHER_HOURS[between(random, 0, OTHER_HOURS.length - 1)] ?? 0;
      times.add(at(day, hour, between(random, 1, 59)));
    }
  }
  return [...times].toSorted((a, b) => a - b);
}

function missedDays(random: Random): ReadonlySet<number> {
  const gaps = GAPS.map(([shortest, longest]) => between(random, shortest, longest));
  // Each gap has a third of the time to itself, and leaves its first and last day pulled.
  const share = Math.floor(DAYS / gaps.length);
  return new Set(
    gaps.flatMap((length, nth) => {
      const first = nth * share + 1 + between(random, 0, share - length - 2);
      return Array.from({ length }, (_, index) => first + index);
    }),
  );
}

function at(day: number, hour: number, minute: number): EpochMs {
  return START + day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
}
