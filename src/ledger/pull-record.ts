import type { EpochMs } from '../../schemas/columns.ts';
import {
  type PullRecord,
  RECORD_VERSION,
  recordInstant,
  type RecordedObject,
  type ReplayRecord,
  parseRecordInstant,
} from '../../schemas/pull-record.ts';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { DamagedObjectError } from '../errors.ts';

export interface RecordedPull {
  readonly observedAt: EpochMs;
  readonly result: SliceResult;
  readonly rawSha256: string | null;
  readonly objects: readonly RecordedObject[];
  readonly writtenBy: string;
}

/** The record's one line, as it lies in the ledger. `observed_at` inside is true even where its file name is not. */
export function encodeRecord(pull: RecordedPull): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(recordOf(pull))}\n`);
}

function recordOf({ observedAt, result, rawSha256, objects, writtenBy }: RecordedPull): PullRecord {
  return {
    record_version: RECORD_VERSION,
    written_by: writtenBy,
    ...result,
    observed_at: recordInstant(observedAt),
    raw_sha256: rawSha256,
    objects: [...objects],
  };
}

export type AnyRecord = PullRecord | ReplayRecord;

/** A record read back. Throws `DamagedObjectError` when it is not one this version can use. */
export function parseRecord(bytes: Uint8Array): AnyRecord {
  const record = parse(bytes) as Partial<AnyRecord> | null;
  if (typeof record !== 'object' || record === null) throw new DamagedObjectError('expected one object');
  const problem = problemOf(record);
  if (problem) throw new DamagedObjectError(problem);
  return record as AnyRecord;
}

export function isReplay(record: AnyRecord): record is ReplayRecord {
  return record.outcome === 'replayed';
}

/** When the pull (or replay) began. */
export function observedAtOf({ observed_at }: AnyRecord): EpochMs {
  return parseRecordInstant(observed_at ?? '');
}

function problemOf(record: Partial<AnyRecord>): string | undefined {
  if (record.record_version !== 1)
    return `expected record_version 1, got ${JSON.stringify(record.record_version)}`;
  if (!['ok', 'failed', 'replayed'].includes(record.outcome ?? '')) return 'expected an outcome';
  if (typeof record.table !== 'string') return 'expected the name of a table';
  if (Number.isNaN(parseRecordInstant(record.observed_at ?? ''))) return 'expected when it was observed';
  if (!Array.isArray(record.objects) || !record.objects.every(isObject))
    return 'expected the objects it left';
  return undefined;
}

function isObject(value: Partial<RecordedObject> | null): boolean {
  return typeof value?.partition === 'string' && typeof value.sha256 === 'string';
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new DamagedObjectError('expected one line of JSON', { cause });
  }
}
