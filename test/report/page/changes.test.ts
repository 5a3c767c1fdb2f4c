import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from '../../../src/domain/day.ts';
import { moveOf } from '../../../src/report/page/movers.ts';
import { noiseOf } from '../../../src/report/page/noise.ts';
import { everything, fragmentOf, parseSelection } from '../../../src/report/page/selection.ts';
import { viewOf } from '../../../src/report/page/view.ts';
import { aReport, type ReportRow } from '../../fixtures/report.ts';

const YESTERDAY = '2026-11-22';
const days = daysBetween(addDays(YESTERDAY, -41), YESTERDAY);
const daily = (row: (day: string, ago: number) => Omit<ReportRow, 'day'> | undefined): ReportRow[] =>
  days.flatMap((day, at) => {
    const found = row(day, days.length - 1 - at);
    return found ? [{ ...found, day }] : [];
  });
const changesIn = (rows: readonly ReportRow[], fragment = '') => {
  const data = aReport(rows, { yesterday: YESTERDAY });
  const { changes } = viewOf(data, parseSelection(fragment, data));
  return { data, ...changes };
};

describe('a move', () => {
  it('is one that chance does not explain', () => {
    const before = { bad: 20, all: 1000 };
    const worse = { now: { bad: 60, all: 1000 }, before, noise: 1 };
    expect(moveOf(worse, 10)).toEqual({ excess: 40, direction: 'worse' });
    expect(moveOf({ ...worse, now: { bad: 2, all: 1000 } }, 10).direction).toBe('better');
    expect(moveOf({ ...worse, now: { bad: 24, all: 1000 } }, 10).direction).toBe('same');
  });

  it('takes more where jobs fail together', () => {
    const compared = { now: { bad: 60, all: 1000 }, before: { bad: 20, all: 1000 } };
    expect(moveOf({ ...compared, noise: 9 }, 10).direction).toBe('same');
    const together = Array.from({ length: 28 }, (_, at) => ({ bad: at % 7 === 0 ? 20 : 0, all: 100 }));
    expect(noiseOf(together)).toBeGreaterThan(10);
    const singly = Array.from({ length: 28 }, (_, at) => ({ bad: 2 + (at % 3), all: 100 }));
    expect(noiseOf(singly)).toBe(1);
    expect(noiseOf(together.slice(0, 5))).toBe(1);
  });

  it('takes more among many, of which one is always the unluckiest', () => {
    const compared = { now: { bad: 38, all: 1000 }, before: { bad: 20, all: 1000 }, noise: 1 };
    expect(moveOf(compared, 5).direction).toBe('worse');
    expect(moveOf(compared, 5000).direction).toBe('same');
  });

  it('is of the share, not of the number of jobs', () => {
    expect(moveOf({ now: { bad: 40, all: 2000 }, before: { bad: 20, all: 1000 }, noise: 1 }, 1).excess).toBe(
      0,
    );
  });

  it('needs jobs on both sides, and two of them', () => {
    expect(moveOf({ now: { bad: 5, all: 5 }, before: { bad: 0, all: 0 }, noise: 1 }, 1).direction).toBe(
      'same',
    );
    expect(moveOf({ now: { bad: 1, all: 1 }, before: { bad: 0, all: 100 }, noise: 1 }, 1).direction).toBe(
      'same',
    );
  });
});

