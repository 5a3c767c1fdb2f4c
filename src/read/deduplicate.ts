import type { SummaryRow } from '../../schemas/columns.ts';
import type { Kind } from '../../schemas/kinds.ts';
import { DAY_MS, utcDay } from '../domain/day.ts';
import { type Account, identityOf, type RowsByDay, sameIdentity } from '../domain/row.ts';
import { jsonOf, show } from '../domain/show.ts';
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
  rows(): RowsByDay;
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
  const places = new Places(kind);
  const unknownFields = new Map<SummaryRow, Reading['unknownFields']>();
  let pageRows = new Set<SummaryRow>();
  let page = 0;
  let size = 0;
  let duplicates = 0;
  let conflicts = 0;

  function readingOf(row: SummaryRow): Reading {
    return { row, page: pageRows.has(row) ? page : page - 1, unknownFields: unknownFields.get(row) };
  }

  return {
    add(reading) {
      if (reading.page !== page) pageRows = new Set();
      page = reading.page;
      const { row } = reading;
      const { rows, at } = places.of(row);
      const earlier = rows[at];
      if (earlier) {
        assertOneRow(identify(row), readingOf(earlier), reading);
        if (earlier.job_count === row.job_count) duplicates += 1;
        else conflicts += 1;
      } else size += 1;
      rows[at] = row;
      pageRows.add(row);
      if (reading.unknownFields) unknownFields.set(row, reading.unknownFields);
    },
    rows: () => places.rows(),
    get size() {
      return size;
    },
    get duplicates() {
      return duplicates;
    },
    get conflicts() {
      return conflicts;
    },
  };
}

/** Rows of an account and day that are looked through one by one; beyond, they are looked up by identity. */
const FEW = 64;

/** Rows by day and account: an account has some dozens of one day as a rule, and may have thousands. */
class Places {
  /** Days as whole days since the epoch, which are named at the end. */
  readonly #rows = new Map<number, Map<Account, SummaryRow[]>>();
  readonly #places = new Map<readonly SummaryRow[], Map<string, number>>();
  readonly #isSame: ReturnType<typeof sameIdentity>;
  readonly #identify: ReturnType<typeof identityOf>;

  constructor(kind: Kind) {
    this.#isSame = sameIdentity(kind);
    this.#identify = identityOf(kind);
  }

  /** The rows of its account and day, and its own place among them, which is the end when it is new. */
  of(row: SummaryRow): { readonly rows: SummaryRow[]; readonly at: number } {
    const rows = this.#near(row);
    if (rows.length < FEW) {
      const at = rows.findIndex((other) => this.#isSame(other, row));
      return { rows, at: at < 0 ? rows.length : at };
    }
    const places = this.#placesIn(rows);
    const identity = this.#identify(row);
    const at = places.get(identity) ?? rows.length;
    places.set(identity, at);
    return { rows, at };
  }

  #placesIn(rows: readonly SummaryRow[]): Map<string, number> {
    let places = this.#places.get(rows);
    if (!places) {
      places = new Map(rows.map((row, at) => [this.#identify(row), at]));
      this.#places.set(rows, places);
    }
    return places;
  }

  #near({ start_time: start, account_id: account }: SummaryRow): SummaryRow[] {
    const day = Math.floor(start / DAY_MS);
    let byAccount = this.#rows.get(day);
    if (!byAccount) this.#rows.set(day, (byAccount = new Map<Account, SummaryRow[]>()));
    let rows = byAccount.get(account);
    if (!rows) byAccount.set(account, (rows = []));
    return rows;
  }

  rows(): RowsByDay {
    return new Map(Array.from(this.#rows, ([day, byAccount]) => [utcDay(day * DAY_MS), byAccount]));
  }
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
  // What is nested too deep to be compared differs.
  return [...names].filter((name) => (jsonOf(a[name]) ?? name) !== jsonOf(b[name]));
}
