import type { EpochMs } from '../../schemas/columns.ts';
import { type Day, utcDay } from './day.ts';
import { type Slice, sliceName } from './slice.ts';

/** Where pull records lie, below the ledger. */
export const PULLS = 'pulls/';

/** A record's key without what makes it unique: slice name and instant. */
export interface PullKey {
  readonly slice: string;
  /** The pull's `observed_at`, or up to a few milliseconds later where two pulls of a slice fell on the same one. */
  readonly instant: EpochMs;
}

const PATH_PATTERN =
  /^pulls\/pull_date=([^/]+)\/(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z-([^/]+)\.json$/;

/** An instant as file names hold it: `20261123T030005123Z`. */
export function stamp(instant: EpochMs): string {
  return new Date(instant).toISOString().replaceAll(/[-:.]/g, '');
}

/** Prefix of the records of all pulls that began on one day. */
export function pullsOn(day: Day): string {
  return `${PULLS}pull_date=${day}/`;
}

export function pullPath(slice: Slice, instant: EpochMs): string {
  return `${pullsOn(utcDay(instant))}${stamp(instant)}-${sliceName(slice)}.json`;
}

/** The pull a record's key names, or undefined when it names none. */
export function parsePullPath(path: string): PullKey | undefined {
  const [, date, year, month, day, hour, minute, second, ms, slice] = PATH_PATTERN.exec(path) ?? [];
  if (slice === undefined) return undefined;
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(instant) || utcDay(instant) !== date ? undefined : { slice, instant };
}
