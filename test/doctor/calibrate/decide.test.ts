import { describe, expect, it } from 'vitest';
import type { DayEvidence, Question } from '../../../schemas/calibration.ts';
import { decide } from '../../../src/doctor/calibrate/decide.ts';
import { hypotheses, type Hypothesis } from '../../../src/doctor/calibrate/hypotheses.ts';

type Answers = Hypothesis['answers'];

/** A day of 1,000 jobs on which each hypothesis is as far off as it is given. */
function aDay(distanceOf: (answers: Answers) => number, day = '2026-11-12'): DayEvidence {
  const telling = { date: 40, level: 30, zone: 20 };
  return {
    start_date: day,
    observed_at: '2026-11-23 03:30:00.000',
    time_zone: 'Asia/Kolkata',
    jobs: 1000,
    hypotheses: Object.fromEntries(
      hypotheses.map(({ name, answers }) => [name, { distance: distanceOf(answers), telling }]),
    ),
  };
}

const on = (question: Question, evidence: readonly DayEvidence[], kind: 'copy' | 'scan' = 'copy') =>
  decide(kind, evidence).decisions.find((decision) => decision.question === question);

const right = ({ date, level, zone }: Answers, distance: number) =>
  date === 'creation' && level === 'all' && zone === 'utc' ? distance : distance + 50;

it('six jobs decide, five do not', () => {
  const leading = (lead: number) => [aDay(({ date }) => (date === 'completion' ? 3 : 3 + lead))];
  expect(on('date', leading(6))).toMatchObject({ status: 'decided', answer: 'completion', lead: 6 });
  expect(on('date', leading(5))).toMatchObject({ status: 'undecided', answer: null, lead: 5, more_days: 1 });
});

it('two in a hundred jobs may be missed, not more', () => {
  expect(on('date', [aDay((answers) => right(answers, 20))])?.status).toBe('decided');
  expect(on('date', [aDay((answers) => right(answers, 21))])).toMatchObject({
    status: 'undecided',
    more_days: null,
  });
});

it('the best rival counts, whatever else it answers', () => {
  // With creation the best is 0; with completion it is 4, but by leaves only.
  const evidence = [aDay(({ date, level }) => (date === 'creation' ? 0 : level === 'leaves' ? 4 : 90))];
  expect(on('date', evidence)).toMatchObject({ status: 'undecided', lead: 4 });
});

describe('days add up', () => {
  const twoJobs = ({ date }: Answers) => (date === 'creation' ? 0 : 2);
  const days = ['12', '13', '14'].map((day) => aDay(twoJobs, `2026-11-${day}`));

  it('until they tell', () => {
    expect(on('date', days.slice(0, 2))).toMatchObject({ status: 'undecided', lead: 4, more_days: 1 });
    expect(on('date', days)).toMatchObject({ status: 'decided', lead: 6, telling_jobs: 120 });
  });

  it('and say how many more would likely tell', () => {
    expect(on('date', days.slice(0, 1))?.more_days).toBe(2);
    expect(on('date', [aDay(() => 0)])).toMatchObject({ status: 'undecided', lead: 0, more_days: null });
  });

  it('but for those another version compared', () => {
    const other: DayEvidence = {
      ...aDay(twoJobs),
      hypotheses: { 'start/all/utc': aDay(twoJobs).hypotheses['creation/all/utc']! },
    };
    expect(decide('copy', [...days, other])).toEqual(decide('copy', days));
  });
});

it('what cannot differ is no question', () => {
  expect(on('level', [aDay((answers) => right(answers, 0))], 'scan')?.status).toBe('not-applicable');
  const utc = { ...aDay((answers) => right(answers, 0)), time_zone: null };
  expect(on('zone', [utc])?.status).toBe('not-applicable');
});

it('nothing is decided by nothing', () => {
  expect(decide('copy', [])).toMatchObject({ days: 0, jobs: 0, fits: false });
});
