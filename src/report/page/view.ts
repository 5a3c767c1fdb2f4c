import type { ReportData } from '../report-data.ts';
import { type AccountSums, sumsByAccount } from './accounts.ts';
import { type Counts, finishedOf } from './counts.ts';
import { coverageByDay, type DayCoverage, type Reach, reachOf } from './coverage.ts';
import { countsByDay, newestDayOf, totalOf, troubleByDay } from './days.ts';
import { type Moved, moversOf } from './movers.ts';
import { noiseOf } from './noise.ts';
import { binsOf, earlierDays, type Period, periodOf, type Span } from './period.ts';
import { type NamedTrouble, newReasons, troubleByName } from './reasons.ts';
import type { Selection } from './selection.ts';
import { type SilentAccount, silentAccounts } from './silence.ts';

/** Everything the page shows of a selection, counted once. */
export interface View {
  readonly data: ReportData;
  readonly selection: Selection;
  readonly period: Period;
  /** The bars of the charts: days or weeks, of the days shown. */
  readonly bins: readonly Span[];
  readonly counts: readonly Counts[];
  /** The same, or of the selected reason or type alone. */
  readonly trouble: readonly Counts[];
  readonly coverage: readonly DayCoverage[];
  readonly reach: Reach;
  readonly now: Counts;
  readonly before: Counts | undefined;
  readonly accounts: readonly AccountSums[];
  readonly reasons: readonly NamedTrouble[];
  readonly types: readonly NamedTrouble[];
  readonly changes: Changes;
}

export interface Changes {
  readonly accounts: Movers<AccountSums>;
  readonly reasons: Movers<NamedTrouble>;
  readonly types: Movers<NamedTrouble>;
  /** Accounts whose jobs no longer complete, the newest silence first. */
  readonly silent: readonly SilentAccount[];
  readonly newReasons: readonly NamedTrouble[];
}

export interface Movers<T> {
  readonly worse: readonly Moved<T>[];
  readonly better: readonly Moved<T>[];
}

export function viewOf(data: ReportData, selection: Selection): View {
  const { days, shown_from: from } = data;
  const counts = countsByDay(data, selection);
  const period = periodOf(data, selection, newestDayOf(data));
  const bins = binsOf({ first: from, last: days.length - 1 });
  const accounts = sumsByAccount(data, selection, { period, bins });
  const reasons = troubleByName(data, 'category', { selection, period, bins });
  const types = troubleByName(data, 'resource_type', { selection, period, bins });
  const now = totalOf(counts, period.span);
  const before = period.before && totalOf(counts, period.before);
  return {
    data,
    selection,
    period,
    bins,
    counts,
    trouble: troubleByDay(data, selection, counts),
    coverage: coverageByDay(data, selection),
    reach: reachOf(data, selection),
    now,
    before,
    accounts,
    reasons,
    types,
    changes: {
      ...changesOf({ accounts, reasons, types, counts, now, before, period }),
      silent: silentAmong(accounts, silentAccounts(data, selection, period)),
    },
  };
}

/** Of the accounts shown. */
function silentAmong(accounts: readonly AccountSums[], silent: readonly SilentAccount[]): SilentAccount[] {
  const shown = new Set(accounts.map(({ account }) => account));
  return silent.filter(({ account }) => shown.has(account));
}

type Counted = Pick<View, 'accounts' | 'reasons' | 'types' | 'counts' | 'now' | 'before' | 'period'>;

function changesOf({
  accounts,
  reasons,
  types,
  counts,
  now,
  before,
  period,
}: Counted): Omit<Changes, 'silent'> {
  const all = { now: finishedOf(now), before: before ? finishedOf(before) : 0 };
  const { first } = earlierDays(period.span);
  const earlierCounts = counts.slice(Math.max(0, first), period.span.first);
  const byName = (items: readonly NamedTrouble[]) =>
    moversOf(items, ({ now: bad, before: badBefore, earlier }) => ({
      now: { bad, all: all.now },
      before: { bad: badBefore, all: all.before },
      noise: noiseOf(
        earlierCounts.map((sum, at) => ({
          bad: earlier.get(Math.max(0, first) + at) ?? 0,
          all: finishedOf(sum),
        })),
      ),
    }));
  return {
    accounts: moversOf(accounts, (sums) => ({
      now: { bad: sums.troubleNow, all: finishedOf(sums.now) },
      before: { bad: sums.troubleBefore, all: finishedOf(sums.before) },
      noise: noiseOf([...sums.earlier.values()]),
    })),
    reasons: byName(reasons),
    types: byName(types),
    newReasons: newReasons(reasons, period),
  };
}
