import { type Decision, type Question, questionNames } from '../../../schemas/calibration.ts';
import { decide, type Verdict } from '../../../src/doctor/calibrate/decide.ts';
import { holdAgainst } from '../../../src/doctor/calibrate/hold-against.ts';
import { listJobs } from '../../../src/doctor/calibrate/list-jobs.ts';
import { randomFrom, seedOf } from '../../../src/simulator/world/random.ts';
import { type Job, listOf, NOW, summariesOf, truthOf, type Ways } from './organisation.ts';

type Item = Readonly<Record<string, unknown>>;

/** What stands between the summaries and the list. */
export interface Trouble {
  readonly name: string;
  /** How much older the summaries are than the list, in milliseconds. */
  readonly age?: number;
  /** What becomes of the list. */
  readonly spoil?: (items: readonly Item[], seed: string) => readonly Item[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const troubles: readonly Trouble[] = [
  { name: 'nothing' },
  {
    name: 'a list that lacks 0.3 % of the jobs',
    spoil: (items, seed) => {
      const random = randomFrom(seedOf(seed, 'lacking'));
      return items.filter(() => random() >= 0.003);
    },
  },
  { name: 'a list two hours younger than the summaries', age: 2 * HOUR },
  {
    name: 'a list cut at thirty days by completion',
    spoil: (items) =>
      items.filter(({ CompletionDate: end }) => end === null || Number(end) * 1000 >= NOW - 30 * DAY),
  },
  {
    name: 'a list cut within the window',
    spoil: (items) =>
      items.filter(({ CompletionDate: end }) => end === null || Number(end) * 1000 >= NOW - 8 * DAY),
  },
  {
    name: 'a list without children',
    spoil: (items) => items.filter(({ ParentJobId: parent }) => parent === null),
  },
];

/** Tries worlds out on the same jobs: what one run of the calibration makes of each. */
export async function trial(
  jobs: readonly Job[],
  { trouble, seed }: { readonly trouble: Trouble; readonly seed: string },
): Promise<(ways: Ways) => Verdict> {
  const items = listOf(jobs, NOW);
  const document = { CopyJobs: trouble.spoil?.(items, seed) ?? items, NextToken: null };
  const page = { bytes: new Uint8Array(), document };
  const list = await listJobs('copy', { fetchPage: () => Promise.resolve(page) }, { maxPages: 1 });
  return (ways) => {
    const rows = summariesOf(jobs, ways, NOW - (trouble.age ?? 0));
    const { evidence } = holdAgainst({
      slice: { kind: 'copy', region: ways.region },
      observedAt: NOW,
      before: rows,
      after: rows,
      list: { ...list, accounts: 'asked' },
    });
    return decide('copy', evidence);
  };
}

export function decisionOn(question: Question, { decisions }: Verdict): Decision {
  return decisions.find((decision) => decision.question === question)!;
}

/** What was decided and is not so. */
export function mistakes(verdict: Verdict, ways: Ways): Question[] {
  const truth = truthOf(ways);
  return questionNames.filter((question) => {
    const { status, answer } = decisionOn(question, verdict);
    return status === 'decided' && answer !== truth[question];
  });
}

export const isDecided = (question: Question, verdict: Verdict): boolean =>
  decisionOn(question, verdict).status === 'decided';
