import type { FromSchema } from 'json-schema-to-ts';
import { kindNames } from './kinds.ts';

/** What `doctor --calibrate` asks of the way AWS counts, and what it found, as JSON Schema. */

/** What AWS does not document about its counts → what may be the answer. */
export const questions = {
  /** The day a job counts on: that of its creation, or that on which it ended. */
  date: ['creation', 'completion'],
  /** Which jobs of a composite count: parents and children, `top-level` ones (no children), or `leaves` (no parents). */
  level: ['all', 'top-level', 'leaves'],
  /** Where a day begins: at midnight UTC, or in the region's own time zone. */
  zone: ['utc', 'region'],
} as const;
export type Question = keyof typeof questions;
export const questionNames = Object.keys(questions) as readonly Question[];
export type Answer<Q extends Question = Question> = (typeof questions)[Q][number];

const count = { type: 'integer', minimum: 0 } as const;

const decisionSchema = {
  type: 'object',
  properties: {
    question: { enum: questionNames },
    status: {
      enum: ['decided', 'undecided', 'not-applicable'],
      description:
        'not-applicable: every answer means the same here, as where the region has the time of UTC or jobs have no children',
    },
    answer: { enum: [...Object.values(questions).flat(), null], description: 'Null unless it is decided' },
    telling_jobs: { ...count, description: 'Jobs that count elsewhere, or not at all, by another answer' },
    lead: {
      ...count,
      description: 'By how many jobs the best count with another answer is further from the summaries',
    },
    more_days: {
      type: ['integer', 'null'],
      minimum: 1,
      description: 'How many more days would likely tell; null where nothing says so',
    },
  },
  required: ['question', 'status', 'answer', 'telling_jobs', 'lead', 'more_days'],
  additionalProperties: false,
} as const;

const misfitSchema = {
  type: 'object',
  properties: {
    start_date: { type: 'string' },
    dimensions: {
      type: 'object',
      description:
        'Account, resource type, state and so on, named as in the ledger; categories in small letters',
      additionalProperties: { type: ['string', 'null'] },
    },
    summaries: { ...count, description: 'Jobs that the summaries count' },
    listed: { ...count, description: 'Jobs of the list, by the hypothesis that comes nearest' },
  },
  required: ['start_date', 'dimensions', 'summaries', 'listed'],
  additionalProperties: false,
} as const;

export const calibrationSchema = {
  type: 'object',
  description: 'How AWS counts the jobs of one slice, as its list of jobs tells',
  properties: {
    kind: { enum: kindNames },
    region: { type: 'string' },
    scope: { type: 'string' },
    time_zone: {
      type: ['string', 'null'],
      description: "The region's own time zone; null where this version does not know it",
    },
    listed: {
      type: 'object',
      description: 'The list of jobs, as it was read this time',
      properties: {
        accounts: { enum: ['asked', 'own'], description: "own: others' jobs were refused" },
        pages: count,
        jobs: count,
        repeated: { ...count, description: 'Jobs that came twice' },
        unusable: { ...count, description: 'Jobs without an ID or a time of creation' },
      },
      required: ['accounts', 'pages', 'jobs', 'repeated', 'unusable'],
      additionalProperties: false,
    },
    moved_cells: { ...count, description: 'Counts that changed while the list was read, and were left out' },
    first_day: { type: ['string', 'null'], description: 'Of all days compared so far' },
    last_day: { type: ['string', 'null'] },
    days: { ...count, description: 'Days compared so far, this time and before' },
    jobs: { ...count, description: 'Finished jobs in the summaries of these days' },
    distance: {
      ...count,
      description: 'Sum of the differences between the summaries and the best of the counts',
    },
    decisions: { type: 'array', items: decisionSchema },
    misfits: {
      type: 'array',
      items: misfitSchema,
      description: 'The largest counts of this time that no hypothesis explains, ten at the most',
    },
  },
  required: [
    'kind',
    'region',
    'scope',
    'time_zone',
    'listed',
    'moved_cells',
    'first_day',
    'last_day',
    'days',
    'jobs',
    'distance',
    'decisions',
    'misfits',
  ],
  additionalProperties: false,
} as const;

export type Decision = FromSchema<typeof decisionSchema>;
export type Misfit = FromSchema<typeof misfitSchema>;
export type Calibration = FromSchema<typeof calibrationSchema>;

/** What one hypothesis makes of one day. */
export interface HypothesisEvidence {
  /** Sum of the differences between its counts and the summaries. */
  readonly distance: number;
  /** Question → jobs that would count elsewhere, or not at all, by another answer. */
  readonly telling: Readonly<Record<Question, number>>;
}

/** What one day has told of one slice: a line of its evidence. */
export interface DayEvidence {
  readonly start_date: string;
  /** When it was compared. Written as in the pull records. */
  readonly observed_at: string;
  /** The region's own time zone, where its days are others than those of UTC; else null. */
  readonly time_zone: string | null;
  /** Finished jobs in the summaries. */
  readonly jobs: number;
  /** By the name of the hypothesis, such as `creation/all/utc`. */
  readonly hypotheses: Readonly<Record<string, HypothesisEvidence>>;
}
