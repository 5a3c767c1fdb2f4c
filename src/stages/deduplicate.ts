import type { SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { identityOf } from '../domain/row.ts';
import { show } from '../domain/show.ts';
import { NewDimensionError } from '../errors.ts';

export interface Reading {
  readonly row: SummaryRow;
  /** Number of the page it was read from, from 1. */
  readonly page: number;
  readonly unknownFields: Readonly<Record<string, unknown>> | undefined;
}

export interface Deduplicator {
  /** Throws `NewDimensionError` when two rows of one identity cannot be two readings of one row. */
  add(reading: Reading): void;
  /** The rows of distinct identity; of several readings the last. */
  rows(): SummaryRow[];
  readonly size: number;
  readonly duplicates: number;
  readonly conflicts: number;
}

/**
 * Pages can overlap while AWS recounts, so one identity may be read twice: with the same count (a duplicate) or, on a
 * later page, with another (a conflict). The row read last wins.
 */
export function createDeduplicator(kind: Kind): Deduplicator {
  const identify = identityOf(kind);
  const readings = new Map<string, Reading>();
  let duplicates = 0;
  let conflicts = 0;
  return {
    add(reading) {
      const identity = identify(reading.row);
      const earlier = readings.get(identity);
      if (earlier) {
        assertOneRow(identity, earlier, reading);
        if (earlier.row.job_count === reading.row.job_count) duplicates += 1;
        else conflicts += 1;
      }
      readings.set(identity, reading);
    },
    rows: () => Array.from(readings.values(), (reading) => reading.row),
    get size() {
      return readings.size;
    },
    get duplicates() {
      return duplicates;
    },
    get conflicts() {
      return conflicts;
    },
  };
}

function assertOneRow(identity: string, earlier: Reading, later: Reading): void {
  const fields = differingFields(earlier, later);
  if (fields.length > 0) {
    throw new NewDimensionError(
      `two rows of ${showIdentity(identity)} differ in ${fields.join(', ')}, which this version does not know: ` +
        'AWS has grown a dimension; upgrade before these counts can be kept',
    );
  }
  if (earlier.page === later.page && earlier.row.job_count !== later.row.job_count) {
    throw new NewDimensionError(
      `page ${later.page} counts ${showIdentity(identity)} twice, as ${earlier.row.job_count} and ${later.row.job_count}: ` +
        'something this version does not know tells the two apart',
    );
  }
}

function showIdentity(identity: string): string {
  return show(JSON.parse(identity));
}

function differingFields({ unknownFields: a = {} }: Reading, { unknownFields: b = {} }: Reading): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
}
