import type { DayEvidence, HypothesisEvidence } from '../../schemas/calibration.ts';
import { isDay, isMonth, type Month, monthOf } from '../domain/day.ts';
import { DamagedObjectError } from '../errors.ts';
import { linesOf } from './records.ts';

/** Where the evidence of how AWS counts lies, below the ledger: an object a slice and month, a line a day. */
export const CALIBRATION = 'calibration/';

/** The evidence of one slice and the days of one month. */
export interface EvidenceKey {
  readonly month: Month;
  /** The slice's name, such as `copy-ONE_DAY-eu-west-1-any`. */
  readonly slice: string;
}

const PATH_PATTERN = /^calibration\/start_month=([^/]+)\/([^/]+)\.jsonl$/;

export function evidencePath({ month, slice }: EvidenceKey): string {
  return `${CALIBRATION}start_month=${month}/${slice}.jsonl`;
}

/** The evidence an object's key names, or undefined when it names none. */
export function parseEvidencePath(path: string): EvidenceKey | undefined {
  const [, month, slice] = PATH_PATTERN.exec(path) ?? [];
  return month !== undefined && slice !== undefined && isMonth(month) ? { month, slice } : undefined;
}

/** Days of one month as the lines of their object, in order. */
export function encodeEvidence(days: Iterable<DayEvidence>): Uint8Array {
  const inOrder = [...days].toSorted((a, b) => (a.start_date < b.start_date ? -1 : 1));
  return new TextEncoder().encode(inOrder.map((day) => `${JSON.stringify(day)}\n`).join(''));
}

/** The days of an object. Throws `DamagedObjectError` for lines that are none of its month. */
export function parseEvidence(bytes: Uint8Array, key: EvidenceKey): DayEvidence[] {
  return linesOf(bytes).map((line) => {
    const day = parseLine(line);
    if (isEvidence(day) && monthOf(day.start_date) === key.month) return day;
    throw new DamagedObjectError(`${evidencePath(key)} has a line that is no day of evidence`);
  });
}

function parseLine(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(line));
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

function isEvidence(value: unknown): value is DayEvidence {
  if (!isRecord(value) || !isRecord(value['hypotheses'])) return false;
  const { start_date: day, observed_at: observedAt, time_zone: zone, jobs } = value;
  return (
    typeof day === 'string' &&
    isDay(day) &&
    typeof observedAt === 'string' &&
    (zone === null || typeof zone === 'string') &&
    isCount(jobs) &&
    Object.values(value['hypotheses']).every(isHypothesisEvidence)
  );
}

function isHypothesisEvidence(value: unknown): value is HypothesisEvidence {
  return (
    isRecord(value) &&
    isCount(value['distance']) &&
    isRecord(value['telling']) &&
    Object.values(value['telling']).every(isCount)
  );
}
