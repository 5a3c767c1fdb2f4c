import type { EpochMs } from '../../schemas/columns.ts';
import { kindNames } from '../../schemas/kinds.ts';
import {
  parseRecordInstant,
  type PullRecord,
  RECORD_VERSION,
  recordInstant,
  type RecordedObject,
  type ReplayRecord,
} from '../../schemas/pull-record.ts';
import type { SliceResult } from '../../schemas/pull-result.ts';
import { DAY_MS, isDay, startOfDay } from '../domain/day.ts';
import { show } from '../domain/show.ts';
import { REGION_PATTERN, sliceName } from '../domain/slice.ts';
import { DamagedObjectError } from '../errors.ts';
import { parsePullName, recordMonth, type RecordsKey } from './records-key.ts';
import { sha256 } from '../domain/sha256.ts';

/** What chains a record to the one before it, and names it. */
export type RecordLink = Pick<PullRecord, 'pull' | 'previous_sha256'>;

export interface RecordedPull {
  readonly observedAt: EpochMs;
  /** When the run began, and when its record was written. */
  readonly startedAt: EpochMs;
  readonly finishedAt: EpochMs;
  readonly result: SliceResult;
  readonly rawSha256: string | null;
  readonly objects: readonly RecordedObject[];
  readonly writtenBy: string;
}

/** A record but for the hash of its own line. */
export type Unhashed<R extends AnyRecord> = Omit<R, 'record_sha256'>;

export function recordOf(pull: RecordedPull, link: RecordLink): Unhashed<PullRecord> {
  return {
    record_version: RECORD_VERSION,
    written_by: pull.writtenBy,
    ...link,
    started_at: recordInstant(pull.startedAt),
    finished_at: recordInstant(pull.finishedAt),
    ...pull.result,
    observed_at: recordInstant(pull.observedAt),
    raw_sha256: pull.rawSha256,
    objects: [...pull.objects],
  };
}

export type AnyRecord = PullRecord | ReplayRecord;

/**
 * A record's line read back, held against the key of its object and against its own times. Throws `DamagedObjectError` when it
 * is not one this version can use.
 */
export function parseRecord(line: Uint8Array, key: RecordsKey): AnyRecord {
  const record = parse(line) as Partial<AnyRecord> | null;
  if (typeof record !== 'object' || record === null) throw new DamagedObjectError('expected one object');
  const problem = problemOf(record, key);
  if (problem) throw new DamagedObjectError(problem);
  if (!isIntact(line)) throw new DamagedObjectError('it is not what its own hash says: it was changed');
  return record as AnyRecord;
}

/** A record as its line, without the line feed. */
export function encodeRecord(record: Unhashed<PullRecord> | Unhashed<ReplayRecord>): string {
  const text = JSON.stringify(record);
  return JSON.stringify({ ...record, record_sha256: sha256(Buffer.from(text)) });
}

const RECORD_HASH = /,"record_sha256":"([0-9a-f]{64})"\}$/;

/** Whether a line is what its own hash says. */
function isIntact(line: Uint8Array): boolean {
  const text = Buffer.from(line).toString('utf8');
  const [end = '', hash] = RECORD_HASH.exec(text) ?? [];
  return hash !== undefined && sha256(Buffer.from(`${text.slice(0, -end.length)}}`)) === hash;
}

export function isReplay(record: AnyRecord): record is ReplayRecord {
  return record.outcome === 'replayed';
}

/** When the pull (or replay) began. */
export function observedAtOf({ observed_at }: AnyRecord): EpochMs {
  return parseRecordInstant(observed_at ?? '');
}

/** Two pulls of one millisecond take neighbouring names. */
const MAX_SHIFT_MS = 1000;
/** A pull speaks for no start date further from it, in days. */
const MAX_REACH_DAYS = 400;

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isInstant = (value: unknown): boolean =>
  typeof value === 'string' && !Number.isNaN(parseRecordInstant(value));

/** What every record has, whatever its outcome. */
const common: Readonly<Record<string, (value: unknown) => boolean>> = {
  outcome: (value) => ['ok', 'failed', 'replayed'].includes(String(value)),
  kind: (value) => kindNames.some((kind) => kind === value),
  region: (value) => typeof value === 'string' && REGION_PATTERN.test(value),
  aggregation_period: isText,
  scope: isText,
  table: isText,
  pull: isText,
  previous_sha256: isTextOrNull,
  observed_at: isInstant,
  started_at: isInstant,
  finished_at: isInstant,
  objects: (value) => Array.isArray(value) && value.every(isObject),
};

/** What the record of a pull has besides. */
const ofPulls: Readonly<Record<string, (value: unknown) => boolean>> = {
  raw: isTextOrNull,
  raw_sha256: isTextOrNull,
  last_good_pull: isTextOrNull,
  mismatches: Array.isArray,
  kept: Number.isSafeInteger,
  accounts: Number.isSafeInteger,
};

function problemOf(record: Partial<AnyRecord>, key: RecordsKey): string | undefined {
  const { record_version: version } = record;
  if (version !== RECORD_VERSION) return `record_version: expected ${RECORD_VERSION}, got ${show(version)}`;
  const wanted = record.outcome === 'replayed' ? common : { ...common, ...ofPulls };
  const fields: Readonly<Record<string, unknown>> = record;
  const wrong = Object.keys(wanted).find((name) => !wanted[name]?.(fields[name]));
  if (wrong !== undefined) return `${wrong}: got ${show(fields[wrong])}`;
  return placeProblem(record as AnyRecord, key) ?? dayProblem(record as AnyRecord);
}

function placeProblem(record: AnyRecord, { slice, month }: RecordsKey): string | undefined {
  const observedAt = observedAtOf(record);
  const own = sliceName({ ...record, aggregationPeriod: record.aggregation_period });
  if (own !== slice) return `it is of slice ${show(own)}, and lies among those of ${slice}`;
  if (recordMonth(observedAt) !== month)
    return `observed_at: expected an instant of ${month}, got ${show(record.observed_at)}`;
  const name = parsePullName(record.pull);
  const shift = (name?.instant ?? Number.NaN) - observedAt;
  if (name?.slice !== slice || !(shift >= 0 && shift <= MAX_SHIFT_MS))
    return `pull: got ${show(record.pull)}`;
  return undefined;
}

function dayProblem(record: AnyRecord): string | undefined {
  const { first_day: first, last_day: last } = record;
  if (first === null && last === null) return undefined;
  const observedAt = observedAtOf(record);
  const isNear = (day: unknown) =>
    isReplay(record) || Math.abs(startOfDay(String(day)) - observedAt) <= MAX_REACH_DAYS * DAY_MS;
  const isRight = [first, last].every((day) => typeof day === 'string' && isDay(day) && isNear(day));
  return isRight && String(first) <= String(last)
    ? undefined
    : `first_day and last_day: got ${show(first)} and ${show(last)}`;
}

function isObject(value: Partial<RecordedObject> | null): boolean {
  return (
    isText(value?.partition) &&
    isText(value?.sha256) &&
    isTextOrNull(value?.replaced_sha256) &&
    ['written', 'unchanged'].includes(String(value?.action))
  );
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw new DamagedObjectError('expected a line of JSON', { cause });
  }
}
