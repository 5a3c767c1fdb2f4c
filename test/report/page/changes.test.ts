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

  it('takes an account for silent by its own rhythm', () => {
    const rows = [
      ...daily((_, ago) => (ago < 3 ? undefined : { account: '111122223331', completed: 5 })),
      ...daily((_, ago) =>
        ago % 7 === 0 && ago > 0 ? { account: '111122223332', completed: 5 } : undefined,
      ),
      ...daily((_, ago) =>
        ago % 7 === 3 && ago > 9 ? { account: '111122223334', completed: 5 } : undefined,
      ),
      ...daily((_, ago) => ({
        account: '111122223335',
        completed: ago < 2 ? 0 : 5,
        failed: ago < 2 ? 5 : 0,
      })),
      ...daily(() => ({ account: '111122223336', completed: 5 })),
      ...daily((_, ago) => (ago === 20 ? { account: '111122223337', completed: 5 } : undefined)),
    ];
    const { silent, data } = changesIn(rows);
    expect(silent.map(({ account, days: length, usual }) => [data.accounts[account], length, usual])).toEqual(
      [
        ['111122223335', 2, 1],
        ['111122223331', 3, 1],
        ['111122223334', 10, 7],
      ],
    );
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
