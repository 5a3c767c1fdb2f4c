import type { CheckFinding } from '../../schemas/check-result.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { addDays, type Day, utcDay } from '../domain/day.ts';
import { ANY_ACCOUNT, accountOf, type Scope } from '../domain/slice.ts';
import { counted } from '../domain/show.ts';
import { aFinding, byPlace, type CheckOptions, daysFrom, daysOf } from './task.ts';

/** When a slice was pulled, as far back as histories reach. */
export interface PulledSlice {
  readonly kind: Kind;
  readonly region: string;
  readonly scope: Scope;
  /** undefined where no pull was good. */
  readonly lastGood: Day | undefined;
  /** Of pulls good or not. */
  readonly firstTried: Day;
  readonly lastTried: Day;
}

/**
 * The slices without a good pull of any of the days looked at, the longest ago first: what happens there nobody knows, and
 * no other rule sees it. One that nobody tries to pull any more is given up where `--since` says so, or where all accounts of
 * its region are pulled together.
 */
export function judgeStopped(slices: readonly PulledSlice[], options: CheckOptions): CheckFinding[] {
  const { from } = daysOf(options);
  const isStopped = ({ lastGood }: PulledSlice) => lastGood === undefined || lastGood <= from;
  const isTried = ({ lastTried }: PulledSlice) => lastTried > from;
  const together = slices.filter((slice) => slice.scope === ANY_ACCOUNT && !isStopped(slice));
  const isGivenUp = (slice: PulledSlice) =>
    options.since !== undefined ||
    together.some(({ kind, region }) => kind === slice.kind && region === slice.region);
  return slices
    .filter((slice) => isStopped(slice) && (isTried(slice) || !isGivenUp(slice)))
    .map((slice) => findingOf(slice, isTried(slice), options))
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0) || byPlace(a, b));
}

function findingOf(slice: PulledSlice, isTried: boolean, { now }: CheckOptions): CheckFinding {
  const { kind, region, lastGood, firstTried, lastTried } = slice;
  const days = daysFrom(lastGood ?? firstTried, utcDay(now));
  const what =
    lastGood === undefined
      ? `no pull was good since the first known one, on ${firstTried}, for ${counted(days, 'day')}`
      : `no good pull since ${lastGood}, for ${counted(days, 'day')}`;
  const why = isTried
    ? `pulls fail, the last on ${lastTried}: look at what pull says of it`
    : `none was tried since ${lastTried}: does pull still run for it? If it was given up, say so with --since`;
  return aFinding({
    code: 'slice-stopped',
    kind,
    region,
    account: accountOf(slice),
    // The last day that was over when it was pulled well.
    day: lastGood === undefined ? null : addDays(lastGood, -1),
    value: days,
    compared_with: 0,
    message: `${what}; ${why}`,
  });
}
