import {
  type Answer,
  type DayEvidence,
  type Decision,
  type HypothesisEvidence,
  type Question,
  questionNames,
} from '../../../schemas/calibration.ts';
import { factsOf, type Kind } from '../../../schemas/kinds.ts';
import { type Hypothesis, hypotheses, perQuestion } from './hypotheses.ts';

/** A hypothesis that misses a larger share of the jobs explains nothing. */
const MAX_MISSED_SHARE = 0.02;
/** By so many jobs the best hypothesis with another answer must be worse. */
const MIN_LEAD = 6;

/** What all days together say. */
export interface Verdict {
  readonly days: number;
  readonly jobs: number;
  /** Of the hypothesis that comes nearest. */
  readonly distance: number;
  /** Whether it explains the summaries. */
  readonly fits: boolean;
  readonly decisions: readonly Decision[];
}

interface Total extends HypothesisEvidence {
  readonly hypothesis: Hypothesis;
}

/** Sums the evidence of days, and decides what it decides. */
export function decide(kind: Kind, found: readonly DayEvidence[]): Verdict {
  const evidence = found.filter(isWhole);
  const totals = hypotheses.map((hypothesis) => totalOf(hypothesis, evidence));
  const best = nearest(totals);
  const days = evidence.length;
  const jobs = evidence.reduce((sum, day) => sum + day.jobs, 0);
  const fits = jobs > 0 && best.distance <= MAX_MISSED_SHARE * jobs;
  const isAsked: Readonly<Record<Question, boolean>> = {
    date: true,
    level: factsOf(kind).jobList.hasParents,
    zone: evidence.some((day) => day.time_zone !== null),
  };
  const decisions = questionNames.map((question): Decision => {
    const rivals = totals.filter(({ hypothesis: { answers } }) => isOther(answers, best, question));
    const lead = nearest(rivals).distance - best.distance;
    const said = { question, telling_jobs: best.telling[question], lead, answer: null, more_days: null };
    if (!isAsked[question]) return { ...said, status: 'not-applicable' };
    if (!fits) return { ...said, status: 'undecided' };
    if (lead < MIN_LEAD) return { ...said, status: 'undecided', more_days: moreDays(lead, days) };
    const answer: Answer = best.hypothesis.answers[question];
    return { ...said, status: 'decided', answer };
  });
  return { days, jobs, distance: best.distance, fits, decisions };
}

/** Another version may have asked other questions: the days it compared do not add up with ours. */
function isWhole({ hypotheses: counts }: DayEvidence): boolean {
  return hypotheses.every(({ name }) =>
    questionNames.every((question) => counts[name]?.telling[question] !== undefined),
  );
}

function isOther(answers: Hypothesis['answers'], best: Total, question: Question): boolean {
  return answers[question] !== best.hypothesis.answers[question];
}

function totalOf(hypothesis: Hypothesis, evidence: readonly DayEvidence[]): Total {
  const found = evidence.flatMap((day) => day.hypotheses[hypothesis.name] ?? []);
  const sumOf = (valueOf: (day: HypothesisEvidence) => number) =>
    found.reduce((sum, day) => sum + valueOf(day), 0);
  return {
    hypothesis,
    distance: sumOf(({ distance }) => distance),
    telling: perQuestion((question) => sumOf(({ telling }) => telling[question])),
  };
}

function nearest(totals: readonly Total[]): Total {
  return totals.reduce((best, total) => (total.distance < best.distance ? total : best));
}

/** If they tell as much as those before; null where those told nothing. */
function moreDays(lead: number, days: number): number | null {
  return lead === 0 ? null : Math.ceil(((MIN_LEAD - lead) * days) / lead);
}
