import { expect, it } from 'vitest';
import type { Calibration, Decision } from '../../../schemas/calibration.ts';
import { sentences } from '../../../src/doctor/calibrate/sentences.ts';
import { ACCOUNT, aSlice } from '../../fixtures/builders.ts';

const aDecision = (fields: Partial<Decision> = {}): Decision => ({
  question: 'date',
  status: 'undecided',
  answer: null,
  telling_jobs: 0,
  lead: 0,
  more_days: null,
  ...fields,
});

const aCalibration = (...decisions: readonly Decision[]): Calibration => ({
  kind: 'copy',
  region: 'eu-west-1',
  scope: 'any',
  time_zone: 'Europe/Dublin',
  listed: { accounts: 'asked', pages: 1, jobs: 12_000, repeated: 0, unusable: 0 },
  moved_cells: 0,
  first_day: '2026-11-11',
  last_day: '2026-11-20',
  days: 10,
  jobs: 9806,
  distance: 3,
  decisions: [...decisions],
  misfits: [],
});

const say = (calibration: Calibration, fields: Partial<Parameters<typeof sentences>[0]> = {}) =>
  sentences({
    slice: aSlice(),
    calibration,
    fits: true,
    shortfall: undefined,
    foreignRows: 0,
    ...fields,
  }).map(({ name, status, message, fix }) => [name, status, message, fix]);

const AGAIN = (when: string) =>
  `run doctor --calibrate again in ${when}: what was found is kept in the ledger and adds up`;

it('what is decided is a sentence, with how many jobs tell', () => {
  const decision = aDecision({ status: 'decided', answer: 'creation', telling_jobs: 412, lead: 500 });
  expect(say(aCalibration(decision))).toEqual([
    [
      'copy in eu-west-1',
      'ok',
      'copy jobs in eu-west-1 count on the day they were created; 412 of 9,806 jobs tell',
      null,
    ],
  ]);
});

it.each<readonly [Partial<Decision>, string, string]>([
  [
    {},
    'it is undecided whether jobs count on the day they were created or ended: none of 9,806 jobs ended on another day than they were created on',
    AGAIN('some days'),
  ],
  [
    { telling_jobs: 2, lead: 4, more_days: 5 },
    'it is undecided whether jobs count on the day they were created or ended: 2 of 9,806 jobs ended on another day than they were created on, and another answer is 4 jobs worse',
    AGAIN('about 5 days'),
  ],
  [
    { question: 'level', telling_jobs: 1, lead: 1, more_days: 50 },
    'it is undecided whether parent and child jobs count: 1 of 9,806 jobs came with a parent or a child, and another answer is 1 job worse',
    AGAIN('about 50 days'),
  ],
  [
    { question: 'zone' },
    "it is undecided where days begin: none of 9,806 jobs fell on another day in UTC than in the region's own time",
    AGAIN('some days'),
  ],
])('what is undecided says why, and when to look again: %o', (decision, message, fix) => {
  expect(say(aCalibration(aDecision(decision)))).toEqual([['copy in eu-west-1', 'warning', message, fix]]);
});

it('a slice of one account is named by it', () => {
  const slice = aSlice({ scope: ACCOUNT });
  expect(say(aCalibration(aDecision()), { slice })[0]?.[0]).toBe(`copy in eu-west-1 of ${ACCOUNT}`);
});

it('where nothing explains the counts, no question is answered', () => {
  const calibration = { ...aCalibration(aDecision(), aDecision()), distance: 800 };
  expect(say(calibration, { fits: false }).map(([, , message]) => message)).toEqual([
    'nothing is decided: the best of the hypotheses differs from the summaries by 800 of 9,806 jobs',
  ]);
});

it('a list that is too short is told in its own sentence, with the accounts it leaves out', () => {
  const shortfall = { summaries: 1000, listed: 812, accounts: 5, missingAccounts: 3 };
  expect(say(aCalibration(aDecision()), { fits: false, shortfall })[0]?.[2]).toBe(
    'ListCopyJobs lists 812 of the 1,000 jobs that the summaries count, and no job of 3 of 5 accounts: nothing is decided ' +
      'by it, and nothing of it is kept',
  );
});

it('the largest counts without an explanation are named', () => {
  const dimensions = { account_id: ACCOUNT, resource_type: 'EBS', state: 'FAILED', message_category: null };
  const misfits = [{ start_date: '2026-11-12', dimensions, summaries: 12, listed: 9 }];
  expect(say({ ...aCalibration(), misfits })[0]?.[2]).toBe(
    `the largest counts that no hypothesis explains: 2026-11-12 ${ACCOUNT} EBS FAILED none: 12 in the summaries, 9 in the list`,
  );
});