describe('what changed', () => {
  it('tells reasons and resource types that got worse, and better', () => {
    const rows = daily((_, ago) => ({
      completed: 100,
      failed: ago < 7 ? 30 : 10,
      reason: ago < 20 ? 'A' : 'B',
    }));
    const { reasons, types } = changesIn(rows);
    expect(reasons.worse.map(({ item }) => item.name)).toEqual(['A']);
    expect(types.worse.map(({ item }) => item.name)).toEqual(['EBS']);
    const fewer = changesIn(daily((_, ago) => ({ completed: 100, failed: ago < 7 ? 1 : 10 })));
    expect(fewer.reasons.better.map(({ item }) => item.name)).toEqual(['X']);
    expect(fewer.accounts.better).toHaveLength(1);
  });

  it('tells reasons that nobody had given in the four weeks before', () => {
    const rows = daily((_, ago) => ({
      completed: 100,
      failed: 2,
      reason: ago < 3 ? 'KMSKEYERROR' : ago > 36 ? 'OLD' : 'X',
    }));
    expect(changesIn(rows).newReasons.map(({ name, now }) => [name, now])).toEqual([['KMSKEYERROR', 6]]);
    const early = changesIn(rows, `#from=${days[0]}&to=${days[3]}`);
    expect(early.newReasons).toEqual([]);
  });

  /** Completed jobs until so many days ago, every so many days. */
  const until = (ago: number, every: number, row: Omit<ReportRow, 'day'>) =>
    daily((_, at) => (at >= ago && (at - ago) % every === 0 ? { completed: 5, ...row } : undefined));
  const silentIn = (rows: readonly ReportRow[], fragment = '') => {
    const { silent, data } = changesIn(rows, fragment);
    return silent.map(({ account, kind, days: length, fails }) =>
      [data.accounts[account], data.kinds[kind ?? -1] ?? 'all', length, ...(fails ? ['fails'] : [])].join(
        ' ',
      ),
    );
  };
  const [ONE, TWO, THREE, FOUR] = ['111122223331', '111122223332', '111122223333', '111122223334'];

  it('takes an account for silent as check does: without a completed job for seven days', () => {
    const rows = [
      ...until(7, 1, { account: ONE }),
      ...until(6, 1, { account: TWO }),
      ...until(9, 1, { account: THREE }),
      ...daily((_, ago) => (ago < 9 ? { account: THREE, failed: 1 } : undefined)),
      ...until(0, 1, { account: FOUR }),
    ];
    expect(silentIn(rows)).toEqual([`${ONE} all 7`, `${THREE} all 9 fails`]);
    expect(silentIn(daily((_, ago) => (ago < 6 ? { failed: 1 } : undefined)))).toEqual([]);
    expect(silentIn(daily(() => ({ failed: 1 })))).toEqual(['111122223333 all 42 fails']);
  });

  it('takes a kind for silent as check does: where it pauses for more than twice its usual time, or fails', () => {
    const going = [ONE, TWO, THREE].flatMap((account) => until(0, 1, { account }));
    const rows = [
      ...going,
      ...until(15, 7, { account: ONE, kind: 'restore' }),
      ...until(14, 7, { account: TWO, kind: 'restore' }),
      ...until(9, 7, { account: THREE, kind: 'restore' }),
      ...daily((_, ago) => (ago === 1 ? { account: THREE, kind: 'restore', failed: 1 } : undefined)),
    ];
    const silent = [`${THREE} restore 9 fails`, `${ONE} restore 15`];
    expect(silentIn(rows)).toEqual(silent);
    expect(silentIn(rows, '#kind=restore')).toEqual(silent);
    expect(silentIn(rows, '#kind=copy')).toEqual([]);
  });

  it('takes nobody for silent because nobody pulled', () => {
    const rows = until(0, 1, { account: ONE }).concat(until(9, 1, { account: TWO }));
    const data = aReport(rows, { yesterday: YESTERDAY });
    const pulled = data.coverage.day.map((day) => (day > days.length - 5 ? 0 : 1));
    const of = { ...data, coverage: { ...data.coverage, pulled } };
    expect(viewOf(data, everything).changes.silent).toHaveLength(1);
    expect(viewOf(of, everything).changes.silent).toEqual([]);
  });

  it('is nothing where there is no time before', () => {
    const { accounts, reasons, newReasons, silent } = changesIn(
      daily((_, ago) => ({ completed: 1, failed: ago })),
      `#from=${days[0]}&to=${days[30]}`,
    );
    expect([accounts, reasons].flatMap(({ worse, better }) => [...worse, ...better])).toEqual([]);
    expect([newReasons, silent]).toEqual([[], []]);
  });
});

describe('an account that always flaps', () => {
  it('has not got worse on each bad day', () => {
    const rows = daily((_, ago) => ({ completed: ago % 5 === 0 ? 40 : 100, failed: ago % 5 === 0 ? 60 : 0 }));
    const { accounts } = changesIn(rows, `#day=${YESTERDAY}`);
    expect(accounts.worse).toEqual([]);
    const { accounts: once } = changesIn(daily((_, ago) => ({ completed: 100, failed: ago === 0 ? 60 : 1 })));
    expect(once.worse).toHaveLength(1);
  });
});

describe('a selection', () => {
  const data = aReport(daily(() => ({ completed: 9, failed: 1, reason: 'A & B #1' })));

  it.each([
    '#',
    '#kind=copy',
    `#reason=${encodeURIComponent('A & B #1')}&type=EBS&day=2026-11-20`,
    '#account=111122223333&from=2026-11-01&to=2026-11-03',
  ])('is told by the fragment %s, and read back from it', (fragment) => {
    const selection = parseSelection(fragment, data);
    expect(parseSelection(fragmentOf(selection, data), data)).toEqual(selection);
    expect(Object.values(selection).some((chosen) => chosen !== undefined)).toBe(fragment !== '#');
  });

  it.each(['#kind=nonsense&account=1', '#day=1999-01-01', '#from=2026-11-05&to=2026-11-01', '#<script>'])(
    'leaves out what names nothing: %s',
    (fragment) => {
      expect(parseSelection(fragment, data)).toEqual(everything);
    },
  );
});
