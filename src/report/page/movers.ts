/** Bad jobs out of all, in a period and in the one before. */
export interface Compared {
  readonly now: Share;
  readonly before: Share;
  /** How much more the share varies from day to day than by chance. */
  readonly noise: number;
}

export interface Share {
  readonly bad: number;
  readonly all: number;
}

export interface Move {
  /** Bad jobs beyond those expected from the share before; below zero for the better. */
  readonly excess: number;
  readonly direction: 'worse' | 'better' | 'same';
}

/** Standard errors between two shares that chance rarely explains. */
const MIN_Z = 2;
const MIN_JOBS = 2;

/** The largest of so many standard errors that chance alone is likely to give. */
const chanceOf = (many: number): number => Math.sqrt(2 * Math.log(Math.max(1, many)));

/**
 * Whether the share of bad jobs moved by more than chance explains: a two-proportion z-test among so many that are looked
 * at, its error widened by the noise, and at least two jobs.
 */
export function moveOf({ now, before, noise }: Compared, many: number): Move {
  if (now.all === 0 || before.all === 0) return { excess: 0, direction: 'same' };
  const excess = now.bad - (now.all * before.bad) / before.all;
  const pooled = (now.bad + before.bad) / (now.all + before.all);
  const error = Math.sqrt(noise * pooled * Math.max(0, 1 - pooled) * (1 / now.all + 1 / before.all));
  const z = error === 0 ? 0 : (now.bad / now.all - before.bad / before.all) / error;
  const isMove = Math.abs(z) >= Math.max(MIN_Z, chanceOf(many)) && Math.abs(excess) >= MIN_JOBS;
  return { excess, direction: isMove ? (excess > 0 ? 'worse' : 'better') : 'same' };
}

export interface Moved<T> {
  readonly item: T;
  readonly share: Compared;
  readonly excess: number;
}

/** What got worse and what got better, each by the number of jobs, most first. */
export function moversOf<T>(
  items: readonly T[],
  compare: (item: T) => Compared,
): { readonly worse: Moved<T>[]; readonly better: Moved<T>[] } {
  const moved = items
    .map((item) => {
      const share = compare(item);
      return { item, share, ...moveOf(share, items.length) };
    })
    .toSorted((a, b) => Math.abs(b.excess) - Math.abs(a.excess));
  return {
    worse: moved.filter(({ direction }) => direction === 'worse'),
    better: moved.filter(({ direction }) => direction === 'better'),
  };
}
