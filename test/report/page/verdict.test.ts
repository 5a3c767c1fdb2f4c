import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from '../../../src/domain/day.ts';
import { accountText } from '../../../src/report/page/names.ts';
import { everything, parseSelection } from '../../../src/report/page/selection.ts';
import { tilesOf } from '../../../src/report/page/tiles.ts';
import { verdictOf } from '../../../src/report/page/verdict.ts';
import { viewOf } from '../../../src/report/page/view.ts';
import type { ReportData } from '../../../src/report/report-data.ts';
import { aReport, type ReportRow } from '../../fixtures/report.ts';

const YESTERDAY = '2026-11-22';
const [ONE, TWO, THREE] = ['111122223331', '111122223332', '111122223333'];
const days = daysBetween(addDays(YESTERDAY, -27), YESTERDAY);

/** Four weeks in which 5 of each account's 100 jobs a day fail, with something else of late. */
function fourWeeks(change: (row: ReportRow, ago: number) => ReportRow | undefined): ReportRow[] {
  return days.flatMap((day, at) =>
    [ONE, TWO, THREE].flatMap(
      (account) => change({ day, account, completed: 95, failed: 5 }, days.length - 1 - at) ?? [],
    ),
  );
}

function told(data: ReportData, fragment = ''): string {
  const { title, sentence } = verdictOf(viewOf(data, parseSelection(fragment, data)));
  const text = sentence.map((piece) =>
    typeof piece === 'string' ? piece : accountText(data, piece.account),
  );
  return `${title}. ${text.join('')}`;
}

describe('the verdict', () => {
  it('of a fleet that does as always is as usual, whatever its rate', () => {
    expect(told(aReport(fourWeeks((row) => row)))).toBe(
      'As usual. Complete to yesterday (2026-11-22), 95.0 % of 2,100 jobs succeeded in the last 7 days – ' +
        'just the usual 95.0 % and the same as the week before; no account got worse.',
    );
  });

  it('is against the target that was given', () => {
    const data = aReport(
      fourWeeks((row) => row),
      { target: 0.97 },
    );
    expect(told(data)).toMatch(/^Below target\. .* 2\.0 points below the target of 97\.0 %/);
    expect(told({ ...data, target: { rate: 0.95, by: 'flag' } })).toMatch(/^On target\./);
    expect(told({ ...data, target: { rate: 0.955, by: 'flag' } })).toMatch(/^Just below target\./);
    expect(told({ ...data, target: { rate: 0.9999, by: 'flag' } })).toMatch(/^Below target\./);
  });

  it('names who got worse, those first who lost most jobs', () => {
    const rows = fourWeeks((row, ago) => {
      if (row.account === ONE && ago < 7) return { ...row, completed: 80, failed: 20 };
      if (row.account === THREE && ago < 3) return { ...row, completed: 50, failed: 50 };
      return row;
    });
    const text = told(aReport(rows, { names: { [ONE]: 'Payments' } }));
    expect(text).toContain(`2 accounts got worse: ${THREE} and Payments (${ONE}).`);
  });

  it('does not call green what hides a few', () => {
    const rows = fourWeeks((row, ago) => {
      const many = row.account === ONE ? row : { ...row, completed: 9_500, failed: 500 };
      return row.account === ONE && ago < 7 ? { ...row, completed: 70, failed: 30 } : many;
    });
    const { band, title } = verdictOf(viewOf(aReport(rows), everything));
    expect({ band, title }).toEqual({ band: 'near', title: 'As usual, but 1 account got worse' });
  });

  it('takes what chance does for no change', () => {
    const rows = fourWeeks((row, ago) =>
      row.account === ONE && ago === 2 ? { ...row, completed: 92, failed: 8 } : row,
    );
    expect(told(aReport(rows))).toContain('no account got worse');
  });

  it('says who fell silent', () => {
    const rows = fourWeeks((row, ago) => (row.account === TWO && ago < 7 ? undefined : row));
    expect(told(aReport(rows))).toMatch(
      /^As usual, but 1 account fell silent\..*; 1 account fell silent: 111122223332\.$/,
    );
  });

  it('says to which day the ledger is complete', () => {
    const data = aReport(fourWeeks((row) => row));
    const [slice] = data.freshness;
    if (!slice) throw new Error('the report has a slice');
    const stale = { ...slice, newest_day: '2026-11-20' };
    expect(told({ ...data, freshness: [stale] })).toMatch(
      /^As usual, data incomplete\. Complete to 2026-11-20 only,/,
    );
    expect(told({ ...data, freshness: [slice, { ...stale, region: 'us-east-1' }] })).toMatch(
      /Complete to yesterday but for copy in us-east-1 \(2026-11-20\),/,
    );
    expect(told({ ...data, freshness: [] })).toMatch(/Not pulled in the last weeks,/);
  });

  it('of days without jobs says so', () => {
    const data = aReport([
      { day: '2026-11-01', completed: 1 },
      { day: '2026-11-22', unfinished: 3 },
    ]);
    expect(told(data)).toBe(
      'No job ended. Complete to yesterday (2026-11-22), no job ended in the last 7 days.',
    );
  });

  it('follows what is selected', () => {
    const data = aReport(
      fourWeeks((row, ago) => (row.account === ONE && ago < 7 ? { ...row, completed: 50, failed: 50 } : row)),
    );
    expect(told(data, `#account=${ONE}`)).toMatch(
      /^Much worse than usual\. .* 50\.0 % of 700 jobs .* 45\.0 points worse than the week before\.$/,
    );
    expect(told(data, '#day=2026-11-01')).toMatch(
      /95\.0 % of 300 jobs succeeded on 2026-11-01 .* the same as the day before/,
    );
  });
});

