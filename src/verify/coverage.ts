import type { EpochMs } from '../../schemas/columns.ts';
import { factsOf, type Kind } from '../../schemas/kinds.ts';
import type { Gap } from '../../schemas/pull-result.ts';
import { addDays, type Day, utcDay } from '../domain/day.ts';

/** A good pull, as far as it says which days were seen whole. */
export interface CoveringPull {
  readonly observedAt: EpochMs;
  /** Start date of the oldest row; null when there was none. */
  readonly firstDay: Day | null;
  readonly gap: Gap | null;
}

export interface Uncovered extends Gap {
  /** Whether a pull recorded these days as lost. */
  readonly recorded: boolean;
}

/** A pull that saw no row proves no day seen, where there were rows before. */
function withRows(pulls: readonly CoveringPull[]): CoveringPull[] {
  const first = Math.min(
    ...pulls.flatMap(({ observedAt, firstDay }) => (firstDay === null ? [] : observedAt)),
  );
  return pulls.filter(({ observedAt, firstDay }) => firstDay !== null || observedAt < first);
}

/**
 * Start dates, in ranges, on which no good pull of a slice saw the whole day, from the first day ever seen to the last
 * one that was over at the newest pull. A pull sees the days of the kind's history before its own, or as far back as AWS
 * showed rows.
 */
export function findUncovered(kind: Kind, pulls: readonly CoveringPull[]): Uncovered[] {
  const seen = withRows(pulls)
    .map(({ observedAt, firstDay }) => {
      const today = utcDay(observedAt);
      const promised = addDays(today, -factsOf(kind).historyDays);
      return { from: firstDay !== null && firstDay < promised ? firstDay : promised, to: addDays(today, -1) };
    })
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const uncovered: Gap[] = [];
  let coveredTo = seen[0]?.to;
  for (const { from, to } of seen) {
    if (coveredTo === undefined) break;
    const next = addDays(coveredTo, 1);
    if (from > next) uncovered.push({ from: next, to: addDays(from, -1) });
    if (to > coveredTo) coveredTo = to;
  }
  const gaps = pulls.flatMap(({ gap }) => gap ?? []);
  return uncovered.map(({ from, to }) => {
    const recorded = gaps.some((gap) => gap.from <= from && to <= gap.to);
    return { from, to, recorded };
  });
}
