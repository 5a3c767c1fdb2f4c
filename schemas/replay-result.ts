import type { FromSchema } from 'json-schema-to-ts';
import { aggregationPeriods, kindNames } from './kinds.ts';

/** The JSON line `replay` prints. */
export const REPLAY_SCHEMA_VERSION = 1;

const count = { type: 'integer', minimum: 0 } as const;
const day = { type: ['string', 'null'], format: 'date' } as const;

const skippedSchema = {
  type: 'object',
  description: 'Raw pages that were left out',
  properties: {
    raw: { type: 'string', description: 'Key below the ledger' },
    reason: { enum: ['pull failed', 'no record', 'withdrawn'] },
  },
  required: ['raw', 'reason'],
  additionalProperties: false,
} as const;

const incompleteSchema = {
  type: 'object',
  description: 'A partition that a pull without usable raw pages had a say in',
  properties: {
    partition: { type: 'string' },
    action: { enum: ['kept', 'rebuilt'], description: '`kept` as it was, or `rebuilt` from what there is' },
    reasons: { type: 'array', items: { type: 'string' } },
  },
  required: ['partition', 'action', 'reasons'],
  additionalProperties: false,
} as const;

const unreadableSchema = {
  type: 'object',
  description: 'A partition that cannot be read and that no raw pages bring back',
  properties: {
    partition: { type: 'string' },
    cure: { type: 'string', description: 'What can be done' },
  },
  required: ['partition', 'cure'],
  additionalProperties: false,
} as const;

const tableSchema = {
  type: 'object',
  description: 'What was done to the partitions of one table and region',
  properties: {
    table: { type: 'string' },
    kind: { enum: kindNames },
    aggregation_period: { enum: aggregationPeriods },
    region: { type: 'string' },
    first_day: { ...day, description: 'First start date gone over' },
    last_day: day,
    pulls: { ...count, description: 'Pulls replayed' },
    partitions: {
      type: 'object',
      properties: { written: count, unchanged: count },
      required: ['written', 'unchanged'],
      additionalProperties: false,
    },
    incomplete: { type: 'array', items: incompleteSchema },
    record: { type: ['string', 'null'], description: 'Key of the record of the replay' },
  },
  required: [
    'table',
    'kind',
    'aggregation_period',
    'region',
    'first_day',
    'last_day',
    'pulls',
    'partitions',
    'incomplete',
    'record',
  ],
  additionalProperties: false,
} as const;

export const replayResultSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Result of backup-ledger replay',
  type: 'object',
  properties: {
    schema_version: { const: REPLAY_SCHEMA_VERSION },
    outcome: { enum: ['ok', 'incomplete'] },
    exit_code: { enum: [0, 65] },
    started_at: { type: 'string', format: 'date-time' },
    finished_at: { type: 'string', format: 'date-time' },
    tables: { type: 'array', items: tableSchema },
    unreadable: { type: 'array', items: unreadableSchema },
    skipped: { type: 'array', items: skippedSchema },
    withdrawn: {
      type: 'array',
      items: { type: 'string' },
      description: 'Keys of the records of pulls that were withdrawn, now or earlier',
    },
  },
  required: [
    'schema_version',
    'outcome',
    'exit_code',
    'started_at',
    'finished_at',
    'tables',
    'unreadable',
    'skipped',
    'withdrawn',
  ],
  additionalProperties: false,
} as const;

export type ReplayResult = FromSchema<typeof replayResultSchema>;
export type ReplayedTable = FromSchema<typeof tableSchema>;
export type SkippedRaw = FromSchema<typeof skippedSchema>;
export type IncompletePartition = FromSchema<typeof incompleteSchema>;
