import type { Share } from './movers.ts';

/** Fewer days do not show how a share varies. */
const MIN_DAYS = 7;

/**
 * How much more a share of bad jobs varies from day to day than if each job failed by itself: jobs fail together, by a plan or
 * a key. 1 where it does not vary more, or too few days are known (Pearson's chi-squared over its degrees of freedom).
 */
export function noiseOf(days: readonly Share[]): number {
  const known = days.filter(({ all }) => all > 0);
  const sum = (name: keyof Share) => known.reduce((total, day) => total + day[name], 0);
  const share = sum('bad') / sum('all');
  const variance = share * (1 - share);
  if (known.length < MIN_DAYS || !(variance > 0)) return 1;
  const squares = known.reduce(
    (total, { bad, all }) => total + (bad - share * all) ** 2 / (all * variance),
    0,
  );
  return Math.max(1, squares / (known.length - 1));
}
