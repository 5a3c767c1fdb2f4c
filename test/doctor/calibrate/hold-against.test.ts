import { expect, it } from 'vitest';
import type { SummaryRow } from '../../../schemas/columns.ts';
import { type Held, holdAgainst, type Readings } from '../../../src/doctor/calibrate/hold-against.ts';
import { jobReader } from '../../../src/doctor/calibrate/listed-job.ts';
import { daysBetween, startOfDay } from '../../../src/domain/day.ts';
import { ACCOUNT, aRow, OBSERVED_AT, OTHER_ACCOUNT } from '../../fixtures/builders.ts';

/** Ten days are compared, from the 11th to the 20th; one of them is looked at. */
const DAY = '2026-11-15';
const quiet = daysBetween('2026-11-09', '2026-11-22').map((day) => aRow({ day, state: 'RUNNING' }));

const read = jobReader('copy');
const aJob = (id: string, fields: Readonly<Record<string, unknown>> = {}) =>
  read({
    CopyJobId: id,
    AccountId: ACCOUNT,
    ResourceType: 'EBS',
    State: 'COMPLETED',
    MessageCategory: 'SUCCESS',
    CreationDate: startOfDay(DAY) / 1000 + 3600,
    CompletionDate: startOfDay(DAY) / 1000 + 7200,
    ...fields,
  })!;

function hold(
  rows: readonly SummaryRow[],
  jobs: readonly ReturnType<typeof aJob>[],
  {
    after = rows,
    accounts = 'asked',
  }: Partial<Pick<Readings, 'after'> & Pick<Readings['list'], 'accounts'>> = {},
): Held {
  return holdAgainst({
    slice: { kind: 'copy', region: 'ap-south-1' },
    observedAt: OBSERVED_AT,
    before: [...quiet, ...rows],
    after: [...quiet, ...after],
    list: { jobs, accounts },
  });
}

const dayIn = ({ evidence }: Held) => evidence.find((day) => day.start_date === DAY)!;
const distanceIn = (held: Held) => dayIn(held).hypotheses['creation/all/utc']?.distance;

it('equal counts are no distance, whatever the capitals of a category', () => {
  const held = hold(
    [aRow({ day: DAY, job_count: 2 })],
    [aJob('A'), aJob('B', { MessageCategory: 'Success' })],
  );
  expect(dayIn(held)).toMatchObject({ jobs: 2, time_zone: 'Asia/Kolkata' });
  expect([distanceIn(held), held.misfits, held.shortfall]).toEqual([0, [], undefined]);
});

it('every day that is compared is evidence, though it has no jobs', () => {
  expect(hold([], []).evidence.map((day) => day.start_date)).toEqual(daysBetween('2026-11-11', '2026-11-20'));
});

it('jobs that have not ended are compared with nothing', () => {
  const held = hold([], [aJob('A', { State: 'RUNNING', CompletionDate: null })]);
  expect([distanceIn(held), held.misfits]).toEqual([0, []]);
});

it('jobs and counts that have no match are distance, and misfits of their size', () => {
  const rows = [aRow({ day: DAY, job_count: 5 }), aRow({ day: DAY, state: 'FAILED', job_count: 1 })];
  const held = hold(rows, [aJob('A'), aJob('B', { State: 'ABORTED' })]);
  expect(distanceIn(held)).toBe(4 + 1 + 1);
  expect(
    held.misfits.map(({ dimensions, summaries, listed }) => [dimensions['state'], summaries, listed]),
  ).toEqual([
    ['COMPLETED', 5, 1],
    ['FAILED', 1, 0],
    ['ABORTED', 0, 1],
  ]);
});

it('what moved meanwhile is left out on both sides', () => {
  const held = hold([aRow({ day: DAY, job_count: 1 })], [aJob('A')], {
    after: [aRow({ day: DAY, job_count: 2 })],
  });
  expect([distanceIn(held), dayIn(held).jobs, held.movedCells]).toEqual([0, 0, 1]);
});

it('a list of the own jobs is held against the own counts', () => {
  const rows = [aRow({ day: DAY }), aRow({ day: DAY, account_id: OTHER_ACCOUNT, job_count: 9 })];
  expect(distanceIn(hold(rows, [aJob('A')]))).toBe(9);
  expect(distanceIn(hold(rows, [aJob('A')], { accounts: 'own' }))).toBe(0);
});

it('a list that is shorter says by how much, and of whom it has nothing', () => {
  const rows = [
    aRow({ day: DAY, job_count: 3 }),
    aRow({ day: DAY, account_id: OTHER_ACCOUNT, job_count: 9 }),
  ];
  expect(hold(rows, [aJob('A'), aJob('B')]).shortfall).toEqual({
    summaries: 12,
    listed: 2,
    accounts: 2,
    missingAccounts: 1,
  });
});

it('what tells is counted by question', () => {
  const midnight = startOfDay(DAY) / 1000;
  const jobs = [
    aJob('over midnight', { CreationDate: midnight - 60 }),
    aJob('parent', { IsParent: true }),
    aJob('child', { ParentJobId: 'parent' }),
    // Half past six in the evening UTC is midnight in India.
    aJob('late', { CreationDate: midnight + 20 * 3600, CompletionDate: midnight + 21 * 3600 }),
  ];
  const { hypotheses } = dayIn(hold([aRow({ day: DAY, job_count: 4 })], jobs));
  expect(hypotheses['completion/all/utc']).toEqual({ distance: 0, telling: { date: 1, level: 2, zone: 1 } });
  expect(hypotheses['creation/all/utc']).toEqual({ distance: 1, telling: { date: 0, level: 2, zone: 1 } });
  expect(hypotheses['completion/leaves/utc']).toEqual({
    distance: 1,
    telling: { date: 1, level: 2, zone: 1 },
  });
});
