import type { AggregationPeriod, Kind } from './kinds.ts';

/**
 * The first line of a pull's raw pages: what is needed to read the pages again as they were read then. Each line after
 * it is one page, byte for byte as AWS sent it.
 */
export const RAW_VERSION = 1;

export interface RawHeader {
  readonly raw_version: typeof RAW_VERSION;
  readonly kind: Kind;
  readonly aggregation_period: AggregationPeriod;
  readonly region: string;
  readonly scope: string;
  readonly table: string;
  /** ISO 8601, UTC. */
  readonly observed_at: string;
  /** Name of the operation and what it was asked, page by page the same but for the NextToken. */
  readonly operation: string;
  readonly request: Readonly<Record<string, string | number>>;
  /** Effective settings that shape what is read and kept. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** What wrote the pages down: name → version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A page that is not one line of text stands as an object with this one member, its bytes in base64. */
export const BASE64_PAGE = '$base64';
