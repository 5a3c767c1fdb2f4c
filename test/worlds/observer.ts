import type { EpochMs } from '../../schemas/columns.ts';
import { addDays, DAY_MS, type Day, daysBetween, startOfDay, utcDay } from '../../src/domain/day.ts';
import type { Simulator, SummaryItem, World } from '../../src/simulator/index.ts';
import { type AccountDay, accountDay, countRows, type Counts, type CountedRow, shownBy } from './counts.ts';

/**
 * The perfect observer stands beside the caller. At each pull it looks at every account the caller may see then, and at
 * every day that lies wholly inside AWS's window then: not today, which is not over, and not a day that a rolling
 * window cuts. It notes the jobs the account has on the day at that instant, as one who sees everything counts them,
 * and keeps its last note of each account and day. That is what the ledger should hold.
 *
 * An account that has no job on such a day is noted as having none: what a ledger still holds of it are ghosts.
 * A day that was never wholly visible in any pull, or not while the account was, is nobody's to know: it is left out.
 */
export function observePerfectly(
  simulator: Simulator,
  pulls: readonly EpochMs[],
  { kind, region }: Pick<Parameters<Simulator['observe']>[0], 'kind' | 'region'>,
): Counts {
  const world = simulator.world.get();
  const lastLook = new Map<AccountDay, Look>();
  for (const at of pulls) {
    const visible = simulator.accounts.filter((account) => !isAbsent(world, account, at));
    for (const day of whollyVisibleDays(world, at)) {
      for (const account of visible) lastLook.set(accountDay(account, day), { account, day, at });
    }
  }
  const observe = remember((day: Day, at: EpochMs) => simulator.observe({ kind, region, day, at }));
  const observed = new Map([...lastLook.keys()].map((key) => [key, new Map<string, number>()]));
  const rows = [...lastLook.values()].flatMap(({ account, day, at }) =>
    observe(day, at).filter((item) => item.AccountId === account),
  );
  return new Map([...observed, ...countRows(rows.map(countedItem))]);
}

interface Look {
  readonly account: string;
  readonly day: Day;
  readonly at: EpochMs;
}

/** A row as the simulator spells it. */
export function countedItem(item: SummaryItem): CountedRow {
  return {
    account: item.AccountId,
    day: utcDay(item.StartTime * 1000),
    shown: shownBy(item.ResourceType, item.State, item.MessageCategory),
    count: item.Count,
  };
}

/** Days wholly inside the window at an instant: a rolling one begins 14 × 24 hours before the current hour. */
export function whollyVisibleDays({ window }: Pick<World, 'window'>, at: EpochMs): readonly Day[] {
  const today = utcDay(at);
  const hour = at - (at % (DAY_MS / 24));
  const from = window === 'rolling' ? hour - 14 * DAY_MS : startOfDay(addDays(today, -window));
  return daysBetween(utcDay(from), addDays(today, -1)).filter((day) => startOfDay(day) >= from);
}

function isAbsent({ absences }: World, account: string, at: EpochMs): boolean {
  return absences.some(
    ({ account: absent, from = -Infinity, to = Infinity }) =>
      (absent === account || absent === '*') && at >= from && at < to,
  );
}

function remember(observe: (day: Day, at: EpochMs) => SummaryItem[]): typeof observe {
  const known = new Map<string, SummaryItem[]>();
  return (day, at) => {
    const key = `${day} ${at}`;
    const items = known.get(key) ?? observe(day, at);
    known.set(key, items);
    return items;
  };
}
