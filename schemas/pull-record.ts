import type { FromSchema } from 'json-schema-to-ts';
import type { EpochMs } from './columns.ts';
import { sliceResultSchema } from './pull-result.ts';

/**
 * One line of JSON per pull, kept for ever under `pulls/`: the slice's result, what wrote it and which objects it left
 * behind. Each line carries the hash of the slice's line before it. Athena's JSON readers do not parse ISO 8601, so instants are written `YYYY-MM-DD HH:MM:SS.sss`, in UTC.
 */
export const RECORD_VERSION = 1;

/** Stands in the place of the scope: a replay rebuilds partitions, whichever scopes they came from. */
export const REPLAY_SCOPE = 'replay';

const count = { type: 'integer', minimum: 0 } as const;

const recordedObjectSchema = {
  type: 'object',
  description: "A partition's object as a pull wrote it, or found it unchanged",
  properties: {
    partition: { type: 'string' },
    action: { enum: ['written', 'unchanged'] },
    version: {
      type: 'string',
      description: "The store's opaque version: an S3 ETag, or the content hash in a local ledger",
    },
    sha256: { type: 'string', description: "SHA-256 of the object's bytes, hexadecimal" },
    replaced_sha256: {
      type: ['string', 'null'],
      description: 'Of an object that was written: SHA-256 of the one it replaced; null when there was none',
    },
    rows: count,
  },
  required: ['partition', 'action', 'version', 'sha256', 'replaced_sha256', 'rows'],
  additionalProperties: false,
} as const;

const writerProperties = {
  record_version: { type: 'integer', const: RECORD_VERSION, description: 'Version of this format' },
  written_by: { type: 'string', description: 'Name and version of what wrote the record' },
  pull: { type: 'string', description: 'Name of the pull, from its instant and its slice' },
  previous_sha256: {
    type: ['string', 'null'],
    description:
      'SHA-256 of the line before this one in the records of the slice, without its line feed; null for the first',
  },
  started_at: { type: 'string', description: 'When the run began' },
  finished_at: { type: 'string', description: 'When the record was written' },
} as const;

const writerRequired = [
  'record_version',
  'written_by',
  'pull',
  'previous_sha256',
  'started_at',
  'finished_at',
] as const;

/** Last in its line, so that it can be checked without knowing what else is in it. */
const recordHash = {
  type: 'string',
  description: 'SHA-256 of the line without this field, hexadecimal',
} as const;

const objectsProperty = {
  type: 'array',
  items: recordedObjectSchema,
  description: 'Partitions the pull wrote or found unchanged, with the SHA-256 of their content',
} as const;

/** A pull's record. */
export const pullRecordSchema = {
  type: 'object',
  properties: {
    ...writerProperties,
    ...sliceResultSchema.properties,
    raw_sha256: {
      type: ['string', 'null'],
      description: 'SHA-256 of the object of raw pages, hexadecimal; null when none were kept',
    },
    objects: objectsProperty,
    record_sha256: recordHash,
  },
  required: [...writerRequired, ...sliceResultSchema.required, 'raw_sha256', 'objects', 'record_sha256'],
  additionalProperties: false,
} as const;

/**
 * What `replay` leaves on record, one line for each table and region it went over, beside the pulls: `outcome` tells
 * them apart. `observed_at` is when the replay began.
 */
export const replayRecordSchema = {
  type: 'object',
  properties: {
    ...writerProperties,
    outcome: { const: 'replayed' },
    kind: sliceResultSchema.properties.kind,
    aggregation_period: sliceResultSchema.properties.aggregation_period,
    region: { type: 'string' },
    scope: { const: REPLAY_SCOPE },
    table: { type: 'string' },
    observed_at: { type: 'string' },
    first_day: { type: 'string', format: 'date', description: 'First start date gone over' },
    last_day: { type: 'string', format: 'date', description: 'Last start date gone over' },
    partitions: sliceResultSchema.properties.partitions,
    withdrawn: {
      type: 'array',
      items: { type: 'string' },
      description: 'Of a replay: names of the pulls that were withdrawn; later replays leave them out too',
    },
    objects: objectsProperty,
    record_sha256: recordHash,
  },
  required: [
    ...writerRequired,
    'outcome',
    'kind',
    'aggregation_period',
    'region',
    'scope',
    'table',
    'observed_at',
    'first_day',
    'last_day',
    'partitions',
    'withdrawn',
    'objects',
    'record_sha256',
  ],
  additionalProperties: false,
} as const;

export type PullRecord = FromSchema<typeof pullRecordSchema>;
export type ReplayRecord = FromSchema<typeof replayRecordSchema>;
export type RecordedObject = FromSchema<typeof recordedObjectSchema>;

export function recordInstant(instant: EpochMs): string {
  return new Date(instant).toISOString().replace('T', ' ').replace('Z', '');
}

/** Inverse of `recordInstant`; NaN for anything else. */
export function parseRecordInstant(text: string): EpochMs {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
