import { describe, expect, it } from 'vitest';
import { createReport } from '../../src/report/build-report.ts';

const DAY = '2026-11-22';
const place = { kind: 'copy', region: 'eu-west-1', account: '111122223333', day: DAY };
const head = {
  generated_at: '',
  written_by: '',
  ledger: '',
  yesterday: DAY,
  days: [DAY],
  shown_from: 0,
  bounded: false,
  held: [] as const,
  accounts: [place.account],
  account_names: [''],
  other_accounts: 0,
  freshness: [],
};

function reportOf(categories: readonly (readonly [category: string, jobs: number])[]) {
  const report = createReport(head, undefined);
  for (const [category, jobs] of categories)
    report.trouble(place, { category, resourceType: 'EBS', ending: 'failed', jobs });
  return report.data();
}

describe('what is said of jobs in trouble', () => {
  it('is told by the number of jobs, most first', () => {
    const { trouble, trouble_names: names } = reportOf([
      ['FEW', 1],
      ['MANY', 5],
      ['FEW', 2],
    ]);
    expect(names).toEqual({ category: ['MANY', 'FEW'], resource_type: ['EBS'] });
    expect([trouble.category, trouble.jobs]).toEqual([
      [0, 1],
      [5, 3],
    ]);
  });

  it('is told as one beyond the first forty', () => {
    const many = Array.from({ length: 45 }, (_, at) => [`CATEGORY ${at}`, 100 - at] as const);
    const { trouble, trouble_names: names } = reportOf(many);
    expect(names.category).toHaveLength(41);
    expect(names.category.at(-1)).toBe('5 others');
    expect(trouble.jobs.at(-1)).toBe(60 + 59 + 58 + 57 + 56);
    expect(trouble.jobs.reduce((sum, jobs) => sum + jobs, 0)).toBe(
      many.reduce((sum, [, jobs]) => sum + jobs, 0),
    );
  });
});

describe('regions', () => {
  it('are told by the alphabet, in whatever order they come', () => {
    const report = createReport(head, undefined);
    const counts = (jobs: number) => [jobs, 0, 0, 0, 0, 0, 0, 0];
    report.daily({ ...place, region: 'us-east-1' }, counts(1));
    report.daily({ ...place, region: 'eu-west-1' }, counts(2));
    report.coverage({ ...place, region: 'us-east-1' }, [1, 1, 0, 1, 0, 0]);
    const { regions, daily, coverage } = report.data();
    expect(regions).toEqual(['eu-west-1', 'us-east-1']);
    expect([daily.region, daily.completed, coverage.region]).toEqual([[0, 1], [2, 1], [1]]);
  });
});
