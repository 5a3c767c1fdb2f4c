import type { EpochMs } from '../../schemas/columns.ts';
import { type Day, utcDay } from '../domain/day.ts';
import { sliceName } from '../domain/slice.ts';
import { parseStamp, stamp } from './stamp.ts';

/** Where pull records lie, below the ledger. */
export const PULLS = 'pulls/';

/** A record's key without what makes it unique: slice name and instant. */
export interface PullKey {
  readonly slice: string;
  /** The pull's `observed_at`, or up to a few milliseconds later where two pulls of a slice fell on the same one. */
  readonly instant: EpochMs;
}

const PATH_PATTERN = /^pulls\/pull_date=([^/]+)\/(\d{8}T\d{9}Z)-([^/]+)\.json$/;

/** Prefix of the records of all pulls that began on one day. */
export function pullsOn(day: Day): string {
  return `${PULLS}pull_date=${day}/`;
}

export function pullPath(slice: Parameters<typeof sliceName>[0], instant: EpochMs): string {
  return `${pullsOn(utcDay(instant))}${stamp(instant)}-${sliceName(slice)}.json`;
}

/** The pull a record's key names, or undefined when it names none. */
export function parsePullPath(path: string): PullKey | undefined {
  const [, date, text, slice] = PATH_PATTERN.exec(path) ?? [];
  const instant = parseStamp(text ?? '');
  return slice === undefined || instant === undefined || utcDay(instant) !== date
    ? undefined
    : { slice, instant };
}
