import type { FromSchema } from 'json-schema-to-ts';
import { calibrationSchema } from './calibration.ts';
import { sliceResultSchema } from './pull-result.ts';
import { kindNames } from './kinds.ts';

/** The line `doctor --json` prints, as JSON Schema; the TypeScript types follow from it. */

export const DOCTOR_VERSION = 1;

const count = { type: 'integer', minimum: 0 } as const;

export const checkSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'What was looked at' },
    status: { enum: ['ok', 'warning', 'failed'] },
    message: { type: 'string', description: 'What was found, as a plain sentence' },
    fix: { type: ['string', 'null'], description: 'What to do about it' },
    recovery: { enum: ['fix-usage', 'fix-data', 'report-bug', 'retry-later', 'fix-config'] },
  },
  required: ['name', 'status', 'message', 'fix'],
  additionalProperties: false,
} as const;

export const observationSchema = {
  type: 'object',
  description: 'What AWS leaves undocumented, as it was seen in one kind and region',
  properties: {
    kind: { enum: kindNames },
    region: { type: 'string' },
    pages: count,
    rows: { ...count, description: 'Rows in all pages' },
    duplicates: count,
    conflicts: count,
    rejected: count,
    foreign: {
      ...count,
      description:
        "Rows of another region than the endpoint's, or of another value than the one filtered for",
    },
    restarts: count,
    first_day: { type: ['string', 'null'] },
    last_day: { type: ['string', 'null'] },
    shows_today: { type: 'boolean', description: "Whether today's partial day is shown" },
    zero_rows: { ...count, description: 'Rows with a count of zero' },
    rows_without_account: count,
    days_start_at_midnight: { type: 'boolean' },
    window_lengths_ms: {
      type: 'array',
      items: { type: 'integer' },
      description: 'EndTime minus StartTime, each length once: whether EndTime is inclusive',
    },
    reconciled: sliceResultSchema.properties.reconciled,
    warnings: { type: 'array', items: { type: 'string' } },
  },
  required: [
    'kind',
    'region',
    'pages',
    'rows',
    'duplicates',
    'conflicts',
    'rejected',
    'foreign',
    'restarts',
    'first_day',
    'last_day',
    'shows_today',
    'zero_rows',
    'rows_without_account',
    'days_start_at_midnight',
    'window_lengths_ms',
    'reconciled',
    'warnings',
  ],
  additionalProperties: false,
} as const;

export const doctorResultSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Result of backup-ledger doctor',
  type: 'object',
  properties: {
    schema_version: { const: DOCTOR_VERSION },
    outcome: { enum: ['ok', 'failed'] },
    exit_code: { enum: [0, 75, 78] },
    examined_at: { type: 'string', format: 'date-time' },
    versions: { type: 'object', additionalProperties: { type: 'string' } },
    checks: { type: 'array', items: checkSchema },
    observations: { type: 'array', items: observationSchema },
    calibrations: { type: 'array', items: calibrationSchema, description: 'With --calibrate, one a slice' },
  },
  required: [
    'schema_version',
    'outcome',
    'exit_code',
    'examined_at',
    'versions',
    'checks',
    'observations',
    'calibrations',
  ],
  additionalProperties: false,
} as const;

export type Check = FromSchema<typeof checkSchema>;
export type Observation = FromSchema<typeof observationSchema>;
export type DoctorResult = FromSchema<typeof doctorResultSchema>;
