import type { Answer, Calibration, Decision, Question } from '../../../schemas/calibration.ts';
import type { Check } from '../../../schemas/doctor-result.ts';
import { factsOf, type Kind } from '../../../schemas/kinds.ts';
import { counted } from '../../domain/show.ts';
import { ANY_ACCOUNT, type Slice } from '../../domain/slice.ts';
import { ok, warning } from '../checks.ts';
import type { Shortfall } from './misfits.ts';

/** What is said of a slice. */
export interface Said {
  readonly slice: Slice;
  readonly calibration: Calibration;
  /** Whether some hypothesis explains the summaries. */
  readonly fits: boolean;
  readonly shortfall: Shortfall | undefined;
  /** Rows that the summaries show of other regions, or of accounts that were not asked for. */
  readonly foreignRows: number;
}

export function nameOf({ kind, region, scope }: Slice): string {
  return `${kind} in ${region}${scope === ANY_ACCOUNT ? '' : ` of ${scope}`}`;
}

/** What was found, in sentences: one for each question, then what stood in the way. */
export function sentences(said: Said): Check[] {
  const { slice, calibration, fits, shortfall } = said;
  const name = nameOf(slice);
  const obstacles = [
    ...strangers(name, said),
    ...refusal(name, said),
    ...shortness(name, slice.kind, shortfall),
  ];
  if (calibration.jobs === 0) {
    const message =
      'no finished jobs lie on days that can be compared: today, the two days before it and days that began more than 13 days ago cannot';
    return [...obstacles, warning(name, message, AGAIN)];
  }
  const decisions = fits
    ? calibration.decisions.map((decision) => sentence(said, decision))
    : shortfall
      ? []
      : [unexplained(name, calibration)];
  return [...obstacles, ...decisions, ...misfits(name, calibration)];
}

const AGAIN = 'run doctor --calibrate again in some days: what was found is kept in the ledger and adds up';

/** Lists name no region, so what lies elsewhere cannot be compared. */
function strangers(name: string, { slice, foreignRows }: Said): Check[] {
  if (foreignRows === 0) return [];
  const message =
    `the endpoint of ${slice.region} also shows ${counted(foreignRows, 'row')} of other regions or accounts: they are ` +
    'not compared';
  return [warning(name, message, 'name those regions with --region, too; please report it')];
}

function refusal(name: string, { slice, calibration }: Said): Check[] {
  if (calibration.listed.accounts === 'asked') return [];
  const { operation } = factsOf(slice.kind).jobList;
  const message =
    `${operation} refuses the jobs of all accounts, and lists those of the own one: cross-account monitoring is off, or this is a ` +
    'member account. Only the own jobs are compared';
  const fix =
    'run from the management or a delegated administrator account of AWS Backup, with cross-account monitoring on';
  return [warning(name, message, fix)];
}

function shortness(name: string, kind: Kind, shortfall: Shortfall | undefined): Check[] {
  if (!shortfall) return [];
  const { summaries, listed, accounts, missingAccounts } = shortfall;
  const { operation } = factsOf(kind).jobList;
  const without =
    missingAccounts === 0 ? '' : `, and no job of ${missingAccounts} of ${counted(accounts, 'account')}`;
  const message =
    `${operation} lists ${listed.toLocaleString('en')} of the ${counted(summaries, 'job')} that the summaries count${without}: ` +
    'nothing is decided by it, and nothing of it is kept';
  return [
    warning(
      name,
      message,
      'see whether the caller may list the jobs of every account that the summaries show',
    ),
  ];
}

function unexplained(name: string, { distance, jobs }: Calibration): Check {
  const message =
    `nothing is decided: the best of the hypotheses differs from the summaries by ${distance.toLocaleString('en')} of ` +
    counted(jobs, 'job');
  return warning(name, message, 'please report it, with what doctor --calibrate --json says');
}

function sentence({ slice, calibration }: Said, decision: Decision): Check {
  const name = nameOf(slice);
  const { question, status, answer } = decision;
  if (status === 'not-applicable') return ok(name, noQuestion[question](slice));
  if (status === 'undecided' || answer === null) return undecided(name, calibration, decision);
  const found = answers[answer](slice, calibration);
  const tell = `${decision.telling_jobs.toLocaleString('en')} of ${counted(calibration.jobs, 'job')} tell`;
  return ok(name, `${found}; ${tell}`);
}

type Sentence = (slice: Slice, calibration: Calibration) => string;

const answers: Readonly<Record<Answer, Sentence>> = {
  creation: (slice) => `${slice.kind} jobs in ${slice.region} count on the day they were created`,
  completion: (slice) => `${slice.kind} jobs in ${slice.region} count on the day they ended`,
  all: () => 'parent jobs and their child jobs both count',
  'top-level': () => 'parent jobs count, their child jobs do not',
  leaves: () => 'child jobs count, their parent jobs do not',
  utc: () => 'days begin at 00:00 UTC',
  region: (_slice, { time_zone: zone }) => `days begin at midnight in ${zone}`,
};

const noQuestion: Readonly<Record<Question, (slice: Slice) => string>> = {
  date: () => 'every job ended on the day it was created',
  level: ({ kind }) => `${kind} jobs have no parents and children`,
  zone: ({ region }) => `days in ${region} begin as those of UTC do, as far as this version knows`,
};

const doubts: Readonly<Record<Question, { readonly what: string; readonly telling: string }>> = {
  date: {
    what: 'whether jobs count on the day they were created or ended',
    telling: 'ended on another day than they were created on',
  },
  level: { what: 'whether parent and child jobs count', telling: 'came with a parent or a child' },
  zone: {
    what: 'where days begin',
    telling: "fell on another day in UTC than in the region's own time",
  },
};

function undecided(name: string, { jobs }: Calibration, decision: Decision): Check {
  const { question, telling_jobs: telling, lead, more_days: days } = decision;
  const { what, telling: how } = doubts[question];
  const count = telling === 0 ? 'none' : telling.toLocaleString('en');
  const but = telling > 0 ? `, and another answer is ${counted(lead, 'job')} worse` : '';
  const message = `it is undecided ${what}: ${count} of ${counted(jobs, 'job')} ${how}${but}`;
  const fix = days === null ? AGAIN : AGAIN.replace('some days', `about ${counted(days, 'day')}`);
  return warning(name, message, fix);
}

function misfits(name: string, { misfits: found }: Calibration): Check[] {
  if (found.length === 0) return [];
  const lines = found.map(({ start_date: day, dimensions, summaries, listed }) => {
    const values = Object.values(dimensions).map((value) => value ?? 'none');
    return `${[day, ...values].join(' ')}: ${summaries} in the summaries, ${listed} in the list`;
  });
  const message = `the largest counts that no hypothesis explains: ${lines.join('; ')}`;
  return [warning(name, message, 'a few are no harm: jobs end while they are listed')];
}
