import type { EpochMs } from '../../schemas/columns.ts';
import type { Slice } from '../domain/slice.ts';
import { parseStamp, stamp } from './stamp.ts';

/** Where raw pages lie, below the ledger. */
export const RAW = 'raw/';

export interface RawKey {
  /** The pull's `observed_at`, or up to a few milliseconds later where two pulls of a slice fell on the same one. */
  readonly instant: EpochMs;
  /** As it stands in the names of records. */
  readonly slice: string;
}

const PATH_PATTERN = /^raw\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\.jsonl\.gz$/;

/** Key of the raw pages of a pull that began at the given instant. */
export function rawPath(slice: Slice, instant: EpochMs): string {
  const { kind, aggregationPeriod, region, scope } = slice;
  return `${RAW}${[kind, aggregationPeriod, region, scope, stamp(instant)].join('/')}.jsonl.gz`;
}

/** The pull whose raw pages a key names, or undefined when it names none. */
export function parseRawPath(path: string): RawKey | undefined {
  const [, kind, period, region, scope, text] = PATH_PATTERN.exec(path) ?? [];
  const instant = parseStamp(text ?? '');
  return instant === undefined ? undefined : { instant, slice: [kind, period, region, scope].join('-') };
}

/** How far raw files are read back: all of them, those of the last two months, or none. */
export const rawScopes = ['all', 'recent', 'none'] as const;
export type RawScope = (typeof rawScopes)[number];
