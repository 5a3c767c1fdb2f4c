import type { FromSchema } from 'json-schema-to-ts';
import { aggregationPeriods, kindNames } from './kinds.ts';

/**
 * The line `pull` prints, as JSON Schema; the TypeScript types follow from it. `pull-result.schema.json` is the same
 * schema for readers in other languages. Instants are ISO 8601 in UTC with milliseconds.
 */

export const SCHEMA_VERSION = 1;

const count = { type: 'integer', minimum: 0 } as const;
const instant = { type: 'string', format: 'date-time' } as const;
const day = { type: 'string', format: 'date' } as const;
const strings = { type: 'array', items: { type: 'string' } } as const;

const errorSchema = {
  type: 'object',
  description: 'Why the slice failed and who acts',
  properties: {
    name: { type: 'string' },
    message: { type: 'string' },
    recovery: { enum: ['fix-usage', 'fix-data', 'report-bug', 'retry-later', 'fix-config'] },
  },
  required: ['name', 'message', 'recovery'],
  additionalProperties: false,
} as const;

const differenceProperties = {
  added: { ...count, description: 'Rows that are new' },
  changed: { ...count, description: 'Rows whose count or end time changes' },
  removed: { ...count, description: 'Rows that go' },
} as const;

const plannedDaySchema = {
  type: 'object',
  description: 'What a pull would do to one start date',
  properties: { start_date: day, ...differenceProperties },
  required: ['start_date', 'added', 'changed', 'removed'],
  additionalProperties: false,
} as const;

const planSchema = {
  type: 'object',
  description: 'What a pull would do to one partition',
  properties: {
    partition: { type: 'string', description: "Key of the partition's object below the ledger" },
    action: { enum: ['create', 'replace', 'unchanged'] },
    ...differenceProperties,
    days: { type: 'array', items: plannedDaySchema, description: 'The start dates that would change' },
  },
  required: ['partition', 'action', 'added', 'changed', 'removed', 'days'],
  additionalProperties: false,
} as const;

const rejectSchema = {
  type: 'object',
  properties: {
    page: { ...count, description: 'Number of the page, from 1' },
    index: { ...count, description: "Position in the page's list, from 0" },
    problems: strings,
  },
  required: ['page', 'index', 'problems'],
  additionalProperties: false,
} as const;

const mismatchSchema = {
  type: 'object',
  description: "A start date on which AWS's own total is not the sum of the rows kept",
  properties: {
    start_date: day,
    kept: { ...count, description: 'Jobs in the rows kept' },
    total: { ...count, description: "Jobs by AWS's own total" },
  },
  required: ['start_date', 'kept', 'total'],
  additionalProperties: false,
} as const;

const gapSchema = {
  type: 'object',
  description: 'Start dates, both included, that AWS forgot between the last good pull and this one',
  properties: { from: day, to: day },
  required: ['from', 'to'],
  additionalProperties: false,
} as const;

/** Numbers a slice is accounted for by: `received = kept + duplicates + conflicts + rejected + foreign`. */
const bookProperties = {
  received: { ...count, description: 'Summaries in the pages of the completed attempt' },
  kept: { ...count, description: 'Rows of distinct identity' },
  duplicates: { ...count, description: 'Rows read again with the same count' },
  conflicts: {
    ...count,
    description: 'Rows read again on a later page with another count; the last one was kept',
  },
  rejected: { ...count, description: 'Rows that are not usable' },
  foreign: {
    ...count,
    description: 'Rows of another region, or of another value than the one filtered for; not stored',
  },
} as const;

