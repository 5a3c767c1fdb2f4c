import { type Answer, type Question, questionNames, questions } from '../../../schemas/calibration.ts';

/** One way AWS may count: an answer to each question. */
export interface Hypothesis {
  /** Such as `creation/all/utc`. */
  readonly name: string;
  readonly answers: { readonly [Q in Question]: Answer<Q> };
}

/** Every combination of answers. */
export const hypotheses: readonly Hypothesis[] = questions.date.flatMap((date) =>
  questions.level.flatMap((level) =>
    questions.zone.map((zone) => ({ name: `${date}/${level}/${zone}`, answers: { date, level, zone } })),
  ),
);

/** A value for each question. */
export function perQuestion<T>(valueOf: (question: Question) => T): Record<Question, T> {
  return Object.fromEntries(questionNames.map((question) => [question, valueOf(question)])) as Record<
    Question,
    T
  >;
}
