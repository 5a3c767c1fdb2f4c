import type { EpochMs } from '../../schemas/columns.ts';
import { REPLAY_SCOPE } from '../../schemas/pull-record.ts';
import { isMonth, type Month, monthOf, utcDay } from '../domain/day.ts';
import { parseStamp, stamp } from './stamp.ts';

/** Where pull records lie, below the ledger. */
export const PULLS = 'pulls/';

/** The records of one slice's pulls that began in one month. */
export interface RecordsKey {
  readonly month: Month;
  /** The slice's name, such as `copy-ONE_DAY-eu-west-1-any`. */
  readonly slice: string;
}

/** A pull by its name: `20261123T030005123Z-copy-ONE_DAY-eu-west-1-any`. */
export interface PullName {
  /** The pull's `observed_at`, or up to a few milliseconds later where two pulls of a slice fell on the same one. */
  readonly instant: EpochMs;
  readonly slice: string;
}

const PATH_PATTERN = /^pulls\/pull_month=([^/]+)\/([^/]+)\.jsonl$/;
const NAME_PATTERN = /^(\d{8}T\d{9}Z)-(.+)$/;

export function recordsPath({ month, slice }: RecordsKey): string {
  return `${PULLS}pull_month=${month}/${slice}.jsonl`;
}

/** The records an object's key names, or undefined when it names none. */
export function parseRecordsPath(path: string): RecordsKey | undefined {
  const [, month, slice] = PATH_PATTERN.exec(path) ?? [];
  return month !== undefined && slice !== undefined && isMonth(month) ? { month, slice } : undefined;
}

export function pullName({ instant, slice }: PullName): string {
  return `${stamp(instant)}-${slice}`;
}

/** The pull a name stands for, or undefined when it stands for none. */
export function parsePullName(name: string): PullName | undefined {
  const [, text, slice] = NAME_PATTERN.exec(name) ?? [];
  const instant = parseStamp(text ?? '');
  return slice === undefined || instant === undefined ? undefined : { instant, slice };
}

/** The month whose object holds the record of a pull that began at the given instant. */
export function recordMonth(instant: EpochMs): Month {
  return monthOf(utcDay(instant));
}

/** Whether these are the records of replays, which are of no scope. */
export function isReplaySlice(slice: string): boolean {
  return slice.endsWith(`-${REPLAY_SCOPE}`);
}