export const sliceResultSchema = {
  type: 'object',
  properties: {
    kind: { enum: kindNames, description: 'Kind of jobs' },
    aggregation_period: { enum: aggregationPeriods, description: 'Length of the window a row counts' },
    region: { type: 'string', description: 'AWS Region whose endpoint was asked' },
    scope: { type: 'string', description: '`any`, or one account' },
    table: { type: 'string', description: 'Table of the ledger the rows belong to' },
    outcome: {
      enum: ['ok', 'superseded', 'failed'],
      description: '`superseded`: a newer pull of the slice was already there, so nothing was written',
    },
    observed_at: {
      anyOf: [instant, { type: 'null' }],
      description: 'When the first request of the completed (or last) attempt was sent; null if none was',
    },
    requests: { ...count, description: 'Requests sent, retries included' },
    retries: { ...count, description: 'Requests sent again' },
    restarts: {
      ...count,
      description:
        'How often the slice began again from page one: AWS refused a NextToken, or its totals did not match',
    },
    pages: { ...count, description: 'Pages of the completed (or last) attempt' },
    ...bookProperties,
    protected: {
      ...count,
      description: 'Account-days whose stored rows were kept although the pull showed fewer jobs',
    },
    accounts: { ...count, description: 'Distinct accounts the pull saw' },
    accounts_before: {
      type: ['integer', 'null'],
      minimum: 0,
      description: 'Distinct accounts that pull saw; null if there was none',
    },
    message_categories: {
      ...strings,
      description: 'Message categories the pull saw, as AWS spells them, in order: the first hundred',
    },
    first_day: { anyOf: [day, { type: 'null' }], description: 'First start date returned' },
    last_day: { anyOf: [day, { type: 'null' }], description: 'Last start date returned' },
    partitions: {
      type: 'object',
      description: 'How many partitions were written, and how many found unchanged',
      properties: { written: count, unchanged: count },
      required: ['written', 'unchanged'],
      additionalProperties: false,
    },
    days: {
      type: 'object',
      description: 'How many start dates the pull changed, and how many it found as they were',
      properties: { written: count, unchanged: count },
      required: ['written', 'unchanged'],
      additionalProperties: false,
    },
    reconciled: {
      enum: ['matched', 'mismatched', 'unavailable', 'off'],
      description: 'Whether the totals AWS gives per start date are the sums of the rows kept',
    },
    mismatches: {
      type: 'array',
      items: mismatchSchema,
      description: 'Start dates whose rows do not sum up to the total AWS gives',
    },
    totals_unavailable: {
      type: ['string', 'null'],
      description: 'Why there are no totals to compare with',
    },
    gap: {
      anyOf: [gapSchema, { type: 'null' }],
      description:
        'Start dates, both included, that AWS forgot between the last good pull and this one: lost for good',
    },
    last_good_pull: {
      type: ['string', 'null'],
      description:
        'Name of the last good pull of the slice before this one that saw any rows (else of the last good one); null if there was none',
    },
    raw: { type: ['string', 'null'], description: 'Key of the raw pages below the ledger' },
    rejects: {
      type: 'array',
      items: rejectSchema,
      description: 'The first rejected rows, with every reason',
    },
    warnings: { ...strings, description: 'What a person should look at, a sentence each' },
    error: { anyOf: [errorSchema, { type: 'null' }], description: 'Why the slice failed and who acts' },
  },
  required: [
    'kind',
    'aggregation_period',
    'region',
    'scope',
    'table',
    'outcome',
    'observed_at',
    'requests',
    'retries',
    'restarts',
    'pages',
    'received',
    'kept',
    'duplicates',
    'conflicts',
    'rejected',
    'foreign',
    'protected',
    'accounts',
    'accounts_before',
    'message_categories',
    'first_day',
    'last_day',
    'partitions',
    'days',
    'reconciled',
    'mismatches',
    'totals_unavailable',
    'gap',
    'last_good_pull',
    'raw',
    'rejects',
    'warnings',
    'error',
  ],
  additionalProperties: false,
} as const;

export const pullResultSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Result of backup-ledger pull',
  type: 'object',
  properties: {
    schema_version: { const: SCHEMA_VERSION },
    outcome: { enum: ['ok', 'partial', 'failed'] },
    exit_code: { enum: [0, 64, 65, 70, 75, 78, 130, 143] },
    started_at: instant,
    finished_at: instant,
    slices: { type: 'array', items: sliceResultSchema },
    plan: { type: 'array', items: planSchema, description: 'With --dry-run: what would be written' },
    error: { ...errorSchema, description: 'Why the pull failed before any slice began' },
  },
  required: ['schema_version', 'outcome', 'exit_code', 'started_at', 'finished_at', 'slices'],
  additionalProperties: false,
} as const;

export type SliceResult = FromSchema<typeof sliceResultSchema>;
export type PullResult = FromSchema<typeof pullResultSchema>;
export type PlannedChange = FromSchema<typeof planSchema>;
export type Reject = FromSchema<typeof rejectSchema>;
export type Mismatch = FromSchema<typeof mismatchSchema>;
export type Gap = FromSchema<typeof gapSchema>;
export type Books = Pick<SliceResult, keyof typeof bookProperties>;