describe('the numbers', () => {
  const rows = fourWeeks((row, ago) =>
    ago < 5 ? { ...row, completed: 90, failed: 6, completed_with_issues: 4 } : row,
  );

  it('are of yesterday, its week and four weeks where no days are named', () => {
    const tiles = tilesOf(viewOf(aReport(rows), everything));
    expect(tiles.map(({ title, value, note }) => `${title}: ${value} (${note})`)).toEqual([
      'Success, yesterday: 94.0 % (as the day before)',
      'Success, last 7 days: 94.2 % (▼ 0.7 points on the week before)',
      'Success, 28 days: 94.8 % (nothing to compare with)',
      'Not successful: 120 (105 the week before)',
      'Completed with issues: 60 (0 the week before)',
      'Accounts below usual: 3 (of 3 accounts with jobs)',
      'Newest day: 2026-11-22 (up to date)',
      'Days not seen whole: 0 (none lost for good)',
    ]);
  });

  it('of a bounded report are of its days, compared with those before', () => {
    const data = aReport(rows, { shownFrom: '2026-11-18' });
    const tiles = tilesOf(viewOf(data, everything));
    expect(tiles.map(({ title, value, note }) => `${title}: ${value} (${note})`)).toEqual([
      'Success, 2026-11-18 to 2026-11-22: 94.0 % (▼ 1.0 point on the 5 days before)',
      'Worst day: 2026-11-18 (94.0 % success)',
      'Jobs: 1,500 (1,500 the 5 days before)',
      'Not successful: 90 (75 the 5 days before)',
      'Completed with issues: 60 (0 the 5 days before)',
      'Accounts below usual: 3 (of 3 accounts with jobs)',
      'Newest day: 2026-11-22 (up to date)',
      'Days not seen whole: 0 (none lost for good)',
    ]);
  });

  it('of a bounded report know how fresh the whole ledger is', () => {
    const data = aReport(rows, { shownFrom: '2026-11-10', yesterday: '2026-12-24' });
    const [, newest] = tilesOf(viewOf(data, everything)).toReversed();
    expect(newest).toMatchObject({ title: 'Newest day', value: '2026-12-24', note: 'up to date' });
  });
});
