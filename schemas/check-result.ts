import type { FromSchema } from 'json-schema-to-ts';
import { kindNames } from './kinds.ts';

/** The JSON line `check --json` prints. */
export const CHECK_SCHEMA_VERSION = 1;

/**
 * What can be found, in the order in which it is told: what makes all else doubtful first, then what is worst. Each with what it
 * is called, one and many. Names are stable.
 */
export const checkCodes = {
  'ledger-empty': ['empty ledger', 'empty ledgers'],
  'ledger-stale': ['stale ledger', 'stale ledgers'],
  'slice-stopped': ['slice without a good pull', 'slices without a good pull'],
  'slice-empty': ['slice without jobs', 'slices without jobs'],
  'account-silent': ['silent account', 'silent accounts'],
  'account-never-seen': ['account never seen', 'accounts never seen'],
  'success-low': ['low success rate', 'low success rates'],
  'success-fell': ['fallen success rate', 'fallen success rates'],
  'days-incomplete': ['slice with missing days', 'slices with missing days'],
  'reason-new': ['new reason', 'new reasons'],
} as const satisfies Record<string, readonly [one: string, many: string]>;

export type CheckCode = keyof typeof checkCodes;
export const checkCodeNames = Object.keys(checkCodes) as readonly CheckCode[];

const count = { type: 'integer', minimum: 0 } as const;
const day = { type: 'string', format: 'date' } as const;
const dayOrNull = { anyOf: [day, { type: 'null' }] } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const numberOrNull = { type: ['number', 'null'] } as const;

const findingSchema = {
  type: 'object',
  properties: {
    code: { enum: checkCodeNames },
    place: { type: 'string', description: 'What it is of, in words' },
    kind: { enum: [...kindNames, null], description: 'null where it is of all kinds' },
    account: { ...textOrNull, description: 'null where it is of no single account' },
    region: { ...textOrNull, description: 'null where it is of all regions' },
    day: {
      ...dayOrNull,
      description:
        'The day judged; of a silent account the last day with a completed job, of a new reason its first day, of missing days the first, of a stale ledger the newest, of a slice without a good pull the one before its last',
    },
    value: {
      ...numberOrNull,
      description: 'The number found: percent, days, hours, or jobs with a new reason',
    },
    compared_with: {
      ...numberOrNull,
      description: 'What it was held against, in the same unit: a threshold, or the week before',
    },
    message: { type: 'string', description: 'The number and the comparison, in words' },
  },
  required: ['code', 'place', 'kind', 'account', 'region', 'day', 'value', 'compared_with', 'message'],
  additionalProperties: false,
} as const;

const endedSchema = {
  type: 'object',
  properties: {
    completed: { ...count, description: 'Jobs that completed, those with issues among them' },
    finished: { ...count, description: 'Jobs that ended, whether well or not' },
  },
  required: ['completed', 'finished'],
  additionalProperties: false,
} as const;

const kindSchema = {
  type: 'object',
  description: 'How the jobs of a kind ended, all accounts together',
  properties: {
    kind: { enum: kindNames },
    first_day: { ...day, description: 'The first day looked at that a good pull saw' },
    last_day: { ...day, description: 'The newest day that a good pull saw' },
    on_last_day: endedSchema,
    week: { ...endedSchema, description: 'The seven days that end with the last day' },
    week_before: endedSchema,
    message: { type: 'string', description: 'The same in words' },
  },
  required: ['kind', 'first_day', 'last_day', 'on_last_day', 'week', 'week_before', 'message'],
  additionalProperties: false,
} as const;

export const checkResultSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Result of backup-ledger check',
  type: 'object',
  properties: {
    schema_version: { const: CHECK_SCHEMA_VERSION },
    outcome: {
      enum: ['ok', 'findings', 'failed'],
      description: '`failed` when the message could not be published, whatever was found',
    },
    exit_code: { enum: [0, 1, 64, 65, 70, 75, 78] },
    checked_at: { type: 'string', format: 'date-time' },
    ledger: { type: 'string' },
    thresholds: {
      type: 'object',
      properties: {
        min_success: { ...numberOrNull, description: 'Percent; null where no rate is too low' },
        max_fall: { type: 'number', description: 'Points' },
        max_silent_days: count,
        max_age_hours: { type: 'number' },
        since: { ...day, description: 'The first start date looked at' },
      },
      required: ['min_success', 'max_fall', 'max_silent_days', 'max_age_hours', 'since'],
      additionalProperties: false,
    },
    kinds: { type: 'array', items: kindSchema, description: 'The kinds a good pull saw' },
    findings: { type: 'array', items: findingSchema, description: 'Worst first' },
    notes: { type: 'array', items: { type: 'string' }, description: 'What could not be judged, and why' },
    sns: {
      anyOf: [
        {
          type: 'object',
          properties: { topic: { type: 'string' }, message_id: { type: 'string' } },
          required: ['topic', 'message_id'],
          additionalProperties: false,
        },
        { type: 'null' },
      ],
      description: 'The message that was published; null where there was nothing to say, or no topic',
    },
    error: {
      anyOf: [
        {
          type: 'object',
          properties: {
            name: { type: 'string' },
            message: { type: 'string' },
            recovery: { enum: ['fix-usage', 'fix-data', 'report-bug', 'retry-later', 'fix-config'] },
          },
          required: ['name', 'message', 'recovery'],
          additionalProperties: false,
        },
        { type: 'null' },
      ],
      description: 'Why the message could not be published',
    },
  },
  required: [
    'schema_version',
    'outcome',
    'exit_code',
    'checked_at',
    'ledger',
    'thresholds',
    'kinds',
    'findings',
    'notes',
    'sns',
    'error',
  ],
  additionalProperties: false,
} as const;

export type CheckResult = FromSchema<typeof checkResultSchema>;
export type CheckFinding = FromSchema<typeof findingSchema>;
export type CheckedKind = FromSchema<typeof kindSchema>;
export type Ended = FromSchema<typeof endedSchema>;
