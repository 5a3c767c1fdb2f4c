import type { FromSchema } from 'json-schema-to-ts';

/** The JSON line `verify --json` prints. */
export const VERIFY_SCHEMA_VERSION = 1;

/**
 * What can be found, and how grave it is. An error means that the ledger does not hold what its records say, or that
 * they do not say enough; a warning is for a person's eye. Names are stable.
 */
export const findingCodes = {
  'no-ledger': 'error',
  'manifest-missing': 'error',
  'manifest-damaged': 'error',
  'table-unbound': 'error',
  'unknown-file': 'error',
  'object-damaged': 'error',
  'object-missing': 'error',
  'object-unknown': 'error',
  'object-outdated': 'error',
  'object-unwritten': 'error',
  'object-unrecorded': 'warning',
  'key-mismatch': 'error',
  'rows-unsorted': 'error',
  'identity-repeated': 'error',
  'value-out-of-range': 'error',
  'record-damaged': 'error',
  'record-chain-broken': 'error',
  'record-missing': 'error',
  'raw-damaged': 'error',
  'raw-missing': 'error',
  'raw-unrecorded': 'warning',
  'days-uncovered': 'error',
  'days-lost': 'warning',
  'rows-unfinished': 'warning',
  'accounts-unnamed': 'warning',
  'ledger-stale': 'error',
  'slice-stale': 'warning',
} as const satisfies Record<string, 'error' | 'warning'>;

export type FindingCode = keyof typeof findingCodes;

const count = { type: 'integer', minimum: 0 } as const;

const findingSchema = {
  type: 'object',
  properties: {
    severity: { enum: ['error', 'warning'] },
    code: { enum: Object.keys(findingCodes) as FindingCode[] },
    place: { type: 'string', description: 'Key below the ledger, or name of the slice or table concerned' },
    message: { type: 'string' },
  },
  required: ['severity', 'code', 'place', 'message'],
  additionalProperties: false,
} as const;

export const verifyResultSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Result of backup-ledger verify',
  type: 'object',
  properties: {
    schema_version: { const: VERIFY_SCHEMA_VERSION },
    outcome: { enum: ['ok', 'damaged'], description: '`damaged` when there is an error among the findings' },
    exit_code: { enum: [0, 65] },
    started_at: { type: 'string', format: 'date-time' },
    finished_at: { type: 'string', format: 'date-time' },
    partitions: { ...count, description: 'Partitions read' },
    rows: { ...count, description: 'Rows in them' },
    records: { ...count, description: 'Pull records read, a line each' },
    raw_files: { ...count, description: 'Files of raw pages read' },
    findings: { type: 'array', items: findingSchema, description: 'Errors first, then by place' },
  },
  required: [
    'schema_version',
    'outcome',
    'exit_code',
    'started_at',
    'finished_at',
    'partitions',
    'rows',
    'records',
    'raw_files',
    'findings',
  ],
  additionalProperties: false,
} as const;

export type VerifyResult = FromSchema<typeof verifyResultSchema>;
export type Finding = FromSchema<typeof findingSchema>;
